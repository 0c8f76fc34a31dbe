import { type BoundedLog, boundedLog } from './bounded-log.js';

/** A log of which the entries with the same key are found without looking at the others. */
export interface IndexedLog<Entry> extends BoundedLog<Entry> {
  /** The kept entries with this key, oldest first. */
  of(key: string): readonly Entry[];
}

/** A bounded log with an index; an entry whose key is undefined is only in the list. */
export function indexedLog<Entry>(
  maxEntries: number,
  sizeOf: (entry: Entry) => number,
  keyOf: (entry: Entry) => string | undefined,
): IndexedLog<Entry> {
  const log = boundedLog(maxEntries, sizeOf);
  const index = new Map<string, Entry[]>();
  let indexedDrops = 0;

  function put(entry: Entry): void {
    const key = keyOf(entry);
    if (key === undefined) return;
    const entries = index.get(key);
    if (entries === undefined) index.set(key, [entry]);
    else entries.push(entry);
  }

  return {
    ...log,
    add(entry) {
      log.add(entry);
      if (log.dropped() === indexedDrops) {
        put(entry);
        return;
      }
      // The older half is dropped at once, so this is rare.
      indexedDrops = log.dropped();
      index.clear();
      for (const kept of log.list()) put(kept);
    },
    of: (key) => index.get(key) ?? [],
    reset() {
      log.reset();
      index.clear();
      indexedDrops = 0;
    },
  };
}
