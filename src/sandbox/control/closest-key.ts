/** The known key closest to a misspelt one; undefined if none is close. */
export function closestKey(key: string, known: readonly string[]): string | undefined {
  const input = key.slice(0, 60);
  const isPrefix = (each: string): boolean => input.length > 3 && each.startsWith(input);
  const ranked = known
    .map((each) => ({ each, distance: isPrefix(each) ? 1 : editDistance(input, each) }))
    .toSorted((one, other) => one.distance - other.distance);
  const [first] = ranked;
  return first !== undefined && first.distance <= Math.max(1, first.each.length / 3) ? first.each : undefined;
}

/** Optimal string alignment distance: substitutions, insertions, deletions and swaps of neighbours. */
function editDistance(from: string, to: string): number {
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
