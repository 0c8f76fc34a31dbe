import type { Effect } from '../../../tools/contract/effect.js';
import type { Failure } from '../../../tools/contract/failure.js';
import { cut } from '../../../tools/contract/quoted.js';
import type { RefusedState } from '../../account/request-state/request-state.js';
import { errorMessage } from '../../text/error-text.js';
import { operatorDoes, type Reader } from '../../text/operator.js';
import { withoutHidden } from '../../text/safe-text.js';

/**
 * The form of a confirmation. It has a field because some clients show no form without one. The field is ticked in
 * advance, so the user only has to accept or decline.
 */
export const confirmationForm = {
  type: 'object' as const,
  properties: { confirm: { type: 'boolean' as const, title: 'Go ahead', default: true } },
  required: ['confirm'],
};

/** A client's answer to a form. */
export interface Answer {
  readonly action: string;
  readonly content?: Readonly<Record<string, unknown>> | undefined;
}

const operatorsPart = operatorDoes('can change which calls are confirmed, with MANYCHAT_MCP_CONFIRM (--confirm).');

const notConfirmed = (message: string, reader: Reader): Failure => ({
  kind: 'cancelled',
  message,
  hint: `Do not call again unless the user asks for it.${reader === 'operator' ? ` ${operatorsPart}` : ''}`,
  retryable: false,
  performed: 'no',
  source: 'client',
});

/** The failure of a call whose question did not reach the user. */
export const notAsked = (reason: string, reader: Reader): Failure =>
  notConfirmed(`The client supports asking its user, but did not: ${cut(withoutHidden(reason), 200)}`, reader);

const confirmedCalls: Readonly<Partial<Record<Effect, string>>> = {
  destroy: 'takes something from everybody',
  send: 'reaches a person',
};

/** The failure of a call that the user has to confirm with a client that cannot ask. */
export const cannotAsk = (effect: Effect, reader: Reader): Failure => ({
  kind: 'permission_denied',
  message: `This call ${confirmedCalls[effect] ?? 'changes something'}, so the user has to confirm it, and this client cannot ask its user`,
  hint: `Nothing was done. Do not try another way: the user does it in ManyChat, or with a client that can ask (MCP revision 2026-07-28 with elicitation).${
    reader === 'operator'
      ? ` ${operatorDoes('can allow it without being asked, with MANYCHAT_MCP_UNCONFIRMED=allow (--unconfirmed).')}`
      : ''
  }`,
  retryable: false,
  performed: 'no',
  source: 'client',
});

/**
 * The failure of a call that the user did not confirm, or undefined if they did.
 *
 * The action alone is not enough, the form has to come back ticked. A client that shows the form returns the required
 * field. A client that accepts everything without showing the form returns none. A user who unticks the field and accepts
 * does not want the call.
 */
export function refusalOf({ action, content }: Answer, reader: Reader): Failure | undefined {
  if (action !== 'accept')
    return notConfirmed('The call was not confirmed: the user declined, or the client declined without asking', reader);
  if (content?.confirm === true) return undefined;
  const message =
    content?.confirm === false
      ? 'The form was accepted with "Go ahead" unticked'
      : 'The client accepted without returning the form';
  return notConfirmed(message, reader);
}

/**
 * The failure of a call whose question could not be prepared or stored.
 * @param known what is known of the cause.
 */
export function askFailed(error: unknown, known: Pick<Failure, 'kind' | 'message' | 'hint'> | undefined): Failure {
  const { kind, message, hint } = known ?? {
    kind: 'internal' as const,
    message: cut(withoutHidden(errorMessage(error)), 200),
    hint: 'Nothing was done. Try again later. If it happens again, tell the person who runs this server.',
  };
  return {
    kind,
    message: `The user has to confirm this call and could not be asked: ${message}`,
    hint,
    retryable: true,
    performed: 'no',
    source: 'client',
  };
}

const stateProblems: Readonly<Record<RefusedState['reason'], string>> = {
  expired: 'The user answered too late: the request state of this call has expired',
  invalid:
    'The request state of this call is not valid: it was changed, or issued to another user, for another account or by another server',
};

/**
 * The failure of a call whose request state is not accepted. Only for effect `create` is a state issued after the call
 * was carried out; for the others it belongs to a question.
 */
export const refusedStateFailure = ({ reason }: RefusedState, effect: Effect): Failure => ({
  kind: 'cancelled',
  message: stateProblems[reason],
  hint:
    effect === 'create'
      ? 'This request did nothing, but an earlier one may have created the connection. Check manychat_list_connections before you call again.'
      : 'Nothing was done. Call the tool again without a request state; the user is asked again if the call needs confirmation.',
  retryable: effect !== 'create',
  performed: effect === 'create' ? 'unknown' : 'no',
  source: 'client',
});
