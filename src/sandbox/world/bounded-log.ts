/** A log that keeps the latest entries, oldest first. */
export interface BoundedLog<Entry> {
  add(entry: Entry): void;
  list(): readonly Entry[];
  /** How many entries were dropped to make room. */
  dropped(): number;
  reset(): void;
}

// Enough for a long test, small enough for a sandbox that runs for days.
const maxTotalCharacters = 32_000_000;

/** How many characters of one text an entry keeps; longer texts are cut or dropped. */
export const maxKeptCharacters = 100_000;

/** A log that drops its older half when it is full, counted in entries or in characters. */
export function boundedLog<Entry>(maxEntries: number, sizeOf: (entry: Entry) => number): BoundedLog<Entry> {
  let entries: Entry[] = [];
  let characters = 0;
  let droppedCount = 0;
  const dropOlderHalf = (): void => {
    const dropped = Math.ceil(entries.length / 2);
    entries = entries.slice(dropped);
    characters = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    droppedCount += dropped;
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
    dropped: () => droppedCount,
    reset() {
      entries = [];
      characters = 0;
      droppedCount = 0;
    },
  };
}
