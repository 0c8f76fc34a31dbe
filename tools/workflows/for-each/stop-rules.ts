import type { Failure, Kind } from '../../contract/failure.js';

/** Failures that every other contact would meet too. */
const kindsForAll: ReadonlySet<Kind> = new Set([
  'not_configured',
  'gateway_auth',
  'manychat_auth',
  'no_connection',
  'ambiguous_connection',
  'connection_not_found',
  'permission_denied',
  'internal',
]);

/** Failures caused by the arguments, unless the message is about the contact. */
const argumentKinds: ReadonlySet<Kind> = new Set(['invalid_input', 'invalid_content', 'not_found']);

/** Failures that mean ManyChat, Maton or the network may be down. */
const outageKinds: ReadonlySet<Kind> = new Set([
  'network',
  'timeout',
  'gateway_error',
  'manychat_unavailable',
  'bad_response',
]);

/** Whether ManyChat's message is about the contact, and not about something named beside it. */
export const aboutContact = (message: string): boolean =>
  /subscriber|contact/i.test(message) && !/\b(tag|field|flow|topic|notification)s?\b/i.test(message);

const isInArguments = ({ kind, message }: Failure): boolean => argumentKinds.has(kind) && !aboutContact(message);

/**
 * Whether every other contact would fail in the same way.
 * @param perContactArguments the arguments differ from contact to contact, so wrong ones say nothing about the others.
 */
export const concernsAll = (failure: Failure, perContactArguments = false): boolean =>
  kindsForAll.has(failure.kind) || (!perContactArguments && isInArguments(failure));

/** A wait, in seconds, that is too long to spend within a job. */
const longWaitSeconds = 60;

const isLongWait = ({ kind, retry_after_s: waitSeconds = 0 }: Failure): boolean =>
  kind === 'rate_limited' && waitSeconds >= longWaitSeconds;

/** Whether a 429 asked for a long wait: it pauses all contacts. Without an HTTP status only this contact has to wait. */
export const isLongPause = (failure: Failure): boolean => isLongWait(failure) && failure.http_status !== undefined;

/** Whether the send guard refused a repeated send: nothing was sent now, so it says nothing about the other contacts. */
const isGuardRefusal = ({ source, performed, kind }: Failure): boolean =>
  source === 'client' && performed === 'unknown' && kind !== 'cancelled';

/** Whether a failure, repeated for several contacts in a row, suggests that all others would fail too. */
const isSuspicious = (failure: Failure): boolean =>
  !isGuardRefusal(failure) && (outageKinds.has(failure.kind) || isLongWait(failure) || isInArguments(failure));

/** A job stops after this many suspicious failures in a row. */
const maxSuspiciousInARow = 5;

/**
 * Creates the rule that says, after each item, whether the job stops.
 * @param stopsAlone whether a failure stops the job without being repeated.
 */
export function createStopRule(stopsAlone: (failure: Failure) => boolean): (failure: Failure | undefined) => boolean {
  let suspiciousInARow = 0;
  return (failure) => {
    suspiciousInARow = failure !== undefined && isSuspicious(failure) ? suspiciousInARow + 1 : 0;
    return failure !== undefined && (stopsAlone(failure) || suspiciousInARow >= maxSuspiciousInARow);
  };
}
