import { isObject, type Result } from '../../../../tools/contract/json.js';

/** Deeper nesting than any answer has is cut, so that no answer can exhaust the stack. */
const maxDepth = 32;

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/** A text as it is told, given the keys that lead to it. */
export type CleanText = (text: string, path: readonly string[]) => string;

function compactValue(value: unknown, clean: CleanText, path: readonly string[]): unknown {
  if (typeof value === 'string') return clean(value, path);
  if (path.length > maxDepth) return undefined;
  if (Array.isArray(value))
    return value.map((each) => compactValue(each, clean, [...path, ''])).filter((each) => !isEmpty(each));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      // A key that would change is none of the API's, and must not take the place of one that is.
      .filter(([key]) => clean(key, path) === key)
      .map(([key, each]) => [key, compactValue(each, clean, [...path, key])] as const)
      .filter(([, each]) => !isEmpty(each)),
  );
}

/** A result without nulls and empty values, its texts cleaned; its own named keys stay even when they are empty. */
export function compact(result: Result, clean: CleanText): Result {
  return Object.fromEntries(
    Object.entries(result).map(([key, value]) => [key, value === null ? null : compactValue(value, clean, [key])]),
  );
}
