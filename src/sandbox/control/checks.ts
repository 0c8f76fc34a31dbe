import { stringifyJson } from '../http/json.js';
import { badRequest } from '../http/refusal.js';
import { closestKey } from './closest-key.js';

/**
 * Refuses keys that are not known, since an order that is carried out in part misleads a test. `where` names their
 * place, `nested` the keys of the objects in it.
 */
export function rejectUnknownKeys(
  keys: Iterable<string>,
  known: readonly string[],
  where: string,
  nested: Readonly<Record<string, readonly string[]>> = {},
): void {
  for (const key of keys) {
    if (known.includes(key)) continue;
    const [outer] = Object.entries(nested).find(([, inside]) => inside.includes(key)) ?? [];
    const meant = closestKey(key, known);
    const guess =
      outer !== undefined ? `; it belongs into ${outer}.` : meant === undefined ? '.' : `; did you mean "${meant}"?`;
    const choice = known.length === 0 ? 'No keys are known here.' : `Known: ${known.join(', ')}.`;
    throw badRequest(`${where}: "${key.slice(0, 60)}" is not known${guess} ${choice}`);
  }
}

/** A whole number within limits. */
export function integerWithin(name: string, value: unknown, [least, most]: readonly [number, number]): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw badRequest(`${name} must be a whole number from ${least} to ${most}.`);
}

/** A text that is not empty. */
export function nonEmptyString(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw badRequest(`${name} must be a string that is not empty.`);
}

/** One of a few words. */
export function oneOf<Word extends string>(name: string, value: unknown, words: readonly Word[]): Word {
  const known = words.find((word) => word === value);
  if (known === undefined) throw badRequest(`${name} must be one of ${words.join(', ')}.`);
  return known;
}

/** True or false. */
export function booleanValue(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw badRequest(`${name} must be true or false.`);
}

/** A value that is refused when it takes more than so many characters as JSON. */
export function boundedJson(name: string, value: unknown, most: number, instead: string): unknown {
  if (stringifyJson(value).length <= most) return value;
  throw badRequest(`${name} may have at most ${most} characters; ${instead}.`);
}
