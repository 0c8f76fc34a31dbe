import { writeJson } from '../http/json.js';
import { Refusal } from '../http/refusal.js';

/** The refusal of an order to the sandbox itself: what is wrong with it, in a sentence. */
export function orderRefusal(error: string): Refusal {
  return new Refusal({ status: 400, body: { error } }, error);
}

/**
 * Refuses keys that are not known, since an order that is carried out in part misleads a test. `where` names their
 * place, `nested` the keys of the objects in it.
 */
export function requireKnown(
  keys: Iterable<string>,
  known: readonly string[],
  where: string,
  nested: Readonly<Record<string, readonly string[]>> = {},
): void {
  for (const key of keys) {
    if (known.includes(key)) continue;
    const [outer] = Object.entries(nested).find(([, inside]) => inside.includes(key)) ?? [];
    const meant = nearest(key, known);
    const guess =
      outer !== undefined ? `; it belongs into ${outer}.` : meant === undefined ? '.' : `; did you mean "${meant}"?`;
    const choice = known.length === 0 ? 'No keys are known here.' : `Known: ${known.join(', ')}.`;
    throw orderRefusal(`${where}: "${key.slice(0, 60)}" is not known${guess} ${choice}`);
  }
}

/** A whole number within limits. */
export function wholeNumber(name: string, value: unknown, [least, most]: readonly [number, number]): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw orderRefusal(`${name} must be a whole number from ${least} to ${most}.`);
}

/** A text that is not empty. */
export function filledText(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw orderRefusal(`${name} must be a string that is not empty.`);
}

/** One of a few words. */
export function oneOf<Word extends string>(name: string, value: unknown, words: readonly Word[]): Word {
  const known = words.find((word) => word === value);
  if (known === undefined) throw orderRefusal(`${name} must be one of ${words.join(', ')}.`);
  return known;
}

/** True or false. */
export function yesOrNo(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw orderRefusal(`${name} must be true or false.`);
}

/** A value that is refused when it takes more than so many characters as JSON. */
export function shortJson(name: string, value: unknown, most: number, instead: string): unknown {
  if (writeJson(value).length <= most) return value;
  throw orderRefusal(`${name} may have at most ${most} characters; ${instead}.`);
}

/** The known key that a misspelt one comes nearest to; undefined where none is near. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const given = key.slice(0, 60);
  const begins = (each: string): boolean => given.length > 3 && each.startsWith(given);
  const ranked = known
    .map((each) => ({ each, far: begins(each) ? 1 : edits(given, each) }))
    .toSorted((one, other) => one.far - other.far);
  const [first] = ranked;
  return first !== undefined && first.far <= Math.max(1, first.each.length / 3) ? first.each : undefined;
}

/** How many letters must be changed, put in, left out or swapped with the next to come from one word to another. */
function edits(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = swaps ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(changed, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[to.length] ?? 0;
}
