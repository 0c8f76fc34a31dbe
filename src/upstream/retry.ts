import { effectRules } from '../../tools/contract/effect.js';
import { CallError, type RequestOutcome } from '../../tools/contract/failure.js';
import { HttpFault } from './client/http-client.js';
import { type Clock, sleep, timeout } from './clock.js';
import { type Deadline, stopError } from './deadline.js';
import type { Departure } from './departure.js';
import { asCallError, callError } from './failures/call-error.js';
import type { FailureContext } from './failures/context.js';
import { type Load, type Pacer, TooLate, type Turn } from './pacing/pacer.js';

/** One try: makes the request, calls `onSent` when it leaves, and reads its answer. */
export type Attempt<Data> = (signal: AbortSignal, onSent: () => void) => Promise<Data>;

/** What attempts are made with. */
export interface RetryParts {
  readonly pacer: Pacer;
  readonly clock: Clock;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
}

/** Tries after failures other than a clean 429, the first included. */
const maxTries = 3;
/** Refusals after which a call still keeps its place in the queue. */
const placeKept = 2;
const firstBackoffMs = 300;
const firstPauseMs = 1_000;
const maxPauseMs = 8_000;

/**
 * Makes a request within its limits and its budget, as often as the effect of its endpoint allows: a refusal for being
 * too fast and a request that never left are repeated for every effect, an unknown outcome only where repeating does
 * nothing twice.
 * @throws CallError
 */
export async function withRetries<Data>(
  makeAttempt: Attempt<Data>,
  load: Load,
  deadline: Deadline,
  context: FailureContext,
  { pacer, clock, random }: RetryParts,
  departure?: Departure,
): Promise<Data> {
  const { repeatable } = effectRules[context.declaration.effect];
  const record = repeatable ? undefined : departure;
  const { stop } = deadline;
  const jitter = (milliseconds: number): number => milliseconds * (0.5 + random() / 2);
  let tries = 0;
  let refusals = 0;
  let sent = false;
  /** Whether the departure was told of the try. */
  let recorded = false;
  /** Whether a try has ended so that nobody knows what it did; a later one cannot tell that nothing was done. */
  let mayHaveHappened = false;
  for (;;) {
    try {
      return await oneAttempt();
    } catch (thrown) {
      // What a try has thrown is a CallError already; thrown elsewhere it is a defect.
      const error = asCallError(thrown, context, sent ? 'ambiguous' : 'unsent');
      mayHaveHappened ||= error.outcome === 'ambiguous';
      if (recorded && (error.outcome === 'unsent' || error.outcome === 'refused')) record?.stay();
      const delay = delayAfter(error);
      if (delay === undefined || clock.now() + delay > deadline.latestStart) throw error;
      await whileWaiting(sleep(clock, delay, stop));
    }
  }

  async function oneAttempt(): Promise<Data> {
    sent = false;
    recorded = false;
    // One that was refused keeps its place; one refused again and again stands back, so that others get through.
    const arrived = refusals > placeKept ? clock.now() : deadline.arrived;
    const turn = await whileWaiting(pacer.turn(load, { arrived, latest: deadline.latestStart }, stop)).catch(failed);
    const course = openCourse();
    let answered = false;
    try {
      recorded = record !== undefined;
      await record?.before();
      const data = await makeAttempt(course.signal, () => {
        record?.leave();
        sent = true;
        turn.sent();
      });
      answered = true;
      return data;
    } catch (thrown) {
      const error = toCallError(thrown);
      answered = error.failure.http_status !== undefined;
      if (isTooFast(error)) tellPacer(turn, error);
      throw error;
    } finally {
      course.close();
      turn.over(answered);
    }
  }

  function failed(thrown: unknown): never {
    throw toCallError(thrown);
  }

  /** The pause holds for all that share its scope. */
  function tellPacer(turn: Turn, { failure, refusedBy = 'unclear' }: CallError): void {
    const told = (failure.retry_after_s ?? 0) * 1000;
    turn.refused({ by: refusedBy, pauseMs: told > 0 ? told : 2 * jitter(firstPauseMs), fromRetryAfter: told > 0 });
  }

  /**
   * The signal that ends one try. A try that can be made again does not use up the time of the others; one that cannot,
   * once it has left, is not given up by a cancellation: its answer is the only way to know what it did.
   */
  function openCourse(): { signal: AbortSignal; close: () => void } {
    if (repeatable) {
      const slow = timeout(clock, deadline.attemptMs);
      return { signal: AbortSignal.any([stop, slow.signal]), close: slow.forget };
    }
    const unsent = new AbortController();
    const onCancel = (): void => {
      if (!sent) unsent.abort(deadline.cancelled.reason);
    };
    if (deadline.cancelled.aborted) onCancel();
    deadline.cancelled.addEventListener('abort', onCancel, { once: true });
    return {
      signal: AbortSignal.any([deadline.expired, unsent.signal]),
      close: () => deadline.cancelled.removeEventListener('abort', onCancel),
    };
  }

  /** Milliseconds until the same request is made again; undefined where it must not be, or where it is of no use. */
  function delayAfter(error: CallError): number | undefined {
    const { failure, outcome } = error;
    if (stop.aborted) return undefined;
    if (failure.kind === 'rate_limited') {
      // The pacer's own refusal: there is no place before the deadline, so waiting for one is of no use.
      if (!isTooFast(error)) return undefined;
      const told = (failure.retry_after_s ?? 0) * 1000;
      // Who was refused waits longer each time, beside the pause that all keep.
      const backoff = jitter(Math.min(maxPauseMs, firstPauseMs * 2 ** refusals));
      refusals += 1;
      return Math.max(told, backoff);
    }
    tries += 1;
    const harmless = outcome === 'unsent' || (outcome === 'ambiguous' && repeatable);
    return harmless && failure.retryable && tries < maxTries ? jitter(firstBackoffMs * 2 ** tries) : undefined;
  }

  function toCallError(error: unknown): CallError {
    const outcome = sent || mayHaveHappened ? 'ambiguous' : 'unsent';
    if (error instanceof CallError)
      return error.outcome === 'refused' && mayHaveHappened ? madeAmbiguous(error) : error;
    if (error instanceof TooLate) return tooLateError(error, outcome, context);
    // A client may give any reason for its cancellation.
    if (stop.aborted) return stopError(deadline, outcome, context, clock.now());
    if (error instanceof HttpFault) return faultError(error, outcome, context);
    // The reason of a try that took too long.
    if (error instanceof DOMException) return stopError(deadline, outcome, context, clock.now());
    return asCallError(error, context, outcome);
  }

  /** A refusal that comes after a try of unknown outcome says nothing of that try. */
  function madeAmbiguous({ failure }: CallError): CallError {
    const unknown = effectRules[context.declaration.effect].readOnly ? 'no' : 'unknown';
    return new CallError({ ...failure, performed: unknown }, 'refused');
  }

  /** Tells the caller each second that it is waiting. */
  async function whileWaiting<Value>(waiting: Promise<Value>): Promise<Value> {
    if (deadline.onWait === undefined) return waiting;
    const tell = (): void => {
      deadline.onWait?.(Math.round((clock.now() - deadline.arrived) / 1000));
      forget = clock.after(1000, tell);
    };
    let forget = clock.after(1000, tell);
    return waiting.finally(() => forget());
  }
}

/** Whether the other side has refused a request for being too fast; the pacer refuses without asking it. */
const isTooFast = ({ failure }: CallError): boolean =>
  failure.kind === 'rate_limited' && failure.http_status !== undefined;

function tooLateError(
  { waitMs, retryAfterMs: toldMs }: TooLate,
  outcome: RequestOutcome,
  context: FailureContext,
): CallError {
  const wait = Math.max(1, Math.ceil(waitMs / 1000));
  const told = Math.ceil(toldMs / 1000);
  const message =
    told > wait
      ? `The account is paused: it was asked to wait for another ${told} seconds. In about ${wait} seconds one call is let through as a probe, and if it is answered all are`
      : `The rate limit leaves no place for this call in time: it would wait about ${wait} seconds`;
  return callError('rate_limited', context, {
    message,
    source: 'client',
    outcome,
    retry_after_s: Math.max(wait, told),
  });
}

function faultError(fault: HttpFault, outcome: 'ambiguous' | 'unsent', context: FailureContext): CallError {
  if (fault.reason === 'unreadable') {
    return callError('bad_response', context, {
      message: fault.message,
      source: context.direct ? 'manychat' : 'gateway',
      outcome,
    });
  }
  const what = outcome === 'unsent' ? 'No connection' : 'The connection broke';
  return callError('network', context, { message: `${what}: ${fault.message}`, source: 'network', outcome });
}
