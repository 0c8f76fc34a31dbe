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
