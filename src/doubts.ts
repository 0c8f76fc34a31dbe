import { createHash } from 'node:crypto';
import { CallError, type Failure } from '../tools/failure.js';
import { spanText } from '../tools/window.js';

/** How long a send of which nobody knows whether it arrived keeps its like from being made, in milliseconds. */
const keptMs = 300_000;

/** Keeps what is on its way, or may have arrived although its answer was lost, from being sent again. */
export interface Doubts {
  /**
   * Makes a send; `send` is what makes it the same as another. Where the same is on its way its outcome is that of this
   * one as well, and `joined` is called: a client that has lost patience, or asks twice at once, means one message.
   * @throws CallError of the send, or instead of it where the same was made lately and may have arrived.
   */
  guard(send: string, make: () => Promise<unknown>, joined: () => void): Promise<unknown>;
}

/** A send of which nobody knows whether it arrived. */
interface Doubt {
  readonly at: number;
  readonly failure: Failure;
}

/** No text of a message is kept. */
const keyOf = (send: string): string => createHash('sha256').update(send).digest('base64');

function notAgain({ at, failure: { kind, message, performed } }: Doubt, now: number): CallError {
  const [ago, left] = [now - at, at + keptMs - now];
  return new CallError(
    {
      kind,
      message: `The same was sent to this contact ${ago < 60_000 ? 'within the last minute' : `${spanText(ago)} ago`}, and it is not known whether it arrived (${message}): it was not sent again`,
      hint: `A person looks at the chat in ManyChat first. If it did not arrive, the same can be sent again in ${spanText(left + 60_000)}, other words at once.`,
      retryable: false,
      performed,
      source: 'client',
    },
    'refused',
  );
}

/**
 * Remembers, for some minutes, what must not be sent again before a person has looked: agents and their frameworks
 * repeat what failed.
 * @param now milliseconds, from any fixed point.
 */
export function createDoubts(now: () => number): Doubts {
  const doubts = new Map<string, Doubt>();
  const onTheirWay = new Map<string, Promise<unknown>>();

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
    async guard(send, make, joined) {
      const key = keyOf(send);
      for (const [each, { at }] of doubts) if (now() - at >= keptMs) doubts.delete(each);
      const doubt = doubts.get(key);
      if (doubt !== undefined) throw notAgain(doubt, now());
      for (let same = onTheirWay.get(key); same !== undefined; same = onTheirWay.get(key)) {
        try {
          const outcome = await same;
          joined();
          return outcome;
        } catch (error) {
          // What was given up before it left is no outcome for who still waits.
          if (!(error instanceof CallError) || error.failure.performed !== 'no') throw error;
          if (error.failure.kind !== 'cancelled' && error.failure.kind !== 'timeout') throw error;
        }
      }
      const outcome = made(key, make);
      onTheirWay.set(key, outcome);
      return outcome;
    },
  };
}
