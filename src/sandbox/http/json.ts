import { parse, stringify } from 'lossless-json';

/** Parses JSON without losing digits: integers beyond 2^53 become bigint, all others number. @throws SyntaxError */
export function parseJson(text: string): unknown {
  // Only a run of sixteen digits can exceed 2^53; all other texts go to the faster built-in parser.
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return parse(text, null, { parseNumber: parseNumber, onDuplicateKey: ({ newValue }) => newValue });
}

function parseNumber(digits: string): number | bigint {
  const value = Number(digits);
  return /^-?\d+$/.test(digits) && !Number.isSafeInteger(value) ? BigInt(digits) : value;
}

/** How many levels of lists and objects are kept as such. Serializing thousands of them overflows the stack. */
export const maxLevels = 100;

/** Whether a value has more levels of lists and objects than these. */
export function isDeeper(value: unknown, levels = maxLevels): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
}

/** Parses JSON; returns the text itself if it is not JSON, or too deep to be serialized again. */
export function jsonOrText(text: string): unknown {
  try {
    const value = parseJson(text);
    return isDeeper(value) ? text : value;
  } catch {
    return text;
  }
}

/** Serializes JSON with bigint as bare integers, as ManyChat sends `ig_id`. */
export function stringifyJson(value: unknown): string {
  return stringify(value) ?? 'null';
}

/** Whether a value is a JSON object (neither an array nor null). */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The digits of an id that is an integer or a string of digits, with its sign; undefined for anything else. */
export function decimalId(value: unknown): string | undefined {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) return String(value);
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? value : undefined;
}
