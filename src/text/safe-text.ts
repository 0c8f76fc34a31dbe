import { isObject } from '../../tools/contract/json.js';
import { clipped } from '../../tools/contract/quoted.js';

/**
 * Characters that a reader does not see and that can hide or reorder text: controls but tab and line feed, line
 * separators, all that formats text (bidirectional marks, signs of numbers in Arabic, annotations, hieroglyphic joints)
 * and all that Unicode shows nothing for (zero-width, tags). Flags of regions, which are spelled with tags, become plain
 * flags. Joiners and the variation selectors of emoji have their own rules.
 */
const hidden =
  /[[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029\u{13430}-\u{1345f}]--[\t\n\u200c\u200d\ufe0e\ufe0f]]/gv;

/** Joiners outside emoji sequences and the scripts that are not the same text without them. */
const strayJoiner =
  /(?<![[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}]--\p{Script=Latin}])[\u200c\u200d]+|[\u200c\u200d]+(?![[\p{L}\p{M}\p{Extended_Pictographic}]--\p{Script=Latin}])/gv;

/** Variation selectors but one behind a symbol that has two forms, or behind a digit that is drawn as a key. */
const straySelector =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Presentation}\p{Emoji_Modifier}])(?<![0-9#*](?=[\ufe0e\ufe0f]\u20e3))[\ufe0e\ufe0f]/gv;

/** Text written by strangers without the characters that hide or reorder it. */
export function withoutHidden(text: string): string {
  if (/^[\t\n\x20-\x7e]*$/.test(text)) return text;
  return text.toWellFormed().replace(hidden, '').replace(straySelector, '').replace(strayJoiner, '');
}

/** Characters of one text that are looked at, and at its end those whose meaning depends on what was left out. */
const longestRead = 64 * 1024;
const atTheEnd = 4 * 1024;

/** A text of an answer for the reader, through `redact`; of one that nobody could read, the beginning. */
export function cleanText(text: string, redact: (text: string) => string): string {
  if (text.length <= longestRead) return redact(withoutHidden(text));
  // A secret may begin before the end of what is looked at and be recognised no more.
  return `${redact(withoutHidden(text.slice(0, longestRead)))
    .slice(0, -atTheEnd)
    .toWellFormed()}…`;
}

/** Characters of a message, and of a hint of ours with all it may hold. */
const longestMessage = 2_000;

/** A text of a failure: one line, so that nothing in it can look like a line of ours. */
export const cleanLine = (text: string, redact: (text: string) => string): string =>
  clipped(cleanText(text, redact), longestMessage);

/** A value with each of its texts and keys changed, and all else as it is. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [change(key), mapTexts(each, change)]));
}

/** No single text of an upstream's refusal needs more; what is longer is cut and marked. */
const textLimit = 500;

/** What an upstream says, on one line and cut to the length that a reader needs. */
export const upstreamLine = (text: string): string => clipped(text, textLimit);
