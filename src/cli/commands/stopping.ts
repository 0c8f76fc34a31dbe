import type { Departure } from '../../upstream/departure.js';
import { exitCodes } from '../exit-codes.js';
import type { Shell } from '../shell.js';

/** Knows whether a request is on its way that must not be made twice. */
export interface StopWatch {
  readonly departure: Departure;
  /** Its answer is there, or it was given up. */
  over(): void;
}

/**
 * Says at the first signal that an answer is waited for, and at the second that it is not. Where nothing is on its way
 * the first one ends the call by itself.
 * @param say writes a line, whatever stands on the terminal.
 */
export function watchStopping({ ending, onForcedEnd }: Shell, say: (line: string) => void): StopWatch {
  let left = false;
  const onAbort = (): void => {
    if (left) say('stopping: the request has left, waiting for its answer');
  };
  ending.addEventListener('abort', onAbort, { once: true });
  onForcedEnd(() => {
    say(`Ended at once.${left ? ' The request has left and may be carried out: its answer was not waited for.' : ''}`);
    return left ? exitCodes.unknown : exitCodes.again;
  });
  return {
    departure: {
      before: async () => undefined,
      leave() {
        left = true;
      },
      stay() {
        left = false;
      },
    },
    over() {
      left = false;
    },
  };
}
