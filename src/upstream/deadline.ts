import { setMaxListeners } from 'node:events';
import type { CallError, RequestOutcome } from '../../tools/contract/failure.js';
import { type Clock, timeout } from './clock.js';
import { callError } from './failures/call-error.js';
import type { FailureContext } from './failures/context.js';

/** What one call may spend, waiting, repeats and follow-up requests included. Moments are of the timing's clock. */
export interface Deadline {
  /** When the call came in. */
  readonly arrived: number;
  /** After this moment no request is started: its answer would come too late. */
  readonly latestStart: number;
  /** The longest that one of several tries may take. */
  readonly attemptMs: number;
  /** Fires when the client cancels the call. */
  readonly cancelled: AbortSignal;
  /** Fires when its time is up. */
  readonly expired: AbortSignal;
  /** Fires when the client cancels the call or its time is up. */
  readonly stop: AbortSignal;
  /** Told each second that the call waits for its turn. */
  readonly onWait: ((seconds: number) => void) | undefined;
}

/** Part of the deadline that is kept for telling the answer, and part that a request needs at the least. */
const answerShare = 0.02;
const requestShare = 0.05;

/** Opens the budget of one call, which ends a little before the deadline; `close` forgets its timer. */
export function openDeadline(
  clock: Clock,
  deadlineMs: number,
  cancelled: AbortSignal,
  onWait?: (seconds: number) => void,
): { deadline: Deadline; close: () => void } {
  const arrived = clock.now();
  const spendable = deadlineMs * (1 - answerShare);
  const { signal: expired, forget } = timeout(clock, spendable);
  const stop = AbortSignal.any([cancelled, expired]);
  // A job has many requests under way, and each of them listens.
  setMaxListeners(0, cancelled, stop);
  const latestStart = arrived + spendable - deadlineMs * requestShare;
  return {
    deadline: { arrived, latestStart, attemptMs: spendable / 3, cancelled, expired, stop, onWait },
    close: forget,
  };
}

/**
 * Waits for something that other calls may wait for as well, no longer than this call goes on.
 * @throws CallError of the end of the call; what the value is rejected with.
 */
export function withinDeadline<Value>(
  deadline: Deadline,
  value: Promise<Value>,
  context: FailureContext,
  clock: Clock,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(stopError(deadline, 'unsent', context, clock.now()));
    if (deadline.stop.aborted) end();
    deadline.stop.addEventListener('abort', end, { once: true });
    value.then(resolve, reject).finally(() => deadline.stop.removeEventListener('abort', end));
  });
}

/** The failure of a call that was stopped: by its client, or because its time, or that of one try, was up. */
export function stopError(
  deadline: Deadline,
  outcome: RequestOutcome,
  context: FailureContext,
  now: number,
): CallError {
  if (deadline.cancelled.aborted) {
    return callError('cancelled', context, { message: 'The call was cancelled', source: 'client', outcome });
  }
  const seconds = Math.round((now - deadline.arrived) / 100) / 10;
  const missing = outcome === 'unsent' ? 'No connection' : 'No answer';
  return callError('timeout', context, { message: `${missing} within ${seconds} seconds`, source: 'network', outcome });
}
