import { effectRules } from '../../../tools/contract/effect.js';
import { CallError, type RequestOutcome } from '../../../tools/contract/failure.js';
import { HttpFault } from '../client/http-client.js';
import { type Deadline, stopError } from '../deadline.js';
import type { TooLate } from '../pacing/pacer.js';
import { asCallError, callError } from './call-error.js';
import type { FailureContext } from './context.js';
import { proxyHint, storeAwayHint, tooLargeHint } from './hints.js';

/** What is known of a request when an attempt fails. */
export interface RequestState {
  /** Whether this attempt was written to its connection. */
  readonly sent: boolean;
  /** Whether an earlier attempt had an unknown outcome. */
  readonly mayHaveHappened: boolean;
}

/** The error of a failed attempt, or of a wait for its turn that was given up. */
export function requestError(
  thrown: unknown,
  { sent, mayHaveHappened }: RequestState,
  deadline: Deadline,
  context: FailureContext,
  now: number,
): CallError {
  const outcome = sent || mayHaveHappened ? 'ambiguous' : 'unsent';
  if (thrown instanceof CallError)
    return thrown.outcome === 'refused' && mayHaveHappened ? withUnknownEffect(thrown, context) : thrown;
  // A client can give any reason for its cancellation.
  if (deadline.stop.aborted) return stopError(deadline, outcome, context, now);
  if (thrown instanceof HttpFault) return faultError(thrown, outcome, context);
  // The abort reason of an attempt that took too long.
  if (thrown instanceof DOMException) return stopError(deadline, outcome, context, now);
  return asCallError(thrown, context, outcome);
}

/** A refusal says nothing about an earlier attempt with an unknown outcome. */
function withUnknownEffect(error: CallError, { declaration }: FailureContext): CallError {
  const performed = effectRules[declaration.effect].readOnly ? 'no' : 'unknown';
  return error.with({ ...error.failure, performed });
}

/** The pacer has no turn before the deadline. */
export function tooLateError(
  { waitMs, retryAfterMs, reason }: TooLate,
  mayHaveHappened: boolean,
  context: FailureContext,
): CallError {
  const wait = Math.max(1, Math.ceil(waitMs / 1000));
  const retryAfter = Math.ceil(retryAfterMs / 1000);
  const isAway = reason === 'store away';
  const message = isAway ? storeAwayMessage : limitMessage(wait, retryAfter);
  return callError('rate_limited', context, {
    message,
    source: 'client',
    outcome: mayHaveHappened ? 'ambiguous' : 'unsent',
    retry_after_s: Math.max(wait, retryAfter),
    ...(isAway && { hint: storeAwayHint }),
  });
}

const storeAwayMessage =
  'The state that this server shares with other processes cannot be reached. No request is made without it, because all of them count against the same rate limits';

const limitMessage = (wait: number, retryAfter: number): string =>
  retryAfter > wait
    ? `The account is paused: it was asked to wait for another ${retryAfter} seconds. In about ${wait} seconds one call is let through as a probe; if it is answered, the pause ends`
    : `The rate limit has no room for this call before its deadline: it would wait about ${wait} seconds`;

function faultError(fault: HttpFault, outcome: RequestOutcome, context: FailureContext): CallError {
  const source = context.direct ? 'manychat' : 'gateway';
  if (fault.reason === 'too large') {
    const message = `The answer of ${context.direct ? 'ManyChat' : 'Maton'} was ${fault.message}, which is more than this server reads`;
    return callError('bad_response', context, { message, source, outcome, hint: tooLargeHint(context), lasting: true });
  }
  if (fault.reason === 'unreadable') {
    return callError('bad_response', context, { message: fault.message, source, outcome });
  }
  if (fault.reason === 'proxy') {
    const facts = {
      message: fault.message,
      source: 'client',
      outcome,
      hint: proxyHint(context),
      lasting: true,
    } as const;
    return callError('network', context, facts);
  }
  const what = outcome === 'unsent' ? 'No connection' : 'The connection broke';
  return callError('network', context, { message: `${what}: ${fault.message}`, source: 'network', outcome });
}
