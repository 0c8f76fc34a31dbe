import { createHash } from 'node:crypto';
import { CallError, type Failure } from '../tools/failure.js';
import { spanText } from '../tools/window.js';

/** How long a send of which nobody knows whether it arrived keeps its like from being made, in milliseconds. */
const keptMs = 300_000;

/** Keeps what may have arrived, although its answer was lost, from being sent again. */
export interface Doubts {
  /**
   * Makes a send; `send` is what makes it the same as another, undefined where it may be made any number of times.
   * @throws CallError of the send, or instead of it where the same was made lately and may have arrived.
   */
  guard<Value>(send: string | undefined, make: () => Promise<Value>): Promise<Value>;
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
  return {
    async guard(send, make) {
      if (send === undefined) return make();
      const key = keyOf(send);
      for (const [each, { at }] of doubts) if (now() - at >= keptMs) doubts.delete(each);
      const doubt = doubts.get(key);
      if (doubt !== undefined) throw notAgain(doubt, now());
      try {
        return await make();
      } catch (error) {
        if (error instanceof CallError && error.failure.performed === 'unknown') {
          doubts.set(key, { at: now(), failure: error.failure });
        }
        throw error;
      }
    },
  };
}
