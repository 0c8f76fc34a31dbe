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

/**
 * What names of pages were first found to mean. A page that is renamed later must neither open another connection nor
 * redirect a send.
 */
export interface PageMeanings {
  /** The connections that names in grants permit, by the form of the name. */
  readonly permitted: Map<string, ReadonlySet<string>>;
  /** The connection that a name chooses from those which may be used, by the form of the name. */
  chosen(permitted: readonly string[] | undefined): Map<string, string>;
}

/** What was read of the connections of one Maton key. */
export interface ConnectionReads {
  /** The pages of connections by id. */
  readonly pages: Map<string, PageEntry>;
  /** The list that is being read now. */
  listing: Promise<AllConnections> | undefined;
  readonly meanings: PageMeanings;
}

/** Reads that the accounts of a host share if they have the same key, and so the same connections. */
export interface SharedReads {
  /**
   * The reads of the key with this identity, kept until an account of it closes last. What names mean is kept as long as the
   * host: accounts open and close with what callers ask for.
   */
  of(identity: string, closing: AbortSignal): ConnectionReads;
}

function createMeanings(): PageMeanings & { isEmpty(): boolean } {
  const permitted: PageMeanings['permitted'] = new Map();
  const chosen = new Map<string, Map<string, string>>();
  return {
    permitted,
    chosen(among) {
      const key = JSON.stringify(among ?? null);
      const known = chosen.get(key) ?? new Map<string, string>();
      chosen.set(key, known);
      return known;
    },
    isEmpty: () => permitted.size === 0 && [...chosen.values()].every(({ size }) => size === 0),
  };
}

/**
 * Creates the shared reads of a host. Fifty accounts of one key that name their connections by page would otherwise each
 * read all fifty pages.
 */
export function createSharedReads(): SharedReads {
  const byIdentity = new Map<string, { readonly reads: ConnectionReads; holders: number }>();
  const meaningsOf = new Map<string, ReturnType<typeof createMeanings>>();
  return {
    of(identity, closing) {
      const meanings = meaningsOf.get(identity) ?? createMeanings();
      meaningsOf.set(identity, meanings);
      const held = byIdentity.get(identity) ?? {
        reads: { pages: new Map(), listing: undefined, meanings },
        holders: 0,
      };
      byIdentity.set(identity, held);
      held.holders += 1;
      const release = (): void => {
        held.holders -= 1;
        if (held.holders > 0) return;
        byIdentity.delete(identity);
        // Callers can bring any number of keys that lead nowhere.
        if (meanings.isEmpty()) meaningsOf.delete(identity);
      };
      closing.addEventListener('abort', release, { once: true });
      return held.reads;
    },
  };
}
