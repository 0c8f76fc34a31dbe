import type { CallError, RequestOutcome } from '../../tools/contract/failure.js';
import { type Clock, timeout } from './clock.js';
import { callError } from './failures/call-error.js';
import type { FailureContext } from './failures/context.js';
import { linkSignals } from './linked-signal.js';

/** The time of one call, including waits, retries and follow-up requests. Moments are readings of its clock. */
export interface Deadline {
  /** When the call came in. It decides the place in the pacer's queue, with `yieldMs`. */
  readonly arrived: number;
  /** Calls that come in up to so many milliseconds later go first. */
  readonly yieldMs: number;
  /** No request starts after this moment: its response would come too late. */
  readonly latestStart: number;
  /** The longest that one of several attempts takes. */
  readonly attemptMs: number;
  /** Aborts when the client cancels the call. */
  readonly cancelled: AbortSignal;
  /** Aborts when the time is up. */
  readonly expired: AbortSignal;
  /** Aborts when the client cancels the call or the time is up. */
  readonly stop: AbortSignal;
  /** Called each second while the call waits for its turn, with the seconds since its arrival. */
  readonly onWait: ((seconds: number) => void) | undefined;
}

/**
 * Requests for many contacts let other calls go first: without that a call waits behind all of them, 11 seconds behind
 * 100. After this time at the most they have their turn before what comes in later, so that they are not starved.
 */
const longestYieldMs = 30_000;

/** Shares of the deadline: kept for returning the answer, and the least that a request needs. */
const answerShare = 0.02;
const requestShare = 0.05;

/** Opens the deadline of one call. Its requests end a little before `deadlineMs`; `close` cancels its timer. */
export function openDeadline(
  clock: Clock,
  deadlineMs: number,
  cancelled: AbortSignal,
  onWait?: (seconds: number) => void,
): { deadline: Deadline; close: () => void } {
  const arrived = clock.now();
  const spendable = deadlineMs * (1 - answerShare);
  const { signal: expired, cancel } = timeout(clock, spendable);
  const { signal: stop, unlink } = linkSignals(cancelled, expired);
  const latestStart = arrived + spendable - deadlineMs * requestShare;
  return {
    deadline: { arrived, yieldMs: 0, latestStart, attemptMs: spendable / 3, cancelled, expired, stop, onWait },
    close() {
      cancel();
      unlink();
    },
  };
}

/** The deadline of a call for many contacts, whose requests let other calls go first. */
export const yielding = (deadline: Deadline): Deadline => ({
  ...deadline,
  yieldMs: Math.min(longestYieldMs, (deadline.latestStart - deadline.arrived) / 2),
});

/**
 * Waits for a value that other calls can wait for too, until this call ends.
 * @throws CallError when the call ends first; the value's own rejection.
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

/** The error of a call that its client cancelled, or whose time (or that of one attempt) was up. */
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
