import { createHash } from 'node:crypto';
import { effectRules } from '../../../../tools/contract/effect.js';
import type { Declaration } from '../../../../tools/contract/endpoint.js';
import { CallError, type Failure, type Kind } from '../../../../tools/contract/failure.js';
import { asObject, type Result, toList } from '../../../../tools/contract/json.js';
import { idText, quoted } from '../../../../tools/contract/quoted.js';
import { isConnectionId, isMatonId } from '../../../../tools/contract/reference.js';
import { listConnections } from '../../../../tools/endpoints/connections.js';
import { manychatKeyIn } from '../../../config/accounts/keys.js';
import type { AccountSettings } from '../../../config/accounts/settings.js';
import { operatorDoes } from '../../../text/operator.js';
import type { Redactor } from '../../../text/redaction.js';
import type { Clock } from '../../../upstream/clock.js';
import { callError } from '../../../upstream/failures/call-error.js';
import type { FailureContext } from '../../../upstream/failures/context.js';
import type { OwnReader } from '../own-read.js';
import { createNamedConnections } from './named.js';
import { severalConnected, unreadHint } from './names.js';
import { pageText } from './pages/page.js';
import type { ConnectionPages } from './pages/pages.js';
import type { PermittedConnections } from './permitted.js';
import { type ConnectionRecord, connectionsIn } from './record.js';
import type { ConnectionReads } from './shared-reads.js';

/** The part of an ACTIVE connection that the choice depends on. */
export type ActiveConnection = Pick<ConnectionRecord, 'id' | 'created'>;

/** The connection of a call, and a warning if the choice was not obvious. */
interface ChosenConnection {
  readonly id: string;
  readonly warning?: string;
}

/** Chooses the connection of a call. */
export interface ConnectionChooser {
  /**
   * The connection to use: the pinned one, the one that was asked for by its id or page name, or the only one. Reads use
   * the oldest of several.
   * @throws CallError if there is none, or several and the call changes something.
   */
  choose(asked: string | undefined, context: FailureContext, callId: string): Promise<ChosenConnection>;
  /**
   * Refuses connections that may not be used, like those that do not exist.
   * @throws CallError
   */
  refuseOthers(asked: readonly unknown[], context: FailureContext, callId: string): Promise<void>;
  /** A list of connections without those that may not be used. */
  withoutOthers(result: Result, callId: string): Promise<Result>;
  /** Drops the cached list, because a connection was created, deleted or found missing, and what has meant this one. */
  forget(missing?: string): void;
}

/** How long a list of connections is cached, in milliseconds: for a read, and for a call that changes something. */
const cachedMs = { read: 30_000, write: 2_000 };

/** Pages that are read for the choices of a refusal, and for how long, in milliseconds. */
const shownPages = { most: 25, forMs: 5_000 };

/** What connections are chosen with. */
export interface ChooserParts {
  /** The connection of every call, by its id or page name. */
  readonly pinned: string | undefined;
  readonly read: OwnReader;
  readonly pages: ConnectionPages;
  /** The connections that may be used; all if it is undefined. */
  readonly permitted: PermittedConnections | undefined;
  readonly shared: Pick<ConnectionReads, 'listing'>;
  /** What names have come to mean. */
  readonly chosen: Map<string, string>;
  /** The longest that a call may take. */
  readonly deadlineMs: number;
  readonly clock: Pick<Clock, 'now'>;
}

/** Creates the chooser of an account. */
export function createConnectionChooser({
  pinned,
  read,
  pages,
  permitted,
  shared,
  chosen,
  deadlineMs,
  clock,
}: ChooserParts): ConnectionChooser {
  let cached: { readonly connections: Promise<readonly ActiveConnection[]>; readonly since: number } | undefined;

  async function list(input: Result, id: string): Promise<Result> {
    const { result } = await read({ endpoint: listConnections, input, connection: undefined, deadlineMs, id });
    return result;
  }

  const named = createNamedConnections(
    async (callId) => {
      const result = await list({}, callId);
      const ids = connectionsIn(result).map(({ id }) => id);
      return { ids: new Set(ids.filter(isConnectionId)), active: activeIn(result).toSorted(byCreation) };
    },
    pages,
    shared,
    permitted,
    chosen,
  );

  /** The ACTIVE connections that may be used. */
  async function usable(readOnly: boolean, callId: string): Promise<readonly ActiveConnection[]> {
    const every = await active(readOnly, callId);
    if (permitted === undefined) return every;
    return (await permitted.among({ ids: new Set(every.map(({ id }) => id)), active: every }, callId)).active;
  }

  /** Concurrent calls share one read; a failed read is not cached. */
  function active(readOnly: boolean, callId: string): Promise<readonly ActiveConnection[]> {
    const now = clock.now();
    if (cached !== undefined && now - cached.since < cachedMs[readOnly ? 'read' : 'write']) return cached.connections;
    const entry = { connections: list({ status: 'ACTIVE' }, callId).then(activeIn), since: now };
    cached = entry;
    entry.connections.catch(() => {
      if (cached === entry) cached = undefined;
    });
    return entry.connections;
  }

  return {
    async choose(asked, context, callId) {
      const name = pinned ?? asked;
      if (name !== undefined) return named.find(name, context, callId);
      const { readOnly } = effectRules[context.declaration.effect];
      const connections = (await usable(readOnly, callId)).toSorted(byCreation);
      const [oldest, ...others] = connections;
      if (oldest === undefined) {
        // The user may be about to open the link, and the next call must see the new connection.
        cached = undefined;
        throw callError('no_connection', context, {
          message: 'No ManyChat account is connected to Maton',
          source: 'client',
        });
      }
      if (others.length === 0) return { id: oldest.id };
      if (!readOnly) {
        const ids = connections.map(({ id }) => id);
        const found = await pages.ofSome(ids, callId, shownPages);
        throw severalConnected(
          connections.map(({ id, created }) => ({ id, created, page: found.get(id) })),
          context,
        );
      }
      const page = (await pages.ofSome([oldest.id], callId, shownPages)).get(oldest.id);
      const from = page === undefined ? idText(oldest.id) : `${pageText(page)} through ${idText(oldest.id)}`;
      const warning = `Read from ${from}, the oldest of ${connections.length} connected accounts; connection_id selects another.`;
      return { id: oldest.id, warning };
    },
    async refuseOthers(asked, context, callId) {
      if (permitted === undefined) return;
      const { api, effect } = context.declaration;
      if (api === 'connections' && effect === 'create')
        throw callError('permission_denied', context, {
          message: 'You may use certain connections only, and a new one would be none of them',
          hint: `Nothing was done. ${operatorDoes('connects further accounts.')}`,
          source: 'client',
        }).by('connection');
      try {
        for (const id of asked) if (typeof id === 'string') await named.find(id, context, callId);
      } catch (error) {
        throw error instanceof CallError ? error.by('connection') : error;
      }
    },
    async withoutOthers(result, callId) {
      if (permitted === undefined) return result;
      const all = { ids: new Set(connectionsIn(result).map(({ id }) => id)), active: activeIn(result) };
      const { ids } = await permitted.among(all, callId);
      const connections = (toList(result.connections) ?? []).filter((item) =>
        ids.has(String(asObject(item).connection_id)),
      );
      return { ...result, connections };
    },
    forget(missing) {
      cached = undefined;
      if (missing !== undefined) named.forget(missing);
    },
  };
}

function pinnedHint({ name: account, reader }: Pick<AccountSettings, 'name' | 'reader'>): string {
  const existing = 'manychat_list_connections shows the existing ids, their status and pages.';
  if (reader === 'member') return `${operatorDoes('', reader)} ${existing}`;
  const place =
    account === undefined
      ? 'The connection is set by MATON_CONNECTION_ID or --connection.'
      : `The connection of account ${quoted(account)} is set in the accounts file, or by MATON_CONNECTION_ID.`;
  return `${place} ${operatorDoes('corrects or removes it, and restarts the server.')} ${existing}`;
}

const namedHint =
  'manychat_get_connection shows the status of this connection: PENDING means that its owner has not opened the link yet, FAILED means that a new one is needed. manychat_list_connections shows which are ACTIVE.';

/** Failures that depend on how the connection was chosen. */
const connectionKinds: ReadonlySet<Kind> = new Set(['no_connection', 'connection_not_found', 'ambiguous_connection']);

/** The hint for a connection that cannot be used, by how it was chosen; undefined if the failure's own hint fits. */
export function connectionHint(
  { kind, hint }: Failure,
  settings: Pick<AccountSettings, 'connection' | 'name' | 'reader'>,
  requested: string | undefined,
): string | undefined {
  if (hint === unreadHint) return undefined;
  if (settings.connection !== undefined && connectionKinds.has(kind)) return pinnedHint(settings);
  return kind === 'no_connection' && requested !== undefined ? namedHint : undefined;
}

/**
 * Refuses keys in place of ids and names of connections: they would be sent, or shown.
 * @throws CallError
 */
export function refuseKeys(given: readonly unknown[], { holdsKey }: Redactor, context: FailureContext): void {
  const isKey = (text: unknown) => typeof text === 'string' && (holdsKey(text) || text.search(manychatKeyIn) >= 0);
  if (!given.some(isKey)) return;
  throw callError('invalid_input', context, {
    message:
      'connection_id: this is a key, not the id of a connection, and was sent nowhere; manychat_list_connections shows the ids',
    source: 'client',
  });
}

/** The connection that a call deletes. */
export const deletedIn = ({ effect }: Declaration, { connection_id: id }: Result): string | undefined =>
  effect === 'destroy' && typeof id === 'string' ? id : undefined;

/** The usable connections in a result of manychat_list_connections. */
export const activeIn = (result: Result): ActiveConnection[] =>
  connectionsIn(result).filter(({ id, status = 'ACTIVE' }) => status === 'ACTIVE' && isConnectionId(id));

/** Sorts the oldest first, and those of unknown age last. */
export function byCreation(a: ActiveConnection, b: ActiveConnection): number {
  if (a.created === b.created) return 0;
  return b.created === '' || (a.created !== '' && a.created < b.created) ? -1 : 1;
}

/** A connection id for the log: one of Maton's, or a short one. Anything that could be a key pasted as an id is hashed. */
export const shownConnection = (id: string): string =>
  isMatonId(id) || id.length < 20 ? id : `sha256:${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;
