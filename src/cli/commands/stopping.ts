import type { Departure } from '../../upstream/departure.js';
import { exitCodes } from '../shell/exit-codes.js';
import type { Shell } from '../shell/shell.js';

/** Knows whether a request that must not be repeated is in flight. */
export interface StopWatch {
  readonly departure: Departure;
  /** Called when the call has ended. */
  over(): void;
}

/**
 * Handles signals during a call. The first one cancels the call; if a request that must not be repeated has left, its
 * response is awaited and that is reported. The second one ends the process.
 * @param say writes a line, replacing one that is being redrawn.
 */
export function watchStopping({ ending, onForcedEnd }: Shell, say: (line: string) => void): StopWatch {
  let inFlight = false;
  const onAbort = (): void => {
    if (inFlight) say('stopping: the request has been sent, waiting for the response');
  };
  ending.addEventListener('abort', onAbort, { once: true });
  onForcedEnd(() => {
    say(
      `Ended at once.${inFlight ? ' The request has been sent and may be carried out; its response is unknown.' : ''}`,
    );
    return inFlight ? exitCodes.unknown : exitCodes.again;
  });
  return {
    departure: {
      before: async () => undefined,
      leave() {
        inFlight = true;
      },
      stay() {
        inFlight = false;
      },
    },
    over() {
      inFlight = false;
    },
  };
}
