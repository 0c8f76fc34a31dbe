import * as z from 'zod';
import { workflow } from '../contract/workflow.js';
import { contentWarnings, sendContent } from '../endpoints/sending.js';
import { getSubscriber } from '../endpoints/subscribers.js';
import { contentCapabilities } from '../message/actions.js';
import { contentOf, plainMessage, plainMessageProblems } from '../message/plain-message.js';
import { messagingStatus, messagingStatusResult } from '../message/window.js';
import { fieldRecord, subscriberId, text } from '../values/inputs.js';
import { addIssue } from '../values/issues.js';
import { okResult } from '../values/outputs.js';
import { stepsToSet, stepToStart } from './for-each/action.js';

export const sendText = workflow({
  name: 'manychat_send_text',
  title: 'Send text',
  description:
    'Sends a text to one contact, with buttons and quick replies. The simplest way to write to somebody; images, cards, actions and OTN topics: manychat_send_content. Except on Telegram refused when the contact wrote last over 24 hours ago: then only an OTN topic or a WhatsApp template (manychat_send_flow). Never repeat an unknown outcome.',
  api: 'manychat',
  effect: 'send',
  verifyWith: ['manychat_get_subscriber'],
  input: z.strictObject({ subscriber_id: subscriberId, ...plainMessage }).check((context) => {
    for (const { path, problem } of plainMessageProblems(context.value)) addIssue(context, path, problem);
  }),
  output: okResult,
  warnings: (input) => contentWarnings(contentOf(input)),
  capabilities: (input) => contentCapabilities(contentOf(input)),
  question: ({ subscriber_id }, { contact }) => `Send this text to ${contact(subscriber_id)}`,
  example: { subscriber_id: '24958501110451908', text: 'Hi Maria, your order has shipped!' },
  async run({ subscriber_id, ...message }, { call }) {
    const content = contentOf(message);
    const input = { subscriber_id, data: { version: 'v2', content } };
    await call({ what: 'send the text', endpoint: sendContent, input });
    const count = content.messages.length;
    return { ok: true, ...(count > 1 && { warnings: [`The text was long and went out as ${count} messages.`] }) };
  },
});

export const setFieldsAndSendFlow = workflow({
  name: 'manychat_set_fields_and_send_flow',
  title: 'Set fields and send flow',
  description:
    "Sets custom fields of one contact, then starts a flow that shows them: the way to send a flow, or a WhatsApp template, with one contact's own texts. Which fields a flow shows cannot be seen: ask. It is not started when a field could not be set. ok means accepted, not delivered. Never repeat an unknown outcome.",
  api: 'manychat',
  effect: 'send',
  verifyWith: ['manychat_get_subscriber'],
  input: z.strictObject({
    subscriber_id: subscriberId,
    fields: fieldRecord,
    flow_ns: text('ns from manychat_list_flows'),
  }),
  output: okResult,
  capabilities: () => ['set_field', 'start_flow'],
  question: ({ subscriber_id, flow_ns }, { contact, flow }) =>
    `Set these fields of ${contact(subscriber_id)} and start ${flow(flow_ns)}`,
  example: {
    subscriber_id: '24958501110451908',
    fields: { reply_text: 'Your order has shipped!' },
    flow_ns: 'content20240311101502_501223',
  },
  async run({ subscriber_id, fields, flow_ns }, { inOrder }) {
    await inOrder([...stepsToSet(subscriber_id, fields), stepToStart(subscriber_id, flow_ns, fields)]);
    return { ok: true };
  },
});

export const getMessagingStatus = workflow({
  name: 'manychat_get_messaging_status',
  title: 'Get messaging status',
  description:
    'Whether one contact can be written to now: 24-hour window and its end, channels on record, opt-ins, what may be sent, and what ManyChat does not tell. Look here before an important send.',
  api: 'manychat',
  effect: 'read',
  input: z.strictObject({ subscriber_id: subscriberId }),
  output: messagingStatusResult,
  example: { subscriber_id: '24958501110451908' },
  async run(input, { call, now }) {
    const { subscriber } = await call({ what: 'read the contact', endpoint: getSubscriber, input });
    return { messaging_status: messagingStatus(subscriber, now()) };
  },
});
