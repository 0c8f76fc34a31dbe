/** The latest entries of a log, oldest first. */
export interface Latest<Entry> {
  add(entry: Entry): void;
  list(): readonly Entry[];
  /** How many were dropped to make room. */
  forgotten(): number;
  reset(): void;
}

// Enough for a long test, small enough for a sandbox that runs for days.
const mostCharacters = 32_000_000;

/** The longest text that an entry keeps whole, in characters. */
export const longestKept = 100_000;

/** A log that forgets its older half when it is full, by the number or by the characters of its entries. */
export function latest<Entry>(mostEntries: number, sizeOf: (entry: Entry) => number): Latest<Entry> {
  let entries: Entry[] = [];
  let characters = 0;
  let forgotten = 0;
  const dropOlderHalf = (): void => {
    const dropped = Math.ceil(entries.length / 2);
    entries = entries.slice(dropped);
    characters = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    forgotten += dropped;
  };
  return {
    add(entry) {
      const size = sizeOf(entry);
      while (entries.length > 0 && (entries.length >= mostEntries || characters + size > mostCharacters))
        dropOlderHalf();
      entries.push(entry);
      characters += size;
    },
    list: () => entries,
    forgotten: () => forgotten,
    reset() {
      entries = [];
      characters = 0;
      forgotten = 0;
    },
  };
}
