import type { Kind } from '../../../tools/contract/failure.js';
import { quoted } from '../../../tools/contract/quoted.js';
import { operatorDoes, type Reader } from '../../text/operator.js';
import type { FailureContext, FailureFacts } from './context.js';

const reconnect =
  'reconnect it: manychat_create_connection, wait until manychat_get_connection says ACTIVE, then manychat_delete_connection for the old one';

type Hint = string | readonly [string, string];

/** Kinds whose hints say what the person who runs this server does. */
type OperatorsKind =
  | 'not_configured'
  | 'gateway_auth'
  | 'manychat_auth'
  | 'no_connection'
  | 'gateway_error'
  | 'bad_response'
  | 'network';

function operatorsHints(reader: Reader): Readonly<Record<OperatorsKind, Hint>> {
  const operator = (action: string): string => operatorDoes(action, reader);
  const later = (action: string): string =>
    reader === 'operator'
      ? operator(`${action} if it keeps failing.`)
      : 'If it keeps failing, tell the person who runs this server.';
  return {
    not_configured:
      reader === 'operator'
        ? `${operator('sets MATON_API_KEY (from https://maton.ai/settings) or MANYCHAT_API_KEY in its environment and restarts it.')} To try it without an account: --sandbox.`
        : operator(''),
    gateway_auth: `${operator('checks MATON_API_KEY (https://maton.ai/settings) and restarts it.')} Calling again does not help.`,
    manychat_auth: [
      `ManyChat does not accept the key in this connection; ${reconnect}.`,
      `${operator('checks MANYCHAT_API_KEY (ManyChat, Settings, API) and restarts it.')} Calling again does not help.`,
    ],
    no_connection: [
      'Call manychat_create_connection and give its link to the person who manages the ManyChat account.',
      operator('checks MANYCHAT_API_URL.'),
    ],
    gateway_error: [
      `Call again later. If it keeps failing, check the status with manychat_get_connection: a connection with expired authorisation fails like this; ${reconnect}.`,
      `Call again later. ${later('checks MANYCHAT_API_URL')}`,
    ],
    bad_response: [
      `The response did not come from the API. ${operator('checks MATON_GATEWAY_URL and MATON_CONTROL_URL.')}`,
      `The response did not come from the API. ${operator('checks MANYCHAT_API_URL.')}`,
    ],
    network: `Call again. ${later('checks the network, the proxy and the configured URLs')}`,
  };
}

/** What to do about each kind; [through Maton, without Maton] where they differ. */
const hints: Readonly<Record<Exclude<Kind, OperatorsKind>, Hint>> = {
  invalid_input: 'Correct the arguments as the message says and call again.',
  ambiguous_connection:
    'Ask the user which account is meant, then call again with its connection_id. Ids of contacts, tags and fields differ by account, so look them up with the same connection_id.',
  connection_not_found: 'manychat_list_connections shows the ids and pages that exist.',
  rate_limited:
    'Wait retry_after_s seconds, or a few seconds where it is missing, then call again. Make calls one after another.',
  not_found:
    'Look the id or name up first: manychat_find_subscribers, manychat_list_tags, manychat_list_custom_fields, manychat_list_bot_fields or manychat_list_flows.',
  user_ref_not_registered: 'The opt-in with this user_ref never happened on this page; check the user_ref.',
  user_ref_not_linked:
    'The contact has not replied yet. Until then manychat_send_content_by_user_ref works; call again after the first reply.',
  window_closed:
    'Do not retry. On this channel the contact last wrote more than 24 hours ago. Wait until they write, use a one-time-notification topic they granted (Messenger, manychat_list_otn_topics), or a WhatsApp template inside a flow (manychat_send_flow). Message tags no longer help: ManyChat refuses them.',
  otn_unavailable:
    'Do not retry. The contact granted no token for this topic, or it is used up; manychat_list_otn_topics shows the topics.',
  channel_refused:
    'Do not retry on this channel. Choose another with channel of manychat_send_text or content.type of manychat_send_content. In manychat_get_subscriber, ig_ fields mean Instagram and whatsapp_ fields WhatsApp; Messenger and Telegram leave none.',
  message_tag_refused:
    'Call again without message_tag; ManyChat no longer accepts message tags. If the 24-hour window is closed, see manychat_list_otn_topics.',
  invalid_content:
    'Nothing was sent. Correct the content as the message says, then send it. manychat_list_flows shows the targets of flow buttons. Tags and fields in actions must exist: manychat_list_tags, manychat_list_custom_fields.',
  permission_denied:
    'Do not retry. To import contacts, the account owner asks ManyChat support for the permission; other refusals depend on the account and its plan.',
  already_exists: 'Use the existing one instead of creating another.',
  subscriber_inactive:
    'Do not retry. The contact never wrote, opted out, or belongs to another page (manychat_get_page shows the page in use). One who is on WhatsApp and did not opt out can be reached by a template: add a tag (manychat_add_tag_to_subscriber_by_name) that starts an automation with one.',
  rejected: 'ManyChat refused the call. Change what its message names; do not repeat the call unchanged.',
  manychat_unavailable: 'ManyChat itself failed; try again in a minute.',
  timeout: 'Call again later.',
  cancelled: 'The client cancelled the call.',
  internal: 'This is a defect of this server; please report it with the message.',
};

/** Hint for a response from something else than the API, such as a proxy on the way to Maton. */
export const checkAddress = (reader?: Reader): string =>
  operatorDoes('checks MATON_GATEWAY_URL, MATON_CONTROL_URL and what stands between it and Maton.', reader);

const verifiers = ({ declaration }: FailureContext): string => declaration.verifyWith?.join(' or ') ?? '';

/** How to find out whether a call of unknown outcome had its effect, since it must not be repeated. */
export function verificationHint(context: FailureContext): string {
  if (context.declaration.effect === 'send') {
    return `The message may have arrived. Do not send it again before a person has looked at the chat in ManyChat (live_chat_url of ${verifiers(context)}); the API shows no sent messages.`;
  }
  return `It may have happened: look with ${verifiers(context)} before you call again.`;
}

/** What to do if the response to a call is too large to be read. A send or a creation has its own hint. */
export function tooLargeHint({ declaration: { name, effect } }: FailureContext): string {
  if (effect !== 'read') return 'The call may have been carried out: read what it was to change before you repeat it.';
  const again = 'Do not repeat the call: the API sends this in one piece, and nothing in the call makes it smaller.';
  if (name === 'manychat_get_page') return again;
  if (name.startsWith('manychat_find_subscribers_'))
    return 'Do not repeat the call: search for what fewer contacts have.';
  if (/^manychat_(?:get|find)_subscriber/.test(name))
    return `${again} Long values of the contact's fields can be cleared in ManyChat.`;
  return `${again} Tools that take a name or an id work without the list. Who manages the account can delete what is not used there, or shorten long values.`;
}

/** What to do about a proxy that cannot be used. */
export const proxyHint = ({ reader }: FailureContext): string =>
  `${operatorDoes('sets HTTPS_PROXY to an HTTP proxy, or NO_PROXY to the hosts to reach without one, and restarts it.', reader)} Calling again does not help.`;

/** What to do while the store that processes share cannot be reached. */
export const storeAwayHint = `Call again in a few seconds. ${operatorDoes('checks the shared store if it keeps failing.')}`;

/** A cancelled call that may have happened and can be repeated. */
export const cancelledHint =
  'The client cancelled the call, which may have been carried out. It can be made again: twice does the same as once.';

/** Where to look up what a `not_found` refers to. */
const lookUps: readonly { readonly words: RegExp; readonly hint: string }[] = [
  { words: /tag/i, hint: 'manychat_list_tags shows the tags that exist; names must match exactly.' },
  { words: /field/i, hint: 'manychat_list_custom_fields or manychat_list_bot_fields shows the fields that exist.' },
  { words: /flow/i, hint: "manychat_list_flows shows the flows that exist; new ones are made in ManyChat's editor." },
  {
    words: /subscriber|contact/i,
    hint: 'Check the id: manychat_find_subscribers finds contacts of this account; the API cannot list them.',
  },
];

/** What to do if the key of an account from the accounts file is not accepted. */
const namedKeyHint = (account: string, reader?: Reader): string =>
  `${operatorDoes(`corrects the key of account ${quoted(account)} in the accounts file and restarts it.`, reader)} Calling again does not help.`;

/** What to do if the key of an account from the accounts file cannot be read, or cannot be valid. */
const unreadKeyHint = (account: string, reader?: Reader): string =>
  `${operatorDoes(`makes the key of account ${quoted(account)} readable, with a restart if the accounts file or a variable changes.`, reader)} The next call reads it again.`;

/** What to do if the key that a caller has brought is not accepted. */
const callersKeyHint = (direct: boolean): string =>
  `The user corrects the key that their client sends in ${
    direct ? 'X-ManyChat-Key (ManyChat, Settings, API)' : 'X-Maton-Key or X-Api-Key (https://maton.ai/settings)'
  }. Calling again does not help.`;

/** Whether a failure is about the key that is used. */
const concernsKey = (kind: Kind, { direct }: FailureContext): boolean =>
  kind === 'not_configured' || kind === 'gateway_auth' || (kind === 'manychat_auth' && direct);

/** What to do about a failure, as specific as its message allows. */
export function hintFor(kind: Kind, context: FailureContext, { message }: Pick<FailureFacts, 'message'>): string {
  const lookUp = kind === 'not_found' ? lookUps.find(({ words }) => words.test(message)) : undefined;
  if (lookUp !== undefined) return lookUp.hint;
  if (kind === 'already_exists' && context.declaration.verifyWith !== undefined) {
    return `Do not create another; ${verifiers(context)} finds the existing one.`;
  }
  if (context.keyFromCaller === true && concernsKey(kind, context)) return callersKeyHint(context.direct);
  if (context.account !== undefined && concernsKey(kind, context))
    return (kind === 'not_configured' ? unreadKeyHint : namedKeyHint)(context.account, context.reader);
  const hint: Hint = { ...hints, ...operatorsHints(context.reader ?? 'operator') }[kind];
  return typeof hint === 'string' ? hint : hint[context.direct ? 1 : 0];
}
