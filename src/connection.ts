import { effectRules } from '../tools/endpoint.js';
import { callError, type FailureContext } from './errors.js';

/** What selection needs to know of a connection. */
export interface ActiveConnection {
  readonly id: string;
  /** ISO time; empty where the answer had none. */
  readonly created: string;
}

/** Chooses the connection of a call. */
export interface ConnectionChooser {
  /** The id to send, or a CallError that says what to do. */
  choose(requested: string | undefined, context: FailureContext, signal: AbortSignal): Promise<string>;
  /** Forgets what was listed, because a connection was made, deleted or found missing. */
  forget(): void;
}

/** How long a list of connections is believed. */
const cacheMs = 30_000;

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
  let cached: { readonly connections: Promise<readonly ActiveConnection[]>; readonly until: number } | undefined;

  /** One list serves all calls that need it meanwhile; one that could not be read is not remembered. */
  function active(): Promise<readonly ActiveConnection[]> {
    if (cached !== undefined && now() < cached.until) return cached.connections;
    const entry = { connections: list(), until: now() + cacheMs };
    cached = entry;
    entry.connections.catch(() => {
      if (cached === entry) cached = undefined;
    });
    return entry.connections;
  }

  return {
    async choose(requested, context, signal) {
      const fixed = pinned ?? requested;
      if (fixed !== undefined) return fixed;
      const connections = await unless(signal, active(), context);
      const [oldest, ...others] = connections.toSorted((a, b) =>
        a.created < b.created ? -1 : a.created > b.created ? 1 : 0,
      );
      if (oldest === undefined) {
        // Soon after the user has opened the link there is one: the next call must see it.
        cached = undefined;
        throw callError('no_connection', context, {
          message: 'No ManyChat account is connected at Maton',
          source: 'client',
        });
      }
      if (others.length > 0 && !effectRules[context.endpoint.effect].readOnly) {
        throw callError('ambiguous_connection', context, {
          message: `${connections.length} ManyChat accounts are connected and this call would change one of them`,
          source: 'client',
          details: [oldest, ...others].map(
            ({ id, created }) => `${id} (created ${created === '' ? 'at an unknown time' : created})`,
          ),
        });
      }
      return oldest.id;
    },
    forget() {
      cached = undefined;
    },
  };
}

/** Waits for a value, or for the cancellation of the call that waits. */
function unless<Value>(signal: AbortSignal, value: Promise<Value>, context: FailureContext): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = (): void =>
      reject(callError('cancelled', context, { message: 'The call was cancelled', source: 'client', reach: 'unsent' }));
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}
