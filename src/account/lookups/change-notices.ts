import { randomUUID } from 'node:crypto';
import type { Document, SharedStore } from '../../store/shared-store.js';

/** How processes tell each other that an account was changed, so that none of them uses what it has cached. */
export interface ChangeNotices {
  /** Tells the other processes. Never rejects: a notice is a courtesy, and caches expire by themselves. */
  announce(account: string): void;
  /** Calls back after another process has changed the account. Returns the function that ends this. */
  watch(account: string, changed: () => void): () => void;
}

/** For a process that shares nothing. */
export const noNotices: ChangeNotices = { announce: () => undefined, watch: () => () => undefined };

/** How long the last notice of an account is kept, in milliseconds: longer than anything is cached. */
const keptMs = 600_000;

/** Names the last change of an account. */
const noticeOf = (account: string): Document<string> => ({
  key: `changed:{${account}}`,
  parse: (written) => (typeof written === 'string' ? written : undefined),
});

/** Which change a process knows last. `backSince`: since when the store is back, which may have lost changes before. */
interface Known {
  id: string | undefined;
  backSince: number | undefined;
  /** The announcements of this process that are under way. */
  announcing: Promise<unknown>;
}

/** Notices through a store. A call back can come for nothing, but none is missing: each change names the one before. */
export function createChangeNotices(store: SharedStore): ChangeNotices {
  const watching = new Map<string, Set<{ readonly known: Known; readonly changed: () => void }>>();
  const watchersOf = (account: string) => [...(watching.get(account) ?? [])];

  async function announce(account: string): Promise<void> {
    const notice = noticeOf(account);
    const id = randomUUID();
    const before = await store.transact([notice], (transaction) => {
      const found = transaction.read(notice);
      transaction.write(notice, id, keptMs);
      return found;
    });
    for (const { known, changed } of watchersOf(account)) {
      const isMissed = known.id !== before;
      known.id = id;
      // Another process has changed the account before, and its notice can only be seen here.
      if (isMissed) changed();
    }
  }

  return {
    announce(account) {
      const announcing = announce(account).catch(() => undefined);
      for (const { known } of watchersOf(account)) known.announcing = Promise.all([known.announcing, announcing]);
    },
    watch(account, changed) {
      const notice = noticeOf(account);
      const known: Known = { id: undefined, backSince: undefined, announcing: Promise.resolve() };
      const watcher = { known, changed };
      const all = watching.get(account) ?? new Set();
      watching.set(account, all.add(watcher));
      async function look(): Promise<void> {
        // What this process announces itself is no news.
        await known.announcing;
        const { id, backSince } = await store.transact([notice], (transaction) => {
          return { id: transaction.read(notice), backSince: transaction.backSince };
        });
        const isNews = id !== known.id || backSince !== known.backSince;
        known.id = id;
        known.backSince = backSince;
        if (isNews) changed();
      }
      // If it cannot be read, it is not known what changed.
      const end = store.watch(notice, () => void look().catch(changed));
      return () => {
        end();
        all.delete(watcher);
        if (all.size === 0 && watching.get(account) === all) watching.delete(account);
      };
    },
  };
}

/** Empties caches whenever another process has changed the account, until `closing` aborts. */
export function forgetOnChange(
  notices: ChangeNotices,
  account: string,
  closing: AbortSignal,
  caches: readonly (() => void)[],
): void {
  const end = notices.watch(account, () => {
    for (const forget of caches) forget();
  });
  closing.addEventListener('abort', end, { once: true });
}
