import { isSafeNumber, parse } from 'lossless-json';

/** A double holds every integer of up to 15 digits. */
const longNumber = /\d{16}/;

/** A number where it is exact; an integer that is not, as its digits. */
const exactNumber = (digits: string): number | string =>
  isSafeNumber(digits) || !/^-?\d+$/.test(digits) ? Number(digits) : digits;

/**
 * Parses JSON without losing a digit: integers that a double cannot hold become strings.
 * Returns undefined for anything but JSON, and for JSON nested too deep for the stack.
 */
export function parseJson(input: string): unknown {
  // Some servers send a byte-order mark first, which JSON does not allow.
  const text = input.startsWith('\ufeff') ? input.slice(1) : input;
  try {
    if (!longNumber.test(text)) return JSON.parse(text);
    // The last of several equal keys wins, as in JSON.parse.
    return parse(text, undefined, { parseNumber: exactNumber, onDuplicateKey: ({ newValue }) => newValue });
  } catch {
    return undefined;
  }
}

/** Where a text stops being JSON, and the parser's reason. */
export interface JsonFault {
  readonly reason: string;
  /** Index of the first character that does not fit; the length of the text if it ends too early. */
  readonly position: number;
}

/** Finds the first fault of a text that is not JSON; undefined if it has none, or is nested too deep for the stack. */
export function jsonFault(text: string): JsonFault | undefined {
  try {
    parse(text, undefined, { onDuplicateKey: ({ newValue }) => newValue });
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) return undefined;
    const [, reason = '', position = ''] =
      /^(.*?)(?: but (?:got|reached) .*)? at position (\d+)$/s.exec(error.message) ?? [];
    return position === '' ? undefined : { reason, position: Number(position) };
  }
}
