/** The known key that a misspelt one comes closestKey to; undefined where none is near. */
export function closestKey(key: string, known: readonly string[]): string | undefined {
  const given = key.slice(0, 60);
  const begins = (each: string): boolean => given.length > 3 && each.startsWith(given);
  const ranked = known
    .map((each) => ({ each, far: begins(each) ? 1 : editDistance(given, each) }))
    .toSorted((one, other) => one.far - other.far);
  const [first] = ranked;
  return first !== undefined && first.far <= Math.max(1, first.each.length / 3) ? first.each : undefined;
}

/** How many letters must be changed, put in, left out or swapped with the next to come from one word to another. */
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
