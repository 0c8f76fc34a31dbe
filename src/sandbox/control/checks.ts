import { isDeeper, maxLevels, stringifyJson } from '../http/json.js';
import { badRequest } from '../http/refusal.js';
import { closestKey } from './closest-key.js';

/**
 * Rejects unknown keys: input that is only partly applied would mislead a test.
 *
 * @param where names the object in the error
 * @param nested the keys of each nested object, to suggest where a misplaced key belongs
 * @throws Refusal
 */
export function rejectUnknownKeys(
  keys: Iterable<string>,
  known: readonly string[],
  where: string,
  nested: Readonly<Record<string, readonly string[]>> = {},
): void {
  for (const key of keys) {
    if (known.includes(key)) continue;
    const [parent] = Object.entries(nested).find(([, childKeys]) => childKeys.includes(key)) ?? [];
    const closest = closestKey(key, known);
    const suggestion =
      parent !== undefined
        ? `; it belongs in ${parent}.`
        : closest === undefined
          ? '.'
          : `; did you mean "${closest}"?`;
    const allowed = known.length === 0 ? 'No keys are allowed here.' : `Allowed: ${known.join(', ')}.`;
    throw badRequest(`${where}: unknown key "${key.slice(0, 60)}"${suggestion} ${allowed}`);
  }
}

/** An integer from `min` to `max`. @throws Refusal, like all checks here */
export function integerWithin(name: string, value: unknown, [min, max]: readonly [number, number]): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw badRequest(`${name} must be a whole number from ${min} to ${max}.`);
}

/** A whole number of a query, in digits; undefined if it is left out. */
export function wholeNumber(name: string, text: string | null, range: readonly [number, number]): number | undefined {
  return text === null ? undefined : integerWithin(name, /^\d{1,16}$/.test(text) ? Number(text) : text, range);
}

export function nonEmptyString(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw badRequest(`${name} must be a non-empty string.`);
}

export function oneOf<Word extends string>(name: string, value: unknown, words: readonly Word[]): Word {
  const known = words.find((word) => word === value);
  if (known === undefined) throw badRequest(`${name} must be one of ${words.join(', ')}.`);
  return known;
}

export function booleanValue(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw badRequest(`${name} must be true or false.`);
}

/** A value as JSON, which is not possible beyond some levels. */
export function shallowJson(name: string, value: unknown): string {
  if (isDeeper(value)) throw badRequest(`${name} may have at most ${maxLevels} levels of lists and objects.`);
  return stringifyJson(value);
}

/** A value of at most `max` characters as JSON; `instead` says what to use for longer ones. */
export function boundedJson(name: string, value: unknown, max: number, instead: string): unknown {
  if (shallowJson(name, value).length <= max) return value;
  throw badRequest(`${name} may have at most ${max} characters; ${instead}.`);
}
