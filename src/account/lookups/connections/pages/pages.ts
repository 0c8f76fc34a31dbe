import { getPage } from '../../../../../tools/endpoints/page.js';
import { type Clock, sleep } from '../../../../upstream/clock.js';
import type { OwnReader } from '../../own-read.js';
import type { ConnectionReads, PageEntry } from '../shared-reads.js';
import { type Page, pageIn } from './page.js';

/** The pages of connections by id; undefined where the page cannot be read, no entry where it was not read in time. */
type PagesById = ReadonlyMap<string, Page | undefined>;

/** How many pages are read, and for how long. */
interface ReadLimits {
  /** Pages that are read; those that are cached do not count. */
  readonly most?: number;
  readonly forMs?: number;
  /** How old a cached page may be, if less than usual. */
  readonly maxAgeMs?: number;
}

/** The pages behind the connections of an account. */
export interface ConnectionPages {
  /** The page of a connection; undefined if it cannot be read. Never rejects. */
  of(connection: string, callId: string): Promise<Page | undefined>;
  /** The pages of several connections; those that are cached come first. Never rejects. */
  ofSome(connections: readonly string[], callId: string, limits?: ReadLimits): Promise<PagesById>;
  /** The pages that were read, however long ago. */
  known(): ReadonlyMap<string, Page>;
  /** Forgets the pages of all other connections. */
  keepOnly(connections: readonly string[]): void;
}

/** Cache lifetimes in milliseconds. The page of a connection never changes, but it can be renamed. */
const cachedMs = { read: 300_000, failed: 30_000 };

/** Pages that are read at the same time: what Maton allows in a second. */
const atOnce = 10;

/** The share of a call's time that one page may take, so that a broken connection does not use up the rest. */
const readShare = 0.2;

/**
 * Reads the pages of connections and caches them. Each is read by one request through its connection.
 * @param deadlineMs the longest that a call may take.
 */
export function createConnectionPages(
  read: OwnReader,
  { pages: entries }: Pick<ConnectionReads, 'pages'>,
  deadlineMs: number,
  clock: Clock,
): ConnectionPages {
  function cached(connection: string, maxAgeMs: number): PageEntry | undefined {
    const entry = entries.get(connection);
    if (entry === undefined || entry.state === 'open') return entry;
    const longest = entry.state === 'failed' ? cachedMs.failed : Math.min(maxAgeMs, cachedMs.read);
    return clock.now() - entry.since <= longest ? entry : undefined;
  }

  function pageOf(connection: string, callId: string, maxAgeMs: number): Promise<Page | undefined> {
    const known = cached(connection, maxAgeMs);
    if (known !== undefined) return known.reading;
    const answer = read({ endpoint: getPage, input: {}, connection, deadlineMs: deadlineMs * readShare, id: callId });
    const reading = answer.then(
      ({ result }) => {
        const page = pageIn(result);
        entry.page = page ?? entry.page;
        entry.state = page === undefined ? 'failed' : 'read';
        return page;
      },
      () => {
        entry.state = 'failed';
        return undefined;
      },
    );
    const entry: PageEntry = { reading, since: clock.now(), state: 'open', page: entries.get(connection)?.page };
    entries.set(connection, entry);
    return reading;
  }

  return {
    of: (connection, callId) => pageOf(connection, callId, cachedMs.read),
    async ofSome(connections, callId, { most = connections.length, forMs, maxAgeMs = cachedMs.read } = {}) {
      const isCached = (id: string): boolean => cached(id, maxAgeMs) !== undefined;
      const queue = [...connections.filter(isCached), ...connections.filter((id) => !isCached(id)).slice(0, most)];
      const found = new Map<string, Page | undefined>();
      const over = new AbortController();
      async function work(): Promise<void> {
        for (let id = queue.shift(); id !== undefined && !over.signal.aborted; id = queue.shift())
          found.set(id, await pageOf(id, callId, maxAgeMs));
      }
      const reading = Promise.all(Array.from({ length: atOnce }, work)).then(() => over.abort());
      await (forMs === undefined ? reading : sleep(clock, forMs, over.signal));
      over.abort();
      return new Map(found);
    },
    known: () => new Map([...entries].flatMap(([id, { page }]) => (page === undefined ? [] : [[id, page] as const]))),
    keepOnly(connections) {
      const kept = new Set(connections);
      for (const id of entries.keys()) if (!kept.has(id)) entries.delete(id);
    },
  };
}
