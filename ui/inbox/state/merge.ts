/** The newest entries of a list, oldest first, and how many older ones there are. */
export interface Tail<T> {
  readonly entries: readonly T[];
  readonly more: number;
}

/**
 * The newest entries after what was read before. Earlier entries stay if nothing is missing between them and the newest;
 * entries that are known stay the same objects, so that they are not drawn again. Entries never change: a known number with
 * another entry means that the sandbox began anew.
 */
export function withNewest<T>(before: Tail<T> | undefined, newest: Tail<T>, keyOf: (entry: T) => number): Tail<T> {
  const [first] = newest.entries;
  if (before === undefined || first === undefined) return newest;
  const at = before.entries.findIndex((entry) => keyOf(entry) === keyOf(first));
  const [overlap] = before.entries.slice(at);
  if (at < 0 || sameOr(overlap, first) === first) return newest;
  const known = new Map(before.entries.slice(at).map((entry) => [keyOf(entry), entry]));
  const entries = newest.entries.map((entry) => sameOr(known.get(keyOf(entry)), entry));
  return { entries: [...before.entries.slice(0, at), ...entries], more: Math.max(0, newest.more - at) };
}

/** The last entries, at most this many. */
export function lastOf<T>(list: Tail<T>, most: number): Tail<T> {
  const left = list.entries.length - most;
  return left <= 0 ? list : { entries: list.entries.slice(left), more: list.more + left };
}

/** Earlier entries before what was read; nothing changes if they do not belong there any more. */
export function withEarlier<T>(now: Tail<T>, earlier: Tail<T>, before: number, keyOf: (entry: T) => number): Tail<T> {
  const [first] = now.entries;
  if (first === undefined || keyOf(first) !== before) return now;
  return { entries: [...earlier.entries, ...now.entries], more: earlier.more };
}

/** The entries of a list that is read as a whole; those that did not change stay the same objects. */
export function withSame<T, K>(
  before: readonly T[] | undefined,
  after: readonly T[],
  keyOf: (entry: T) => K,
): readonly T[] {
  const known = new Map(before?.map((entry) => [keyOf(entry), entry]));
  return after.map((entry) => sameOr(known.get(keyOf(entry)), entry));
}

const sameOr = <T>(known: T | undefined, entry: T): T =>
  known !== undefined && JSON.stringify(known) === JSON.stringify(entry) ? known : entry;
