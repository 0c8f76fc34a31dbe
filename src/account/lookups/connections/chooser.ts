import { createHash } from 'node:crypto';
import { effectRules } from '../../../../tools/contract/effect.js';
import type { Failure } from '../../../../tools/contract/failure.js';
import type { Result } from '../../../../tools/contract/json.js';
import { idText, momentText } from '../../../../tools/contract/quoted.js';
import { connectionId } from '../../../../tools/values/inputs.js';
import { operatorDoes } from '../../../text/operator.js';
import { callError } from '../../../upstream/failures/call-error.js';
import type { FailureContext } from '../../../upstream/failures/context.js';
import { connectionsIn } from './record.js';

/** The part of an ACTIVE connection that the choice depends on. */
export interface ActiveConnection {
  readonly id: string;
  /** ISO time; empty if the response had none. */
  readonly created: string;
}

/** The connection of a call, and a warning if the choice was not obvious. */
interface ChosenConnection {
  readonly id: string;
  readonly warning?: string;
}

/** Chooses the connection of a call. */
export interface ConnectionChooser {
  /**
   * The connection to use: the pinned one, the requested one, or the only one. Reads use the oldest of several.
   * @throws CallError if there is none, or several and the call changes something.
   */
  choose(requested: string | undefined, context: FailureContext, callId: string): Promise<ChosenConnection>;
  /** Drops the cached list, because a connection was created, deleted or found missing. */
  forget(): void;
}

/** How long a list of connections is cached, in milliseconds: for a read, and for a call that changes something. */
const cachedMs = { read: 30_000, write: 2_000 };

/**
 * Creates the chooser.
 * @param list reads the active ManyChat connections.
 * @param now milliseconds since any fixed point.
 */
export function createConnectionChooser(
  pinned: string | undefined,
  list: (callId: string) => Promise<readonly ActiveConnection[]>,
  now: () => number,
): ConnectionChooser {
  let cached: { readonly connections: Promise<readonly ActiveConnection[]>; readonly since: number } | undefined;

  /** Concurrent calls share one read; a failed read is not cached. */
  function active(readOnly: boolean, callId: string): Promise<readonly ActiveConnection[]> {
    if (cached !== undefined && now() - cached.since < cachedMs[readOnly ? 'read' : 'write']) return cached.connections;
    const entry = { connections: list(callId), since: now() };
    cached = entry;
    entry.connections.catch(() => {
      if (cached === entry) cached = undefined;
    });
    return entry.connections;
  }

  return {
    async choose(requested, context, callId) {
      const fixed = pinned ?? requested;
      if (fixed !== undefined) return { id: fixed };
      const { readOnly } = effectRules[context.declaration.effect];
      const connections = await active(readOnly, callId);
      const [oldest, ...others] = connections.toSorted(byCreation);
      if (oldest === undefined) {
        // The user may be about to open the link, and the next call must see the new connection.
        cached = undefined;
        throw callError('no_connection', context, {
          message: 'No ManyChat account is connected to Maton',
          source: 'client',
        });
      }
      if (others.length > 0 && !readOnly) {
        throw callError('ambiguous_connection', context, {
          message: `${connections.length} ManyChat accounts are connected and this call would change one of them`,
          source: 'client',
          details: [oldest, ...others].map(
            ({ id, created }) =>
              `${idText(id)} (created ${created === '' ? 'at an unknown time' : momentText(created)})`,
          ),
        });
      }
      if (others.length === 0) return { id: oldest.id };
      const warning = `Read from ${idText(oldest.id)}, the oldest of ${connections.length} connected accounts; connection_id selects another.`;
      return { id: oldest.id, warning };
    },
    forget() {
      cached = undefined;
    },
  };
}

const pinnedHint = `The connection is set by MATON_CONNECTION_ID or --connection. ${operatorDoes('corrects or removes it.')} manychat_list_connections shows the existing ids and their status.`;
const namedHint =
  'manychat_get_connection shows the status of this connection: PENDING means that its owner has not opened the link yet, FAILED means that a new one is needed. manychat_list_connections shows which are ACTIVE.';

/** The hint for a connection that cannot be used, by how it was chosen; undefined if the failure's own hint fits. */
export function connectionHint(
  { kind }: Failure,
  pinned: string | undefined,
  requested: string | undefined,
): string | undefined {
  if (pinned !== undefined && (kind === 'no_connection' || kind === 'connection_not_found')) return pinnedHint;
  return kind === 'no_connection' && requested !== undefined ? namedHint : undefined;
}

/** The usable connections in a result of manychat_list_connections. */
export const activeIn = (result: Result): ActiveConnection[] =>
  connectionsIn(result).filter(
    ({ id, status = 'ACTIVE' }) => status === 'ACTIVE' && connectionId.safeParse(id).success,
  );

/** Sorts the oldest first, and those of unknown age last. */
export function byCreation(a: ActiveConnection, b: ActiveConnection): number {
  if (a.created === b.created) return 0;
  return b.created === '' || (a.created !== '' && a.created < b.created) ? -1 : 1;
}

/** UUIDs, as Maton issues them, and short ids. Keys are neither. */
const knownForm = /^([\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|.{1,19})$/i;

/** A connection id for the log. Anything that could be a key pasted as an id is hashed. */
export const shownConnection = (id: string): string =>
  knownForm.test(id) ? id : `sha256:${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;
