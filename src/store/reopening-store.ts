import { type Document, type SharedStore, StoreAway } from './shared-store.js';

/** What a reopening store is made of. */
export interface ReopeningParts {
  /** Opens the store. Rejects with StoreAway while that is not possible. */
  readonly open: () => Promise<SharedStore>;
  /** Told why the store cannot be used from now on, or that it is used again: undefined. */
  readonly onAway: (reason: string | undefined) => void;
  /** Milliseconds from any fixed point. */
  readonly now: () => number;
}

/** A store that could not be used is not opened again for so long, in milliseconds. */
const restMs = 500;

/** Who is told of changes of a document, and the store that tells them. */
interface Watch {
  readonly document: Document<unknown>;
  readonly changed: () => void;
  at?: SharedStore | undefined;
  stop: () => void;
}

/** Attaches a watch to the store that is open. */
function attach(watch: Watch, store: SharedStore): void {
  if (watch.at === store) return;
  watch.stop();
  watch.at = store;
  watch.stop = store.watch(watch.document, watch.changed);
}

/**
 * A store that is opened with its first use, and again after it could not be used. Until then everything rejects with
 * StoreAway: there is no other place for what is in it.
 */
export function createReopeningStore({ open, onAway, now }: ReopeningParts): SharedStore {
  const watches = new Set<Watch>();
  let opening: Promise<SharedStore> | undefined;
  let away: StoreAway | undefined;
  let retryAt = 0;
  let isClosed = false;

  function failed(error: unknown): void {
    if (!(error instanceof StoreAway) || isClosed) return;
    if (away === undefined) onAway(error.message);
    away = error;
    retryAt = now() + restMs;
  }

  async function openOnce(): Promise<SharedStore> {
    const store = await open();
    if (isClosed) {
      await store.close();
      throw new StoreAway('The store is closed');
    }
    for (const each of watches) attach(each, store);
    // What changed meanwhile was not seen.
    if (away !== undefined) for (const { changed } of watches) queueMicrotask(changed);
    if (away !== undefined) onAway(undefined);
    away = undefined;
    return store;
  }

  function current(): Promise<SharedStore> {
    if (opening !== undefined) return opening;
    if (away !== undefined && now() < retryAt) return Promise.reject(away);
    const attempt = openOnce();
    opening = attempt;
    attempt.catch((error: unknown) => {
      if (opening === attempt) opening = undefined;
      failed(error);
    });
    return attempt;
  }

  /** The store cannot be used: the next transaction opens it again. */
  function leave(used: Promise<SharedStore>, store: SharedStore, error: unknown): void {
    if (opening !== used) return;
    opening = undefined;
    failed(error);
    store.close().catch(() => undefined);
  }

  return {
    async transact(documents, change, signal) {
      signal?.throwIfAborted();
      if (isClosed) throw new StoreAway('The store is closed');
      const used = current();
      const store = await used;
      signal?.throwIfAborted();
      try {
        return await store.transact(documents, change, signal);
      } catch (error) {
        if (error instanceof StoreAway) leave(used, store, error);
        throw error;
      }
    },
    watch(document, changed) {
      const entry: Watch = { document, changed, stop: () => undefined };
      watches.add(entry);
      if (!isClosed)
        current().then(
          (store) => {
            if (watches.has(entry)) attach(entry, store);
          },
          () => undefined,
        );
      return () => {
        watches.delete(entry);
        entry.stop();
      };
    },
    async close() {
      isClosed = true;
      watches.clear();
      await opening?.then(
        (store) => store.close(),
        () => undefined,
      );
    },
  };
}
