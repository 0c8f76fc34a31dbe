import { effectRules } from '../../tools/contract/effect.js';
import type { CallError } from '../../tools/contract/failure.js';
import { type Clock, sleep, timeout } from './clock.js';
import type { Deadline } from './deadline.js';
import type { Departure } from './departure.js';
import type { FailureContext } from './failures/context.js';
import { requestError, tooLateError } from './failures/request-error.js';
import { type Load, type Pacer, TooLate, type Turn } from './pacing/pacer.js';

/** Makes one attempt: sends the request, calls `onSent` when it leaves, and reads the response. */
export type Attempt<Data> = (signal: AbortSignal, onSent: () => void) => Promise<Data>;

/** What retries need of the host. */
export interface RetryParts {
  readonly pacer: Pacer;
  readonly clock: Clock;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
  /** Called when a report to the pacer was lost. It costs a slot for a while, and never fails the request. */
  readonly onPacerError?: ((error: unknown) => void) | undefined;
}

/** Attempts at most, 429s not counted. */
const maxAttempts = 3;
const firstBackoffMs = 300;

/** The wait of a request that gets one 429 after another, where Retry-After asks for less. */
const firstPauseMs = 1_000;
const maxPauseMs = 8_000;

/** After more 429s than this a request goes to the end of the queue, so that others get through. */
const refusalsInPlace = 2;

/** Keeps a request from leaving. */
class TurnExpired extends Error {}

/** The attempts so far. */
interface History {
  /** Attempts that failed otherwise than with a 429. */
  failures: number;
  /** Attempts that got a 429. */
  refusals: number;
  /** Whether an attempt had an unknown outcome. A later one cannot prove that nothing happened. */
  mayHaveHappened: boolean;
}

/**
 * Makes a request within its limits and its deadline, as often as the effect of its endpoint allows.
 * @param departure is notified of each attempt at a request that must not be repeated.
 * @throws CallError
 */
export async function withRetries<Data>(
  makeAttempt: Attempt<Data>,
  load: Load,
  deadline: Deadline,
  context: FailureContext,
  { pacer, clock, random, onPacerError }: RetryParts,
  departure?: Departure,
): Promise<Data> {
  const { repeatable } = effectRules[context.declaration.effect];
  const record = repeatable ? undefined : departure;
  const jitter = (milliseconds: number): number => milliseconds * (0.5 + random() / 2);
  const history: History = { failures: 0, refusals: 0, mayHaveHappened: false };
  for (;;) {
    const turn = await withWaitReports(waitForTurn(), deadline, clock);
    const attempt = await attemptIn(turn);
    if (attempt === 'turn expired') continue;
    if ('data' in attempt) return attempt.data;
    const { error } = attempt;
    remember(history, error);
    if (deadline.stop.aborted || !shouldRetry(error, history, repeatable)) throw error;
    const delayMs = delayBeforeRetry(error, history, jitter);
    if (clock.now() + delayMs > deadline.latestStart) throw error;
    await withWaitReports(sleep(clock, delayMs, deadline.stop), deadline, clock);
  }

  async function waitForTurn(): Promise<Turn> {
    const now = clock.now();
    const waitedMs = history.refusals > refusalsInPlace ? 0 : now - deadline.arrived;
    const arrivedMsAgo = waitedMs - deadline.yieldMs;
    try {
      return await pacer.turn(load, { arrivedMsAgo, waitAtMostMs: deadline.latestStart - now }, deadline.stop);
    } catch (thrown) {
      if (thrown instanceof TooLate) throw tooLateError(thrown, history.mayHaveHappened, context);
      throw requestError(thrown, { ...history, sent: false }, deadline, context, clock.now());
    }
  }

  async function attemptIn(
    turn: Turn,
  ): Promise<{ readonly data: Data } | { readonly error: CallError } | 'turn expired'> {
    let sent = false;
    let answered = false;
    const { signal, close } = repeatable ? repeatableAttempt(deadline, clock) : singleAttempt(deadline, () => sent);
    try {
      await record?.before();
      const data = await makeAttempt(signal, () => {
        // Only here: it can take a while until a connection is open.
        if (turn.isExpired?.()) throw new TurnExpired();
        record?.leave();
        sent = true;
        void report(() => turn.sent());
      });
      answered = true;
      return { data };
    } catch (thrown) {
      if (thrown instanceof TurnExpired) {
        record?.stay();
        return 'turn expired';
      }
      const error = requestError(thrown, { ...history, sent }, deadline, context, clock.now());
      answered = error.failure.http_status !== undefined;
      const { refusedBy } = error.about;
      if (refusedBy !== undefined) {
        const retryAfterMs = retryAfterOf(error);
        const pauseMs = retryAfterMs > 0 ? retryAfterMs : 2 * jitter(firstPauseMs);
        void report(() => turn.refused({ by: refusedBy, pauseMs, fromRetryAfter: retryAfterMs > 0 }));
      }
      if (error.outcome === 'unsent' || error.outcome === 'refused') record?.stay();
      return { error };
    } finally {
      close();
      void report(() => turn.over(answered));
    }
  }

  async function report(send: () => void | Promise<void>): Promise<void> {
    try {
      await send();
    } catch (error) {
      onPacerError?.(error);
    }
  }
}

function remember(history: History, { about, outcome }: CallError): void {
  history.mayHaveHappened ||= outcome === 'ambiguous';
  if (about.refusedBy === undefined) history.failures += 1;
  else history.refusals += 1;
}

/**
 * A 429 and a request that never left are retried for every effect, an unknown outcome only where a repetition does
 * nothing twice.
 */
function shouldRetry({ failure, outcome, about }: CallError, { failures }: History, repeatable: boolean): boolean {
  if (about.refusedBy !== undefined) return true;
  const harmless = outcome === 'unsent' || (outcome === 'ambiguous' && repeatable);
  return harmless && failure.retryable && failures < maxAttempts;
}

/** Milliseconds. A request with several 429s waits longer each time, beside the pause that all requests keep. */
function delayBeforeRetry(error: CallError, { failures, refusals }: History, jitter: (ms: number) => number): number {
  if (error.about.refusedBy === undefined) return jitter(firstBackoffMs * 2 ** failures);
  return Math.max(retryAfterOf(error), jitter(Math.min(maxPauseMs, firstPauseMs * 2 ** (refusals - 1))));
}

/** Milliseconds of Retry-After; 0 without one. */
const retryAfterOf = ({ failure }: CallError): number => (failure.retry_after_s ?? 0) * 1000;

/** The signal that ends an attempt, and the function that releases it. */
interface AttemptSignal {
  readonly signal: AbortSignal;
  readonly close: () => void;
}

/** An attempt that can be repeated does not use up the time of the next ones. */
function repeatableAttempt({ stop, attemptMs }: Deadline, clock: Clock): AttemptSignal {
  const slow = timeout(clock, attemptMs);
  return { signal: AbortSignal.any([stop, slow.signal]), close: slow.cancel };
}

/** A sent request that must not be repeated survives a cancellation: only its response tells what it did. */
function singleAttempt({ cancelled, expired }: Deadline, isSent: () => boolean): AttemptSignal {
  const unsent = new AbortController();
  const onCancel = (): void => {
    if (!isSent()) unsent.abort(cancelled.reason);
  };
  if (cancelled.aborted) onCancel();
  cancelled.addEventListener('abort', onCancel, { once: true });
  return {
    signal: AbortSignal.any([expired, unsent.signal]),
    close: () => cancelled.removeEventListener('abort', onCancel),
  };
}

/** Reports each second that the call is waiting. */
async function withWaitReports<Value>(waiting: Promise<Value>, deadline: Deadline, clock: Clock): Promise<Value> {
  const { onWait, arrived } = deadline;
  if (onWait === undefined) return waiting;
  const announce = (): void => {
    onWait(Math.round((clock.now() - arrived) / 1000));
    cancel = clock.after(1000, announce);
  };
  let cancel = clock.after(1000, announce);
  return waiting.finally(() => cancel());
}
