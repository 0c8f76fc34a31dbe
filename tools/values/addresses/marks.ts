/** Characters that show nothing, such as bidirectional marks and zero-width characters. Copied texts often hold them. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/** White space and characters that show nothing, at the ends of a text. */
const atEnds = /^[\s\p{Default_Ignorable_Code_Point}]+|[\s\p{Default_Ignorable_Code_Point}]+$/gu;

/** A text without the characters that show nothing. */
export const withoutMarks = (text: string): string => text.replace(invisible, '');

/** A text without white space and characters that show nothing at its ends. */
export const trimmed = (text: string): string => text.replace(atEnds, '');

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
