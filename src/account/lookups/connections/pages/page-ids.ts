import type { Document, SharedStore } from '../../../../store/shared-store.js';

/**
 * The pages that connections lead to, for all processes that share a store. ManyChat's limits are per page, and two
 * connections can lead to one. The page of a connection never changes, so it is read once.
 */
export interface PageIds {
  /**
   * The id of the page; undefined if it cannot be learnt. Never rejects.
   * @param read reads it from ManyChat.
   */
  of(account: string, connection: string, read: () => Promise<string | undefined>): Promise<string | undefined>;
}

/** How long an id is kept after it was last needed by a process that did not know it, in milliseconds: a year. */
const keptMs = 31_536_000_000;

const idOf = (account: string, connection: string): Document<string> => ({
  key: `page-of:{${account}}:${connection.toLowerCase()}`,
  parse: (written) => (typeof written === 'string' && written !== '' ? written : undefined),
});

/** The most connections whose page this process remembers. */
const maxKnown = 10_000;

/** Ids in a store. */
export function createPageIds(store: SharedStore): PageIds {
  const known = new Map<string, Promise<string | undefined>>();

  async function learnt(document: Document<string>, read: () => Promise<string | undefined>) {
    // While the store is away, the page is read all the same: its limits must not be those of the connection.
    const stored = await store.transact([document], (transaction) => transaction.read(document)).catch(() => undefined);
    if (stored !== undefined) return stored;
    const id = await read();
    if (id !== undefined)
      await store.transact([document], (transaction) => transaction.write(document, id, keptMs)).catch(() => undefined);
    return id;
  }

  return {
    of(account, connection, read) {
      const document = idOf(account, connection);
      const { key } = document;
      let id = known.get(key);
      if (id === undefined) {
        id = learnt(document, read).catch(() => undefined);
        known.set(key, id);
        const [oldest] = known.keys();
        if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
        // What could not be learnt is tried again with the next call.
        id.then((found) => found ?? known.delete(key));
      }
      return id;
    },
  };
}
