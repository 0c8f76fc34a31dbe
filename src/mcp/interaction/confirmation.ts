import type { Effect } from '../../../tools/contract/effect.js';
import type { Failure } from '../../../tools/contract/failure.js';
import { cut } from '../../../tools/contract/quoted.js';
import type { Tool } from '../../account/policy/tool.js';
import type { RefusedState } from '../../account/request-state.js';
import type { Policy } from '../../config/account-settings.js';
import { errorMessage } from '../../text/error-text.js';
import { withoutHidden } from '../../text/safe-text.js';

/** What the user is asked to confirm, by setting. */
const asked: Readonly<Record<Policy['confirm'], readonly Effect[]>> = {
  nothing: [],
  destroy: ['destroy'],
  sends: ['destroy', 'send'],
};

/** Whether the user is to be asked before a call of this tool. */
export const needsConfirmation = ({ declaration }: Tool, confirm: Policy['confirm']): boolean =>
  asked[confirm].includes(declaration.effect);

/**
 * The form below a question. Some clients show no form without a field, so it has one; the field is ticked beforehand,
 * so that there is one thing left to do: accept or decline.
 */
export const confirmationForm = {
  type: 'object' as const,
  properties: { confirm: { type: 'boolean' as const, title: 'Go ahead', default: true } },
  required: ['confirm'],
};

/** What a client answers to a question. */
export interface Answer {
  readonly action: string;
  readonly content?: Readonly<Record<string, unknown>> | undefined;
}

const notConfirmed = (message: string): Failure => ({
  kind: 'cancelled',
  message,
  hint: 'Do not call again unless the user asks for it. What is confirmed is set by MANYCHAT_MCP_CONFIRM (--confirm), which the person who runs this server can change.',
  retryable: false,
  performed: 'no',
  source: 'client',
});

/** The failure of a call that nobody could be asked about. */
export const notAsked = (reason: string): Failure =>
  notConfirmed(`The client offers to ask its user, but did not: ${cut(withoutHidden(reason), 200)}`);

/**
 * The failure of a call that was not confirmed; undefined for one that was.
 *
 * Accepting is not enough, the form has to come back ticked. A client that shows the form sends the field, as it is
 * required; one that accepts everything by itself, without looking at the form, sends none. And who takes the tick away
 * before accepting does not want it done.
 */
export function refusalOf({ action, content }: Answer): Failure | undefined {
  if (action !== 'accept') return notConfirmed('The call was declined, or there was nobody to ask');
  if (content?.confirm === true) return undefined;
  return content?.confirm === false
    ? notConfirmed('The form was accepted with "Go ahead" not ticked')
    : notConfirmed('The client accepted without the form that says whether to go ahead');
}

/** The failure of a call whose question could not be put together or stored. */
export const askFailed = (error: unknown): Failure => ({
  kind: 'internal',
  message: `The user has to confirm this call and could not be asked: ${cut(withoutHidden(errorMessage(error)), 200)}`,
  hint: 'Nothing was done. Try again later; if it happens again, tell the person who runs this server.',
  retryable: true,
  performed: 'no',
  source: 'client',
});

const refusedMessages: Readonly<Record<RefusedState['reason'], string>> = {
  expired: 'The user answered too late: the request state of this call has expired',
  invalid:
    'The request state of this call is not valid: it was changed, or issued to another user or by another server',
};

/**
 * The failure of a call that came with a request state that is not accepted. Only a call that creates something is
 * carried out before its state is issued.
 */
export const refusedStateFailure = ({ reason }: RefusedState, effect: Effect): Failure => ({
  kind: 'cancelled',
  message: refusedMessages[reason],
  hint:
    effect === 'create'
      ? 'This request did nothing, but an earlier one may have created the connection: look with manychat_list_connections before you call again.'
      : 'Nothing was done. Call the tool again without a request state; the user is asked again where that is required.',
  retryable: effect !== 'create',
  performed: effect === 'create' ? 'unknown' : 'no',
  source: 'client',
});
