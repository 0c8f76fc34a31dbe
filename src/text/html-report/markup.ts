import { withoutHidden } from '../safe-text.js';

/** Markup that a template made. Nothing else makes it, so all text in it is escaped. */
class Markup {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}

/** Markup of a document or of a part of one. */
export type Html = Markup;

/** What a template takes: text and numbers are escaped, lists joined, and nothing is written for undefined. */
export type Part = Html | string | number | undefined | readonly Part[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters of scripts that run from right to left, which reorder what is beside them. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const [isolate, popIsolate] = ['\u2068', '\u2069'];

/** A text as it stands in a document: without hidden characters, and with a direction of its own. */
function escaped(text: string): string {
  const visible = withoutHidden(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
  return rightToLeft.test(visible) ? `${isolate}${visible}${popIsolate}` : visible;
}

function written(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escaped(part);
  return part instanceof Markup ? part.toString() : part.map(written).join('');
}

/** Where a template is after some of its own text: between tags, in a quoted attribute, or elsewhere in a tag. */
type Place = 'content' | 'attribute' | 'tag';

function placeAfter(before: Place, text: string): Place {
  let place = before;
  for (const character of text) {
    if (place === 'content') place = character === '<' ? 'tag' : place;
    else if (character === '"') place = place === 'tag' ? 'attribute' : 'tag';
    else if (place === 'tag' && character === '>') place = 'content';
  }
  return place;
}

/** @throws TypeError for anything but a number or a plain word: no text of others gets into an attribute. */
function attributeValue(part: Part): string {
  if (typeof part === 'number' && Number.isFinite(part)) return String(part);
  if (typeof part === 'string' && /^[a-z][a-z-]*$/.test(part)) return part;
  throw new TypeError('an attribute takes a number or a plain word');
}

/**
 * The tag of templates that write HTML. Text between tags is escaped and cleaned; attributes only take numbers and plain
 * words, so that no address, style or handler can come from a value.
 * @throws TypeError if a value is anywhere else in a tag, or a tag is not closed.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let place: Place = 'content';
  let text = '';
  for (const [index, string] of strings.entries()) {
    text += string;
    place = placeAfter(place, string);
    if (index === parts.length) break;
    if (place === 'tag') throw new TypeError('a tag takes values in quoted attributes only');
    text += place === 'content' ? written(parts[index]) : attributeValue(parts[index]);
  }
  if (place !== 'content') throw new TypeError('a tag is not closed');
  return new Markup(text);
}
