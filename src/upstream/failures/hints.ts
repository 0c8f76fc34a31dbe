import type { Kind } from '../../../tools/contract/failure.js';
import type { FailureContext, FailureFacts } from './context.js';

const newConnection =
  'connect it anew: manychat_create_connection, wait until manychat_get_connection says ACTIVE, then manychat_delete_connection for the old one';

/** What to do about each kind; [through Maton, directly] where they differ. */
const hints: Readonly<Record<Kind, string | readonly [string, string]>> = {
  not_configured:
    'The person who runs this server sets MATON_API_KEY (from https://maton.ai/settings) or MANYCHAT_API_KEY in its environment and restarts it. To try it without an account: --sandbox.',
  invalid_input: 'Correct the arguments as the message says and call again.',
  gateway_auth:
    'The person who runs this server checks MATON_API_KEY (https://maton.ai/settings) and restarts it. Calling again does not help.',
  manychat_auth: [
    `ManyChat does not accept the key inside this connection; ${newConnection}.`,
    'The person who runs this server checks MANYCHAT_API_KEY (ManyChat, Settings, API) and restarts it. Calling again does not help.',
  ],
  no_connection: [
    'Call manychat_create_connection and give its link to the person who manages the ManyChat account.',
    'The person who runs this server checks MANYCHAT_API_URL.',
  ],
  ambiguous_connection:
    'Ask the user which account is meant (manychat_get_page with a connection_id shows its page), then call again with that connection_id; ids of contacts, tags and fields differ by account, so look them up with it too.',
  connection_not_found: 'manychat_list_connections shows the ids that exist.',
  rate_limited:
    'Wait retry_after_s seconds, or a few where it is not given, then call again; make calls one after another.',
  not_found:
    'Look the id or name up first: manychat_find_subscribers_by_name, manychat_list_tags, manychat_list_custom_fields, manychat_list_bot_fields or manychat_list_flows.',
  user_ref_not_registered: 'The opt-in with this user_ref never happened on this page; check the user_ref.',
  user_ref_not_linked:
    'The contact has not replied yet. manychat_send_content_by_user_ref works meanwhile; call again after the first reply.',
  window_closed:
    'Do not retry. On this channel the contact wrote last more than 24 hours ago: wait until they write, use a one-time-notification topic they granted (Messenger, manychat_list_otn_topics), or a WhatsApp template inside a flow (manychat_send_flow).',
  otn_unavailable:
    'Do not retry. The contact granted no token for this topic or it is used up; manychat_list_otn_topics shows the topics.',
  channel_refused:
    'Do not retry on this channel; channel of manychat_send_text or content.type of manychat_send_content chooses another. manychat_get_subscriber: ig_ fields mean Instagram, whatsapp_ fields WhatsApp; Messenger and Telegram leave none.',
  message_tag_refused:
    'Call again without message_tag; ManyChat takes none any more. If the 24-hour window is closed see manychat_list_otn_topics.',
  invalid_content:
    'Nothing was sent. Correct the content as the message says, then send it; manychat_list_flows has the targets of flow buttons. Tags and fields named in actions must exist: manychat_list_tags, manychat_list_custom_fields.',
  permission_denied:
    'Do not retry. Importing contacts needs a permission that the account owner asks ManyChat support for; other refusals depend on the account and its plan.',
  already_exists: 'Use the existing one instead of creating another.',
  subscriber_inactive:
    'Do not retry. The contact never wrote, opted out, or belongs to another page (manychat_get_page shows the page in use).',
  rejected: 'ManyChat refused the call as it is; change what its message names, do not repeat it unchanged.',
  gateway_error: [
    `Call again later; if it goes on, look at manychat_get_connection: a connection whose authorisation expired fails like this; ${newConnection}.`,
    'Call again later; if it goes on, the person who runs this server checks MANYCHAT_API_URL.',
  ],
  manychat_unavailable: 'ManyChat itself failed; try again in a minute.',
  bad_response: [
    'Something that is not the API answered. The person who runs this server checks MATON_GATEWAY_URL and MATON_CONTROL_URL.',
    'Something that is not the API answered. The person who runs this server checks MANYCHAT_API_URL.',
  ],
  timeout: 'Call again later.',
  network:
    'Call again; if it goes on, the person who runs this server checks the network, the proxy and the configured URLs.',
  cancelled: 'The client cancelled the call.',
  internal: 'A defect of this server; please report it with the message.',
};

const evidenceOf = ({ declaration }: FailureContext): string => declaration.verifyWith?.join(' or ') ?? '';

/** How an unknown outcome is cleared up, since the call must not simply be made again. */
export function clearUp(context: FailureContext): string {
  if (context.declaration.effect === 'send') {
    return `The message may have arrived: do not send it again before a person has looked at the chat in ManyChat (live_chat_url of ${evidenceOf(context)}); the API shows no sent messages.`;
  }
  return `It may have happened: look with ${evidenceOf(context)} before you call again.`;
}

/** Where the thing that a refusal speaks of can be looked up. */
const lookUps: readonly { readonly words: RegExp; readonly hint: string }[] = [
  { words: /tag/i, hint: 'manychat_list_tags shows the tags that exist; names must match exactly.' },
  { words: /field/i, hint: 'manychat_list_custom_fields or manychat_list_bot_fields shows the fields that exist.' },
  { words: /flow/i, hint: 'manychat_list_flows shows the flows that exist.' },
  {
    words: /subscriber|contact/i,
    hint: 'Check the id: manychat_find_subscribers_by_name or manychat_find_subscriber_by_system_field finds contacts of this account.',
  },
];

export const cancelledInDoubt =
  'The client cancelled the call, which may have been carried out. It may be made again: twice does the same as once.';

/** What to do about a failure, as near to its cause as its words allow. */
export function hintFor(kind: Kind, context: FailureContext, facts: FailureFacts): string {
  const lookUp = kind === 'not_found' ? lookUps.find(({ words }) => words.test(facts.message)) : undefined;
  if (lookUp !== undefined) return lookUp.hint;
  if (kind === 'already_exists' && context.declaration.verifyWith !== undefined) {
    return `Do not create another; ${evidenceOf(context)} finds the one that exists.`;
  }
  const known = hints[kind];
  return typeof known === 'string' ? known : known[context.direct ? 1 : 0];
}
