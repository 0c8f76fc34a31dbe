import { parse, stringify } from 'lossless-json';

/** Parses JSON without losing a digit: whole numbers beyond 2^53 become bigint, all others number; throws SyntaxError. */
export function parseJson(text: string): unknown {
  // Only a run of sixteen digits can pass 2^53, so the fast parser serves all other texts.
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return parse(text, null, { parseNumber: parseNumber, onDuplicateKey: ({ newValue }) => newValue });
}

function parseNumber(digits: string): number | bigint {
  const value = Number(digits);
  return /^-?\d+$/.test(digits) && !Number.isSafeInteger(value) ? BigInt(digits) : value;
}

/** What a text says as JSON; the text itself where it is none. */
export function jsonOrText(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** Writes JSON with bigint as bare integers, as ManyChat writes `ig_id`. */
export function stringifyJson(value: unknown): string {
  return stringify(value) ?? 'null';
}

/** Whether a value is a JSON object (neither an array nor null). */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The decimal digits of an id given as integer or as digit string, with a sign if it has one; undefined for all else. */
export function decimalId(value: unknown): string | undefined {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) return String(value);
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? value : undefined;
}
