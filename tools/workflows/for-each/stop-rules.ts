import type { Failure, Kind } from '../../contract/failure.js';

/** Failures that the next contact would meet as well. */
const everybodys: ReadonlySet<Kind> = new Set([
  'not_configured',
  'gateway_auth',
  'manychat_auth',
  'no_connection',
  'ambiguous_connection',
  'connection_not_found',
  'permission_denied',
  'internal',
]);

/** Failures that concern everybody unless their words speak of the contact. */
const inArguments: ReadonlySet<Kind> = new Set(['invalid_input', 'invalid_content', 'not_found']);

const outages: ReadonlySet<Kind> = new Set([
  'network',
  'timeout',
  'gateway_error',
  'manychat_unavailable',
  'bad_response',
]);

/** Whether words of a refusal are about the contact, and not about something that is named beside it. */
export const aboutContact = (words: string): boolean =>
  /subscriber|contact/i.test(words) && !/\b(tag|field|flow|topic|notification)s?\b/i.test(words);

/** Whether ManyChat, Maton or the way to them may be down. */
const isOutage = ({ kind }: Failure): boolean => outages.has(kind);

/** Whether a refusal lies in the arguments and not in the contact. */
const liesInArguments = ({ kind, message }: Failure): boolean => inArguments.has(kind) && !aboutContact(message);

/**
 * Whether the same failure awaits every other contact of a job, so that going on is of no use; where the arguments
 * differ from contact to contact, not because of them.
 */
export const concernsEverybody = (failure: Failure, argumentsDiffer = false): boolean =>
  everybodys.has(failure.kind) || (!argumentsDiffer && liesInArguments(failure));

/** A wait in seconds that no contact of a job is kept for. */
const longestWaitSeconds = 60;

/** Whether the limits leave no place for long: the account's, or the hourly one of this contact. */
const isLongWait = ({ kind, retry_after_s: wait = 0 }: Failure): boolean =>
  kind === 'rate_limited' && wait >= longestWaitSeconds;

/** Whether the other side asked for a long wait: it pauses all contacts, not this one alone. */
export const isLongPause = (failure: Failure): boolean => isLongWait(failure) && failure.http_status !== undefined;

/** Whether nothing was sent because the same may have arrived before: that says nothing of the others. */
const isOldDoubt = ({ source, performed, kind }: Failure): boolean =>
  source === 'client' && performed === 'unknown' && kind !== 'cancelled';

/** Whether a failure that comes again and again would come for everybody. */
export const isSuspicious = (failure: Failure): boolean =>
  !isOldDoubt(failure) && (isOutage(failure) || isLongWait(failure) || liesInArguments(failure));

/** Suspicious failures in a row after which a job stops. */
export const mostInARow = 5;
