import { runChange, type SharedStore, StoreAway } from './shared-store.js';

interface Kept {
  readonly json: string;
  readonly until: number;
}

/** Expired documents are dropped each time the number of documents has grown by this. */
const sweepEvery = 1_000;

/**
 * A store in the memory of this process: what it holds ends with it.
 * @param now milliseconds since 1970.
 */
export function createMemoryStore(now: () => number): SharedStore {
  const kept = new Map<string, Kept>();
  const watchers = new Map<string, Set<() => void>>();
  let sweepAt = sweepEvery;
  let isClosed = false;

  function sweep(time: number): void {
    for (const [key, { until }] of kept) if (until <= time) kept.delete(key);
    sweepAt = kept.size + sweepEvery;
  }

  return {
    async transact(documents, change, signal) {
      signal?.throwIfAborted();
      if (isClosed) throw new StoreAway('The store is closed');
      const time = now();
      const stored = new Map<string, string>();
      for (const { key } of documents) {
        const found = kept.get(key);
        if (found !== undefined && found.until > time) stored.set(key, found.json);
      }
      const { result, writes } = runChange(documents, stored, time, change);
      for (const [key, written] of writes) {
        if (written === undefined) kept.delete(key);
        else kept.set(key, { json: written.json, until: time + written.keepMs });
      }
      if (kept.size >= sweepAt) sweep(time);
      const notified = [...writes.keys()].flatMap((key) => [...(watchers.get(key) ?? [])]);
      for (const changed of notified) queueMicrotask(changed);
      return result;
    },
    watch({ key }, changed) {
      const own = (): void => changed();
      const all = watchers.get(key) ?? new Set();
      watchers.set(key, all.add(own));
      return () => {
        all.delete(own);
        if (all.size === 0 && watchers.get(key) === all) watchers.delete(key);
      };
    },
    async close() {
      isClosed = true;
      watchers.clear();
    },
  };
}
