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
  /**
   * Opens the store that is shared. `notBefore`: it was away, nothing may wait for it, and its time goes on from there;
   * undefined the first time.
   */
  readonly open: (onSeen: OnSeen, notBefore: number | undefined) => Promise<SharedStore>;
  /** Told why the shared store cannot be used from now on, or that it is used again: undefined. */
  readonly onAway: (reason: string | undefined) => void;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** How much is copied at most, in characters of JSON: 64 million by default. */
  readonly maxCharacters?: number | undefined;
}

/** A shared store that was away is not tried again for so long, in milliseconds. */
const restMs = 30_000;
/** Expired copies are dropped each time their number has grown by this. */
const sweepEvery = 1_000;
/**
 * Documents that are handed over in one transaction, how often that is repeated for those that others change at that
 * moment, and how long calls wait for all of them, in milliseconds.
 */
const handOver = { atOnce: 200, repeats: 10, patienceMs: 1_000 };

/** A document that was changed in memory. */
interface Diverged {
  /** What the shared store had, as far as this process knew. */
  readonly base: string | undefined;
  /** From then on the change is not needed any more. */
  readonly until: number;
}

/** JSON as `JSON.stringify` writes it; undefined if it cannot be read. */
function canonical(json: string | undefined): string | undefined {
  try {
    return json === undefined ? undefined : JSON.stringify(JSON.parse(json));
  } catch {
    return undefined;
  }
}

/** Whatever is wrong must not hold up what the store is for. */
const reasonOf = (error: unknown): string =>
  error instanceof StoreAway
    ? error.message
    : `there was an unexpected ${error instanceof Error ? error.name : 'error'}`;

/**
 * A shared store, and the memory of this process while the shared one cannot be used: then processes do not share, and
 * nothing waits or fails. Memory begins with a copy of every document that this process has seen, so what it knows of
 * its own sends and turns is not lost.
 *
 * As soon as the shared store can be used again, it is handed what was changed in memory. Of a document that others have
 * changed too, the version that is needed longer counts: the later send, the longer pause. Transactions are told since
 * when it is back, so that the pacer is silent for as long as turns of others may be missing.
 */
export function createFallbackStore(parts: FallbackParts): SharedStore {
  const { open, onAway, wallClock, maxCharacters = 64_000_000 } = parts;
  /** Those seen last come last. */
  const copies = new Map<string, Seen>();
  const diverged = new Map<string, Diverged>();
  const watches = new Set<{ readonly document: Document<unknown>; readonly changed: () => void; stop: () => void }>();
  let opening: Promise<SharedStore | undefined> | undefined;
  let active: SharedStore | undefined;
  let isClosed = false;
  let retryAt = 0;
  let latest = 0;
  /** How far the clock of the store is ahead of the machine's, which may have been set back. */
  let ahead = 0;
  /** When something was handed over last, by the clock of the store. */
  let backSince: number | undefined;
  let sweepAt = sweepEvery;
  let characters = 0;

  function timeInMemory(): number {
    const wall = Math.trunc(wallClock());
    latest = Math.max(latest, wall + ahead);
    ahead = latest - wall;
    return latest;
  }

  const onSeen: OnSeen = (key, seen, now) => {
    latest = now;
    ahead = now - Math.trunc(wallClock());
    copy(key, seen);
    sweep(now);
  };

  function copy(key: string, seen: Seen | undefined): void {
    characters += (seen?.json.length ?? 0) - (copies.get(key)?.json.length ?? 0);
    copies.delete(key);
    if (seen !== undefined) copies.set(key, seen);
  }

  /** Drops what has expired; then, if there is too much, what was seen longest ago, the changes of memory last. */
  function sweep(now: number): void {
    if (copies.size < sweepAt && characters <= maxCharacters) return;
    for (const [key, { until }] of copies) if (until <= now) copy(key, undefined);
    for (const areDiverged of [false, true])
      for (const key of copies.keys()) {
        if (characters <= maxCharacters) break;
        if (diverged.has(key) !== areDiverged) continue;
        copy(key, undefined);
        diverged.delete(key);
      }
    sweepAt = copies.size + sweepEvery;
  }

  async function use(isAgain: boolean): Promise<SharedStore | undefined> {
    let store: SharedStore | undefined;
    try {
      store = await open(onSeen, isAgain ? timeInMemory() : undefined);
      if (isAgain) await handAllOver(store);
      if (isClosed) {
        await store.close();
        return undefined;
      }
      active = store;
      if (isAgain) onAway(undefined);
      for (const each of watches) each.stop = store.watch(each.document, each.changed);
      tellAll();
      return store;
    } catch (error) {
      active = undefined;
      await store?.close().catch(() => undefined);
      retryAt = timeInMemory() + restMs;
      if (!isAgain) onAway(reasonOf(error));
      return undefined;
    }
  }

  /** Writes to the shared store what was changed in memory. */
  async function handAllOver(store: SharedStore): Promise<void> {
    const signal = AbortSignal.timeout(handOver.patienceMs);
    for (let left = Math.ceil(diverged.size / handOver.atOnce) + handOver.repeats; diverged.size > 0; left -= 1) {
      if (left === 0) throw new StoreAway('others write it all the time');
      const documents = [...diverged.keys()].slice(0, handOver.atOnce).map((key): Document<unknown> => {
        return { key, parse: (written) => written };
      });
      const own = new Map(documents.map(({ key }) => [key, copies.get(key)]));
      try {
        // After this, the copies are what others have made of the documents.
        await store.transact(documents, () => undefined, signal);
        const others = new Map(documents.map(({ key }) => [key, copies.get(key)]));
        const done = await store.transact(
          documents,
          (transaction) =>
            documents.filter((each) => merge(transaction, each, own.get(each.key), others.get(each.key))),
          signal,
        );
        for (const { key } of done) diverged.delete(key);
        for (const { key } of documents) if (diverged.has(key)) copy(key, own.get(key));
      } catch (error) {
        for (const [key, seen] of own) copy(key, seen);
        throw error;
      }
    }
  }

  /** @returns false if others have changed the document just now: it has to be read again. */
  function merge(
    transaction: Transaction,
    document: Document<unknown>,
    own: Seen | undefined,
    others: Seen | undefined,
  ): boolean {
    const { now } = transaction;
    backSince = now;
    if (JSON.stringify(transaction.read(document)) !== canonical(others?.json)) return false;
    const until = own === undefined || own.until <= now ? 0 : own.until;
    if (others?.json !== diverged.get(document.key)?.base && until <= (others?.until ?? 0)) return true;
    if (own !== undefined && until > 0) transaction.write(document, JSON.parse(own.json), until - now);
    else if (others !== undefined) transaction.remove(document);
    return true;
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
    for (const [key, { until }] of diverged) if (until <= now) diverged.delete(key);
    opening = use(true);
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
      const { base, until: needed } = diverged.get(key) ?? {
        base: copies.get(key)?.json,
        until: copies.get(key)?.until ?? 0,
      };
      diverged.set(key, { base, until: Math.max(until, needed) });
      copy(key, written && { json: written.json, until });
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
          return await store.transact(documents, (transaction) => change({ ...transaction, backSince }), signal);
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
      void shared();
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
