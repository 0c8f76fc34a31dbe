import { randomUUID } from 'node:crypto';
import { isObject } from '../../../tools/contract/json.js';
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

interface Notice {
  readonly by: string;
  readonly id: string;
}

const noticeOf = (account: string): Document<Notice> => ({
  key: `changed:{${account}}`,
  parse: (written) =>
    isObject(written) && typeof written.by === 'string' && typeof written.id === 'string'
      ? { by: written.by, id: written.id }
      : undefined,
});

/** Notices through a store. */
export function createChangeNotices(store: SharedStore): ChangeNotices {
  const self = randomUUID();
  return {
    announce(account) {
      const notice = noticeOf(account);
      store
        .transact([notice], (transaction) => transaction.write(notice, { by: self, id: randomUUID() }, keptMs))
        .catch(() => undefined);
    },
    watch(account, changed) {
      const notice = noticeOf(account);
      let last: string | undefined;
      return store.watch(notice, () => {
        store
          .transact([notice], (transaction) => transaction.read(notice))
          .then(
            (read) => {
              const isOwn = read?.by === self || read?.id === last;
              last = read?.id;
              if (!isOwn) changed();
            },
            // It is not known what changed.
            changed,
          );
      });
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
