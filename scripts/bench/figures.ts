/** The value below which `share` of all values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** A ratio, such as `1.85x`. */
export const times = (ratio: number): string => `${ratio.toFixed(2)}x`;

export const milliseconds = (value: number): string => `${value.toFixed(2)} ms`;

/** Rows as a table: the first column left-aligned, the others right-aligned. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const cell = (text: string, column: number): string =>
    column === 0 ? text.padEnd(width(column)) : text.padStart(width(column));
  return rows.map((row) => `   ${row.map(cell).join('  ')}`);
}

/** Calls `once` `calls` times, `inFlight` at a time, and returns the total milliseconds. */
export async function timed(
  calls: number,
  inFlight: number,
  once: (index: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < calls) {
      const index = next;
      next += 1;
      await once(index);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  return performance.now() - started;
}
