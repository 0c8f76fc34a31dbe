import { createHash } from 'node:crypto';
import type { Endpoint, Result } from '../tools/endpoint.js';
import { CallError, type Failure } from '../tools/failure.js';
import { spanText } from '../tools/window.js';

/** How long a send of which nobody knows whether it arrived keeps its like from being made, in milliseconds. */
const keptMs = 300_000;

/** A call, as it was asked for. */
export interface Asked {
  readonly endpoint: Endpoint;
  readonly input: Result;
  readonly connection: string | undefined;
}

/** What a call was answered with, and what is to be said of it. */
export interface Made {
  readonly data: unknown;
  readonly warnings: readonly string[];
}

/** Keeps what is on its way, or may have arrived although its answer was lost, from being sent again. */
export interface Doubts {
  /** @throws CallError where the very same was sent lately and may have arrived. */
  refuse(asked: Asked): void;
  /**
   * Makes a call. Where the same send is on its way its outcome is that of this one as well: a client that has lost
   * patience, or asks twice at once, means one message. `wait` waits for it no longer than the call goes on.
   * @throws CallError of the call, or instead of it where the same was sent lately and may have arrived.
   */
  guard(
    asked: Asked,
    make: () => Promise<unknown>,
    wait: (outcome: Promise<unknown>) => Promise<unknown>,
  ): Promise<Made>;
}

/** A send of which nobody knows whether it arrived. */
interface Doubt {
  readonly at: number;
  readonly failure: Failure;
}

/** What makes a send the same as another, whether ids came as numbers or as strings; no text of a message is kept. */
function keyOf({ endpoint, input, connection = '' }: Asked): string | undefined {
  if (endpoint.effect !== 'send') return undefined;
  const text = JSON.stringify([connection, endpoint.path, input], (_, value: unknown) =>
    typeof value === 'number' ? String(value) : value,
  );
  return createHash('sha256').update(text).digest('base64');
}

const sentOnce = 'The very same was on its way to this contact already: it was sent once.';

function notAgain({ at, failure: { kind, message, performed } }: Doubt, now: number): CallError {
  const [ago, left] = [now - at, at + keptMs - now];
  const when = ago < 60_000 ? 'within the last minute' : `${spanText(ago)} ago`;
  return new CallError(
    {
      kind,
      message: `The same was sent to this contact ${when}, and it is not known whether it arrived (${message}): it was not sent again`,
      hint: `A person looks at the chat in ManyChat first. If it did not arrive, the same can be sent again in ${spanText(left + 60_000)}.`,
      retryable: false,
      performed,
      source: 'client',
    },
    'refused',
  );
}

/** Whether a call was given up before it left, which is no outcome for who still waits. */
const wasGivenUp = (error: unknown): boolean =>
  error instanceof CallError &&
  error.failure.performed === 'no' &&
  (error.failure.kind === 'cancelled' || error.failure.kind === 'timeout');

/**
 * Remembers, for some minutes, what must not be sent again before a person has looked: agents and their frameworks
 * repeat what failed.
 * @param now milliseconds, from any fixed point.
 */
export function createDoubts(now: () => number): Doubts {
  const doubts = new Map<string, Doubt>();
  const onTheirWay = new Map<string, Promise<unknown>>();

  function refuse(key: string | undefined): void {
    for (const [each, { at }] of doubts) if (now() - at >= keptMs) doubts.delete(each);
    const doubt = key === undefined ? undefined : doubts.get(key);
    if (doubt !== undefined) throw notAgain(doubt, now());
  }

  async function made(key: string, make: () => Promise<unknown>): Promise<unknown> {
    try {
      return await make();
    } catch (error) {
      if (error instanceof CallError && error.failure.performed === 'unknown') {
        doubts.set(key, { at: now(), failure: error.failure });
      }
      throw error;
    } finally {
      onTheirWay.delete(key);
    }
  }

  return {
    refuse: (asked) => refuse(keyOf(asked)),
    async guard(asked, make, wait) {
      const key = keyOf(asked);
      if (key === undefined) return { data: await make(), warnings: [] };
      for (let same = onTheirWay.get(key); same !== undefined; same = onTheirWay.get(key)) {
        // What this call itself is given up for ends the wait; what the other was, does not.
        const left = same.catch((error: unknown) => (wasGivenUp(error) ? makeOwn : Promise.reject(error)));
        const data = await wait(left);
        if (data !== makeOwn) return { data, warnings: [sentOnce] };
      }
      refuse(key);
      const outcome = made(key, make);
      onTheirWay.set(key, outcome);
      return { data: await outcome, warnings: [] };
    },
  };
}

/** In the place of an outcome: there is none. */
const makeOwn = Symbol('makeOwn');
