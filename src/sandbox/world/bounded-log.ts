/** The latest entries of a log, oldest first. */
export interface BoundedLog<Entry> {
  add(entry: Entry): void;
  list(): readonly Entry[];
  /** How many were dropped to make room. */
  dropped(): number;
  reset(): void;
}

// Enough for a long test, small enough for a sandbox that runs for days.
const maxTotalCharacters = 32_000_000;

/** The longest text that an entry keeps whole, in characters. */
export const maxKeptCharacters = 100_000;

/** A log that forgets its older half when it is full, by the number or by the characters of its entries. */
export function boundedLog<Entry>(maxEntries: number, sizeOf: (entry: Entry) => number): BoundedLog<Entry> {
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
      while (entries.length > 0 && (entries.length >= maxEntries || characters + size > maxTotalCharacters))
        dropOlderHalf();
      entries.push(entry);
      characters += size;
    },
    list: () => entries,
    dropped: () => forgotten,
    reset() {
      entries = [];
      characters = 0;
      forgotten = 0;
    },
  };
}
