import type { Failure, Kind } from './failure.js';

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

/** Whether the same failure awaits every other contact of a job, so that going on is of no use. */
export const concernsEverybody = ({ kind, message }: Failure): boolean =>
  everybodys.has(kind) || (inArguments.has(kind) && !aboutContact(message));

/** Whether ManyChat, Maton or the way to them may be down. */
export const isOutage = ({ kind }: Failure): boolean => outages.has(kind);

/** Failures of that kind in a row after which a job stops. */
export const mostOutages = 5;
