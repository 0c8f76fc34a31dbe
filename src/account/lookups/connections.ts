import { createHash } from 'node:crypto';
import { effectRules } from '../../../tools/contract/effect.js';
import type { Failure } from '../../../tools/contract/failure.js';
import type { Result } from '../../../tools/contract/json.js';
import { idText, momentText } from '../../../tools/contract/quoted.js';
import { connectionId } from '../../../tools/values/connection-id.js';
import { callError } from '../../upstream/failures/call-error.js';
import type { FailureContext } from '../../upstream/failures/context.js';
import { connectionsIn } from './connection-record.js';

/** What selection needs to know of a connection. */
export interface ActiveConnection {
  readonly id: string;
  /** ISO time; empty where the answer had none. */
  readonly created: string;
}

/** The connection of a call, and what is to be said of the choice. */
interface ChosenConnection {
  readonly id: string;
  readonly warning?: string;
}

/** Chooses the connection of a call. */
export interface ConnectionChooser {
  /** The connection to name; a CallError that says what to do. */
  choose(requested: string | undefined, context: FailureContext): Promise<ChosenConnection>;
  /** Forgets what was listed, because a connection was made, deleted or found missing. */
  forget(): void;
}

/** How long a list of connections is believed: for a read, and for a call that changes something. */
const believedMs = { read: 30_000, write: 2_000 };

/**
 * Creates the chooser.
 * @param list reads the active ManyChat connections.
 * @param now milliseconds, from any fixed point.
 */
export function createConnectionChooser(
  pinned: string | undefined,
  list: () => Promise<readonly ActiveConnection[]>,
  now: () => number,
): ConnectionChooser {
  let cached: { readonly connections: Promise<readonly ActiveConnection[]>; readonly since: number } | undefined;

  /** One list serves all calls that need it meanwhile; one that could not be read is not remembered. */
  function active(readOnly: boolean): Promise<readonly ActiveConnection[]> {
    if (cached !== undefined && now() - cached.since < believedMs[readOnly ? 'read' : 'write'])
      return cached.connections;
    const entry = { connections: list(), since: now() };
    cached = entry;
    entry.connections.catch(() => {
      if (cached === entry) cached = undefined;
    });
    return entry.connections;
  }

  return {
    async choose(requested, context) {
      const fixed = pinned ?? requested;
      if (fixed !== undefined) return { id: fixed };
      const { readOnly } = effectRules[context.declaration.effect];
      const connections = await active(readOnly);
      const [oldest, ...others] = connections.toSorted(byCreation);
      if (oldest === undefined) {
        // Soon after the user has opened the link there is one: the next call must see it.
        cached = undefined;
        throw callError('no_connection', context, {
          message: 'No ManyChat account is connected at Maton',
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
      const warning = `Read from ${idText(oldest.id)}, the oldest of ${connections.length} connected accounts: connection_id chooses another.`;
      return { id: oldest.id, warning };
    },
    forget() {
      cached = undefined;
    },
  };
}

const pinnedHint =
  'The connection is fixed by MATON_CONNECTION_ID or --connection: the person who runs this server corrects or removes it. manychat_list_connections shows the ids that exist and their status.';
const namedHint =
  'manychat_get_connection shows the status of this connection: PENDING waits for its owner to open the link, FAILED needs a new one. manychat_list_connections shows which are ACTIVE.';

/** What to do about a connection that cannot be used, by how it was chosen; undefined where the failure's own hint fits. */
export function connectionHint(
  { kind }: Failure,
  pinned: string | undefined,
  requested: string | undefined,
): string | undefined {
  if (pinned !== undefined && (kind === 'no_connection' || kind === 'connection_not_found')) return pinnedHint;
  return kind === 'no_connection' && requested !== undefined ? namedHint : undefined;
}

/** The connections of a list that can be used. */
export const activeIn = (result: Result): ActiveConnection[] =>
  connectionsIn(result).filter(
    ({ id, status = 'ACTIVE' }) => status === 'ACTIVE' && connectionId.safeParse(id).success,
  );

/** Orders the oldest first; one whose age is not known comes last. */
export function byCreation(a: ActiveConnection, b: ActiveConnection): number {
  if (a.created === b.created) return 0;
  return b.created === '' || (a.created !== '' && a.created < b.created) ? -1 : 1;
}

/** Ids as Maton gives them, and short ones: a key is neither. */
const usualId = /^([\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|.{1,19})$/i;

/** A connection's id where others may read it: another text, which may be a key that was pasted there, by its hash. */
export const shownConnection = (id: string): string =>
  usualId.test(id) ? id : `sha256:${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;
