import type { Page } from './pages/page.js';
import type { ConnectionRecord } from './record.js';

/** All connections of an account. */
export interface AllConnections {
  /** The ids of all connections, in any state. */
  readonly ids: ReadonlySet<string>;
  /** Those that can be used, oldest first. */
  readonly active: readonly Pick<ConnectionRecord, 'id' | 'created'>[];
}

/** A read of a page, under way or done. */
export interface PageEntry {
  readonly reading: Promise<Page | undefined>;
  readonly since: number;
  state: 'open' | 'read' | 'failed';
  /** The page as it was last read. */
  page: Page | undefined;
}

/** What was read of the connections of one Maton key. */
export interface ConnectionReads {
  /** The pages of connections by id. */
  readonly pages: Map<string, PageEntry>;
  /** The list that is being read now. */
  listing: Promise<AllConnections> | undefined;
}

/** Reads that the accounts of a host share if they have the same key, and so the same connections. */
export interface SharedReads {
  /** The reads of the key with this identity, kept until an account of it closes last. */
  of(identity: string, closing: AbortSignal): ConnectionReads;
}

/**
 * Creates the shared reads of a host. Fifty accounts of one key that name their connections by page would otherwise each
 * read all fifty pages.
 */
export function createSharedReads(): SharedReads {
  const byIdentity = new Map<string, { readonly reads: ConnectionReads; holders: number }>();
  return {
    of(identity, closing) {
      const held = byIdentity.get(identity) ?? { reads: { pages: new Map(), listing: undefined }, holders: 0 };
      byIdentity.set(identity, held);
      held.holders += 1;
      const release = (): void => {
        held.holders -= 1;
        if (held.holders === 0) byIdentity.delete(identity);
      };
      closing.addEventListener('abort', release, { once: true });
      return held.reads;
    },
  };
}
