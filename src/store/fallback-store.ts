import { type Document, runChange, type SharedStore, StoreAway, type Transaction } from './shared-store.js';

/** A document as it stands in a store. */
export interface Seen {
  /** JSON text. */
  readonly json: string;
  /** When it is gone, by the clock of the store. */
  readonly until: number;
}

/** Told, after each transaction, what every document of it has become, and the time of the transaction. */
export type OnSeen = (key: string, seen: Seen | undefined, now: number) => void;

/** What a fallback store is made of. */
export interface FallbackParts {
  /** Opens the store that is shared. `isAgain`: it was away, and nothing may wait for it. */
  readonly open: (onSeen: OnSeen, isAgain: boolean) => Promise<SharedStore>;
  /** Told why the shared store cannot be used from now on, or that it is used again: undefined. */
  readonly onAway: (reason: string | undefined) => void;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** A shared store that was away is not tried again for so long, in milliseconds. */
const restMs = 30_000;
/** Longer than this nothing that was changed in memory keeps the shared store away, in milliseconds. */
const longestMs = 26 * 3_600_000;
/** Expired copies are dropped each time their number has grown by this. */
const sweepEvery = 1_000;

/**
 * A shared store, and the memory of this process while the shared one cannot be used: then processes do not share, and
 * nothing waits or fails. Memory begins with a copy of every document that this process has seen, so what it knows of
 * its own sends and turns is not lost. The shared store is used again once nothing that was changed in memory is needed
 * any more: documents of the same key cannot be merged.
 */
export function createFallbackStore({ open, onAway, wallClock }: FallbackParts): SharedStore {
  const copies = new Map<string, Seen>();
  /** Documents that were changed in memory, with the time until which the shared one must not be used instead. */
  const diverged = new Map<string, number>();
  const watches = new Set<{ readonly document: Document<unknown>; readonly changed: () => void; stop: () => void }>();
  let opening: Promise<SharedStore | undefined> | undefined;
  let active: SharedStore | undefined;
  let isClosed = false;
  let retryAt = 0;
  let latest = 0;
  /** How far the clock of the store is ahead of the machine's, which may have been set back. */
  let ahead = 0;
  let sweepAt = sweepEvery;

  function timeInMemory(): number {
    latest = Math.max(latest, Math.trunc(wallClock()) + ahead);
    return latest;
  }

  const onSeen: OnSeen = (key, seen, now) => {
    latest = now;
    ahead = now - Math.trunc(wallClock());
    if (seen === undefined) copies.delete(key);
    else copies.set(key, seen);
    sweep(now);
  };

  function sweep(now: number): void {
    if (copies.size < sweepAt) return;
    for (const [key, { until }] of copies) if (until <= now) copies.delete(key);
    sweepAt = copies.size + sweepEvery;
  }

  async function use(isAgain: boolean): Promise<SharedStore | undefined> {
    try {
      const store = await open(onSeen, isAgain);
      if (isClosed) {
        await store.close();
        return undefined;
      }
      active = store;
      diverged.clear();
      if (isAgain) onAway(undefined);
      for (const each of watches) each.stop = store.watch(each.document, each.changed);
      tellAll();
      return store;
    } catch (error) {
      if (!(error instanceof StoreAway)) throw error;
      retryAt = timeInMemory() + restMs;
      if (!isAgain) onAway(error.message);
      return undefined;
    }
  }

  /** From now on memory serves. */
  function leave(store: SharedStore, reason: string): void {
    if (active !== store) return;
    active = undefined;
    opening = Promise.resolve(undefined);
    retryAt = timeInMemory() + restMs;
    // Transactions that still wait for its lock come to memory as well.
    void store.close().catch(() => undefined);
    onAway(reason);
    tellAll();
  }

  function tellAll(): void {
    for (const { changed } of watches) queueMicrotask(changed);
  }

  /** The shared store, if it can be used. */
  function shared(): Promise<SharedStore | undefined> {
    opening ??= use(false);
    if (active !== undefined || retryAt === 0) return opening;
    const now = timeInMemory();
    if (now < retryAt) return opening;
    retryAt = now + restMs;
    for (const [key, until] of diverged) if (until <= now) diverged.delete(key);
    if (diverged.size === 0) opening = use(true);
    return opening;
  }

  function inMemory<Result>(
    documents: readonly Document<unknown>[],
    change: (transaction: Transaction) => Result,
  ): Result {
    const now = timeInMemory();
    const stored = new Map<string, string>();
    for (const { key } of documents) {
      const copy = copies.get(key);
      if (copy !== undefined && copy.until > now) stored.set(key, copy.json);
    }
    const { result, writes } = runChange(documents, stored, now, change);
    for (const [key, written] of writes) {
      const until = written === undefined ? 0 : now + written.keepMs;
      const needed = Math.max(until, diverged.get(key) ?? 0, copies.get(key)?.until ?? 0);
      diverged.set(key, Math.min(needed, now + longestMs));
      if (written === undefined) copies.delete(key);
      else copies.set(key, { json: written.json, until });
    }
    sweep(now);
    for (const { document, changed } of watches) if (writes.has(document.key)) queueMicrotask(changed);
    return result;
  }

  return {
    async transact(documents, change, signal) {
      signal?.throwIfAborted();
      if (isClosed) throw new StoreAway('The store is closed');
      const store = await shared();
      signal?.throwIfAborted();
      if (isClosed) throw new StoreAway('The store is closed');
      if (store !== undefined) {
        try {
          return await store.transact(documents, change, signal);
        } catch (error) {
          if (!(error instanceof StoreAway) || isClosed) throw error;
          leave(store, error.message);
        }
      }
      return inMemory(documents, change);
    },
    watch(document, changed) {
      const entry = { document, changed, stop: active?.watch(document, changed) ?? (() => undefined) };
      watches.add(entry);
      // A defect is reported by the next transaction.
      shared().catch(() => undefined);
      return () => {
        watches.delete(entry);
        entry.stop();
      };
    },
    async close() {
      isClosed = true;
      watches.clear();
      await opening?.then((store) => store?.close());
    },
  };
}
