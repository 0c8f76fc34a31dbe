import * as z from 'zod';
import { endpoint, type Known } from '../contract/endpoint.js';
import type { Result } from '../contract/json.js';
import { oneName } from '../contract/reference.js';
import { actionFieldValues, contentCapabilities, mapContentNames } from '../message/actions.js';
import { channelOf, contentWarnings } from '../message/channel-rules.js';
import type { Content } from '../message/content.js';
import { messageData, messageDataBrief } from '../message/message-data.js';
import { actionText } from '../message/preview.js';
import { repairMessage } from '../message/repair.js';
import { flowNs, subscriberId, text, userRef } from '../values/inputs.js';
import {
  contactEcho,
  contentSentResult,
  flowEcho,
  flowSentResult,
  userRefEcho,
  userRefSentResult,
} from '../values/outputs.js';

/** What a send came to, as far as ManyChat says. */
function statusEcho({ repeated }: Known, otnTopic?: string): Result {
  if (repeated) return { status: 'accepted before; not sent again' };
  const spent = otnTopic === undefined ? '' : ' the one-time notification for this topic is spent;';
  return { status: `accepted;${spent} ManyChat does not tell whether it arrived` };
}

/** What was sent as content. */
const contentEcho = (content: Content): Result => ({
  channel: channelOf(content),
  messages: content.messages.length,
  ...(content.actions !== undefined && content.actions.length > 0 && { actions: content.actions.map(actionText) }),
});

export const sendContent = endpoint({
  name: 'manychat_send_content',
  title: 'Send content',
  description:
    'Sends images, cards, actions or a message for an OTN topic to one contact; plain text: manychat_send_text; to check first: manychat_check_content. Refused 24 hours after the contact last wrote, except on Telegram or with an OTN topic (Messenger). Never repeat an unknown outcome.',
  api: 'manychat',
  method: 'POST',
  path: '/fb/sending/sendContent',
  perSecond: 25,
  effect: 'send',
  purposes: ['send_text', 'send_content'],
  verifyWith: ['manychat_get_subscriber'],
  view: 'message-preview',
  input: z.strictObject({
    subscriber_id: subscriberId,
    data: messageData,
    message_tag: text('Refused; leave out').optional(),
    otn_topic_name: text('From manychat_list_otn_topics; contact must have granted it').optional(),
  }),
  output: contentSentResult,
  echo: ({ subscriber_id, data, otn_topic_name: topic }, known) => ({
    ...contactEcho(subscriber_id, known),
    ...contentEcho(data.content),
    ...(topic !== undefined && { otn_topic: topic }),
    ...statusEcho(known, topic),
  }),
  repair: repairMessage({ data: messageData, takesTag: true }),
  mapNames: (input, change) => oneName('OTN topic', 'otn_topic_name')(mapContentNames(input, change), change),
  fieldValues: actionFieldValues,
  warnings: ({ data, message_tag }) => contentWarnings(data.content, message_tag),
  capabilities: ({ data }) => contentCapabilities(data),
  question: ({ subscriber_id }, { contact }) => `Send this content to ${contact(subscriber_id)}`,
  example: {
    subscriber_id: '123456789',
    data: { version: 'v2', content: { messages: [{ type: 'text', text: 'Hello! How can I help you today?' }] } },
  },
});

export const sendContentByUserRef = endpoint({
  name: 'manychat_send_content_by_user_ref',
  title: 'Send content by user_ref',
  description:
    'Sends a message to the giver of a checkbox opt-in (else refused) while only the user_ref is known; once manychat_get_subscriber_by_user_ref finds the contact, use manychat_send_content. Actions are ignored. Never repeat an unknown outcome.',
  api: 'manychat',
  method: 'POST',
  path: '/fb/sending/sendContentByUserRef',
  perSecond: 25,
  effect: 'send',
  purposes: ['send_to_user_ref'],
  verifyWith: ['manychat_get_subscriber_by_user_ref'],
  view: 'message-preview',
  input: z.strictObject({ user_ref: userRef, data: messageDataBrief }),
  output: userRefSentResult,
  echo: ({ user_ref, data: { content } }, known) => ({
    ...userRefEcho(user_ref, known),
    // The actions of content for a user_ref are ignored.
    ...contentEcho({ ...content, actions: undefined }),
    ...statusEcho(known),
  }),
  repair: repairMessage({ data: messageDataBrief }),
  mapNames: mapContentNames,
  warnings({ data }) {
    const ignored =
      data.content.actions === undefined
        ? []
        : ['The actions are ignored: ManyChat performs none in a message to a user_ref.'];
    return [...contentWarnings(data.content), ...ignored];
  },
  capabilities: ({ data }) => contentCapabilities(data),
  question: ({ user_ref }, { userRef }) => `Send this content to ${userRef(user_ref)}`,
  example: {
    user_ref: '123456',
    data: '{"version":"v2","content":{"messages":[{"type":"text","text":"Welcome!"}]}}',
  },
});

export const sendFlow = endpoint({
  name: 'manychat_send_flow',
  title: 'Send flow',
  description:
    "Starts a flow for one contact. It takes no variables: for personal texts use manychat_set_fields_and_send_flow. Over 24 hours after the contact last wrote, the flow's plain messages get through only on Telegram, WhatsApp templates still do. ok means accepted: ManyChat does not report arrival. Never repeat an unknown outcome.",
  api: 'manychat',
  method: 'POST',
  path: '/fb/sending/sendFlow',
  perSecond: 20,
  perSubscriberHour: 100,
  effect: 'send',
  purposes: ['start_flow'],
  verifyWith: ['manychat_get_subscriber'],
  view: 'message-preview',
  input: z.strictObject({ subscriber_id: subscriberId, flow_ns: flowNs }),
  output: flowSentResult,
  echo: ({ subscriber_id, flow_ns }, known) => ({
    ...contactEcho(subscriber_id, known),
    ...flowEcho(flow_ns, known),
    ...statusEcho(known),
  }),
  mapNames: oneName('flow', 'flow_ns'),
  question: ({ subscriber_id, flow_ns }, { flow, contact }) => `Start ${flow(flow_ns)} for ${contact(subscriber_id)}`,
  example: { subscriber_id: '123456789', flow_ns: 'content123456' },
});
