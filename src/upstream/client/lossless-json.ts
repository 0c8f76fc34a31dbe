import { isSafeNumber, parse } from 'lossless-json';

/** Sixteen digits in a row: the least that a double may fail to hold. */
const longNumber = /\d{16}/;

/** A number as a number while nothing is lost, a longer integer as its digits. */
const exactNumber = (digits: string): number | string =>
  isSafeNumber(digits) || !/^-?\d+$/.test(digits) ? Number(digits) : digits;

/**
 * Parses JSON without losing a digit of large integers, which come out as strings.
 * Answers undefined for anything that is not JSON, nested beyond what the stack holds included.
 */
export function parseJson(given: string): unknown {
  // Some servers begin with a byte-order mark, which is no part of JSON.
  const text = given.startsWith('\ufeff') ? given.slice(1) : given;
  try {
    if (!longNumber.test(text)) return JSON.parse(text);
    // As JSON.parse does, the last of several equal keys counts.
    return parse(text, undefined, { parseNumber: exactNumber, onDuplicateKey: ({ newValue }) => newValue });
  } catch {
    return undefined;
  }
}
