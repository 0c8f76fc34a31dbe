/** Characters that show nothing, such as bidirectional marks and zero-width characters. Copied texts often hold them. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/** White space and characters that show nothing. */
const blank = /^[\s\p{Default_Ignorable_Code_Point}]$/u;

/** A text without the characters that show nothing. */
export const withoutMarks = (text: string): string => text.replace(invisible, '');

/** A text with a blank in place of each character that shows nothing. */
export const withBlanks = (text: string): string => text.replace(invisible, ' ');

/** The character that ends at this index, which may be a pair of surrogates. */
function characterBefore(text: string, end: number): string {
  const pair = end > 1 ? text.slice(end - 2, end) : '';
  return (pair.codePointAt(0) ?? 0) > 0xffff ? pair : text.slice(end - 1, end);
}

/**
 * A text without white space and characters that show nothing at its ends. Scans from both ends: a regular expression
 * would take quadratic time for blanks in the middle.
 */
export function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  for (; start < end; ) {
    const first = String.fromCodePoint(text.codePointAt(start) ?? 0);
    if (!blank.test(first)) break;
    start += first.length;
  }
  for (; end > start; ) {
    const last = characterBefore(text, end);
    if (!blank.test(last)) break;
    end -= last.length;
  }
  return text.slice(start, end);
}

/** The most characters of a text that a sentence quotes. */
const quotedLimit = 60;

/** Every character but those that are seen and written in one way only. */
const unclear = /[\p{C}\p{Default_Ignorable_Code_Point}\u2028\u2029]|(?! )\p{Zs}/gu;

const escaped = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** A text as it was written, in quotes: what cannot be seen is shown by its code, as in `"\u{200e}+34 600"`. */
export function asWritten(value: unknown): string {
  const characters = [...String(value)];
  const start = characters.slice(0, quotedLimit).join('').replace(/["\\]/g, '\\$&').replace(unclear, escaped);
  return `"${start}${characters.length > quotedLimit ? '…' : ''}"`;
}
