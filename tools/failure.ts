/** Every kind of failure a tool can answer with; the set is closed. */
export const kinds = [
  'not_configured',
  'invalid_input',
  'gateway_auth',
  'manychat_auth',
  'no_connection',
  'ambiguous_connection',
  'connection_not_found',
  'rate_limited',
  'not_found',
  'user_ref_not_registered',
  'user_ref_not_linked',
  'window_closed',
  'otn_unavailable',
  'channel_refused',
  'message_tag_refused',
  'invalid_content',
  'permission_denied',
  'already_exists',
  'subscriber_inactive',
  'rejected',
  'gateway_error',
  'manychat_unavailable',
  'bad_response',
  'timeout',
  'network',
  'cancelled',
  'internal',
] as const;

export type Kind = (typeof kinds)[number];

/** Why a call failed and what to do about it: the `error` object of a tool's answer. */
export interface Failure {
  readonly kind: Kind;
  /** What happened, ManyChat's own words first. */
  readonly message: string;
  /** What to do next, naming the tool to call. */
  readonly hint: string;
  /** Whether the same call may be made again as it is without doing anything twice. */
  readonly retryable: boolean;
  /** Whether the call had its effect: a refusal did not, an unanswered request may have. */
  readonly performed: 'no' | 'unknown' | 'yes';
  readonly source: 'client' | 'gateway' | 'manychat' | 'network';
  readonly http_status?: number;
  /** ManyChat's numeric error code. */
  readonly code?: number;
  readonly details?: readonly string[];
  readonly retry_after_s?: number;
}

/**
 * How far a failed request got: `unsent`, it never left; `refused`, the other side clearly did not carry it out;
 * `ambiguous`, nobody knows; `performed`, it was carried out and only its answer is of no use.
 */
export type Reach = 'unsent' | 'refused' | 'ambiguous' | 'performed';

/** A failure on its way from where it is found to where it is answered. */
export class CallError extends Error {
  override readonly name = 'CallError';
  constructor(
    readonly failure: Failure,
    readonly reach: Reach,
  ) {
    super(failure.message);
  }
}
