import { clipped, quoted } from './quoted.js';

/** Every kind of failure that a tool can return, and its meaning. The set is closed. */
export const kindMeanings = {
  not_configured: 'no key is set, or the key cannot be valid',
  invalid_input: 'the arguments are wrong; the message says which and what is allowed',
  gateway_auth: 'Maton rejects its key',
  manychat_auth: 'ManyChat rejects the key: the one in the connection, or the one that is set',
  no_connection: 'no ManyChat account is connected at Maton',
  ambiguous_connection:
    'several accounts are connected, and the call changes something but names none of them, or names a page that is not the only one of its name',
  connection_not_found: 'no connection has this id or page name',
  rate_limited: 'too many calls; `retry_after_s` says how long to wait, if known',
  not_found: 'the contact, tag, field or flow does not exist',
  user_ref_not_registered: 'the opt-in with this user_ref never happened',
  user_ref_not_linked: 'the contact behind this user_ref has not replied yet',
  window_closed: 'the contact last wrote more than 24 hours ago',
  otn_unavailable: 'the contact has no one-time-notification token for this topic',
  channel_refused: 'the contact cannot be reached on this channel',
  message_tag_refused: 'ManyChat no longer accepts message tags',
  invalid_content: 'the message breaks the content grammar, or names a tag, field or flow that does not exist',
  permission_denied:
    'the account may not do this (for example import contacts), or the settings of this server forbid it',
  already_exists: 'the thing already exists',
  subscriber_inactive: 'the contact never wrote, opted out, or belongs to another page',
  rejected: 'ManyChat refused for another reason',
  gateway_error: 'Maton failed or refused the request',
  manychat_unavailable: 'ManyChat failed',
  bad_response: 'the response cannot be read',
  timeout: 'no response arrived in time',
  network: 'no connection could be made, or it broke',
  cancelled: 'the client cancelled the call',
  internal: 'a bug in this server',
} as const;

/** The name of a kind of failure. */
export type Kind = keyof typeof kindMeanings;

/** Every kind of failure. */
export const kinds = Object.keys(kindMeanings) as readonly Kind[];

/** Why a call failed and what to do about it: the `error` object of a failed call. */
export interface Failure {
  readonly kind: Kind;
  /** What happened, ManyChat's own words first. */
  readonly message: string;
  /** What to do next, naming the tool to call. */
  readonly hint: string;
  /** Whether repeating the same call cannot do anything twice. */
  readonly retryable: boolean;
  /** Whether the call had its effect: `no` after a refusal, `unknown` when the response was lost. */
  readonly performed: 'no' | 'unknown' | 'yes';
  readonly source: 'client' | 'gateway' | 'manychat' | 'network';
  readonly http_status?: number;
  /** ManyChat's numeric error code. */
  readonly code?: number;
  readonly details?: readonly string[];
  readonly retry_after_s?: number;
  /** The address of the contact's chat in ManyChat, where a person sees whether a message arrived. */
  readonly chat_link?: string;
}

/** The reason of a failure for use inside a sentence; the words of ManyChat or Maton are quoted. */
export const reasonIn = ({ source, message }: Failure): string =>
  source === 'manychat' || source === 'gateway' ? quoted(message, reasonLimit) : clipped(message, reasonLimit);

const reasonLimit = 150;

/** A failure in a line: what happened, in the words of `reasonIn`, and what to do. */
export const failureLine = (failure: Failure): string =>
  `${failure.kind}: ${reasonIn(failure).replace(/\.$/, '')}. ${failure.hint}`;

/**
 * What became of a failed request; `performed` of a Failure follows from it. `unsent`: it never left. `refused`: it was
 * clearly not carried out. `ambiguous`: nothing proves either. `performed`: it was carried out, but its response is of
 * no use.
 */
export type RequestOutcome = 'unsent' | 'refused' | 'ambiguous' | 'performed';

/** A failure as an exception. */
export class CallError extends Error {
  override readonly name = 'CallError';
  constructor(
    readonly failure: Failure,
    readonly outcome: RequestOutcome,
    readonly about: {
      /** Who sent the 429; present exactly where the failure is one. */
      readonly refusedBy?: 'connection' | 'account' | 'unclear' | undefined;
      /** The rule that refused the call, for the log. */
      readonly rule?: string | undefined;
    } = {},
  ) {
    super(failure.message);
  }

  /** The same error with a failure that says more. */
  with(failure: Failure): CallError {
    return new CallError(failure, this.outcome, this.about);
  }

  /** The same error, refused by a rule, unless it names one already. */
  by(rule: string): CallError {
    return new CallError(this.failure, this.outcome, { ...this.about, rule: this.about.rule ?? rule });
  }
}
