import { isObject } from '../../../tools/contract/json.js';
import { pathText } from '../../../tools/values/issues.js';

/** The mark at the end of a text that was shortened: how many of its characters are shown. */
export const markOf = (shown: number, total: number): string => `… [first ${shown} of ${total} characters]`;

/** The mark as it comes back in an argument, also inside JSON text and with the ellipsis written as dots. */
export const markPattern = /(?:…|\.\.\.|\\u2026)\s?\[first \d+ of \d+ characters\]/;

type Path = readonly (string | number)[];

function placeOfMark(value: unknown, path: Path): Path | undefined {
  if (typeof value === 'string') return markPattern.test(value) ? path : undefined;
  if (!Array.isArray(value) && !isObject(value)) return undefined;
  const entries: Iterable<[string | number, unknown]> = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, each] of entries) {
    const place = typeof key === 'string' && markPattern.test(key) ? path : placeOfMark(each, [...path, key]);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** Why arguments are refused that hold a text which a result shortened; undefined if they hold none. */
export function shortenedTextIn(input: unknown): string | undefined {
  const place = placeOfMark(input, []);
  if (place === undefined) return undefined;
  const subject = place.length === 0 ? 'a key' : pathText(place);
  return `${subject}: is not a whole text: an earlier result shortened it and marked it "… [first … of … characters]". Read the whole value with the tool that showed it and its name as search, or leave it as it is; a tag or a field with so long a name is used by its id`;
}

/** Characters of a text that a result only mentions. */
const mentionedLength = 120;

/** The beginning of a text, and a mark if that is not all. */
export function shortened(text: string): string {
  if (text.length <= mentionedLength || markPattern.test(text)) return text;
  const kept = text.slice(0, mentionedLength).replace(/[\ud800-\udbff]$/, '');
  return `${kept}${markOf(kept.length, text.length)}`;
}
