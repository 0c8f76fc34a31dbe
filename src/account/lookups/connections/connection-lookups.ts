import type { AccountSettings } from '../../../config/accounts/settings.js';
import type { Clock } from '../../../upstream/clock.js';
import type { OwnReader } from '../own-read.js';
import { type ConnectionChooser, createConnectionChooser } from './chooser.js';
import { type ConnectionPages, createConnectionPages } from './pages/pages.js';
import { createPermittedConnections } from './permitted.js';
import type { ConnectionReads } from './shared-reads.js';

/** What is known of the connections of an account. */
export interface ConnectionLookups {
  readonly connections: ConnectionChooser;
  readonly pages: ConnectionPages;
}

/** Creates the lookups of an account's connections, as far as the account may use them. */
export function createConnectionLookups(
  { connection: pinned, permitted: ids, deadlineMs }: Pick<AccountSettings, 'connection' | 'permitted' | 'deadlineMs'>,
  read: OwnReader,
  shared: ConnectionReads,
  clock: Clock,
): ConnectionLookups {
  const pages = createConnectionPages(read, shared, deadlineMs, clock);
  const permitted = ids && createPermittedConnections(ids, pages, shared.meanings);
  const chosen = shared.meanings.chosen(ids);
  return {
    pages,
    connections: createConnectionChooser({ pinned, read, pages, permitted, shared, chosen, deadlineMs, clock }),
  };
}
