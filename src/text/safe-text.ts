import { isObject } from '../../tools/contract/json.js';
import { clipped } from '../../tools/contract/quoted.js';

/**
 * Invisible characters that can hide or reorder text: controls except tab and line feed, line separators, format
 * characters (bidirectional marks, Arabic number signs, annotations, hieroglyph joiners) and characters that Unicode
 * shows as nothing (zero-width, tags). Flags of regions, which are spelled with tags, become plain flags. Joiners and
 * the variation selectors of emoji have their own rules below.
 */
const hidden =
  /[[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029\u{13430}-\u{1345f}]--[\t\n\u200c\u200d\ufe0e\ufe0f]]/gv;

/** Joiners outside emoji sequences and outside the scripts that need them. */
const strayJoiner =
  /(?<![[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}]--\p{Script=Latin}])[\u200c\u200d]+|[\u200c\u200d]+(?![[\p{L}\p{M}\p{Extended_Pictographic}]--\p{Script=Latin}])/gv;

/** Variation selectors, except after a symbol with two forms, or after a digit that is drawn as a key. */
const straySelector =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Presentation}\p{Emoji_Modifier}])(?<![0-9#*](?=[\ufe0e\ufe0f]\u20e3))[\ufe0e\ufe0f]/gv;

/** Untrusted text without the characters that hide or reorder it. */
export function withoutHidden(text: string): string {
  if (/^[\t\n\x20-\x7e]*$/.test(text)) return text;
  return text.toWellFormed().replace(hidden, '').replace(straySelector, '').replace(strayJoiner, '');
}

/** Longer texts are cut to this many characters. */
const maxTextLength = 64 * 1024;
/** Left out before the cut: a secret that begins here and is cut off would not be recognised. */
const unsafeTail = 4 * 1024;

/** Upstream text that is safe to show: redacted, without hidden characters, and cut where it is excessively long. */
export function cleanText(text: string, redact: (text: string) => string): string {
  if (text.length <= maxTextLength) return redact(withoutHidden(text));
  return `${redact(withoutHidden(text.slice(0, maxTextLength)))
    .slice(0, -unsafeTail)
    .toWellFormed()}…`;
}

/** Characters of a message or hint. */
const maxLineLength = 2_000;

/** Upstream text that is safe to show, on one line: nothing in it can look like a line of ours. */
export const cleanLine = (text: string, redact: (text: string) => string): string =>
  clipped(cleanText(text, redact), maxLineLength);

/** Applies `change` to every text and key of a value. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [change(key), mapTexts(each, change)]));
}

/** Longer texts of a refusal are cut and marked. */
const upstreamLineLength = 500;

/** An upstream message, on one line and cut. */
export const upstreamLine = (text: string): string => clipped(text, upstreamLineLength);
