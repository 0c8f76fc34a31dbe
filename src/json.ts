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
export function parseJson(text: string): unknown {
  try {
    return longNumber.test(text) ? parse(text, undefined, exactNumber) : JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
