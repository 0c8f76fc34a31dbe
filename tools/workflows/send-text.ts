import * as z from 'zod';
import { workflow } from '../contract/workflow.js';
import { sendContent } from '../endpoints/sending.js';
import { contentCapabilities } from '../message/actions.js';
import { contentWarnings } from '../message/channel-rules.js';
import { contentOf, plainMessage, plainMessageProblems } from '../message/plain-message.js';
import { subscriberId } from '../values/inputs.js';
import { addIssue } from '../values/issues.js';
import { contentSentResult } from '../values/outputs.js';

export const sendText = workflow({
  name: 'manychat_send_text',
  title: 'Send text',
  description:
    'Sends a text to one contact, with buttons and quick replies; no e-mail or SMS. The simplest way to message someone; images, cards, actions and OTN topics: manychat_send_content. Except on Telegram, refused if the contact last wrote over 24 hours ago: then only an OTN topic or a WhatsApp template (manychat_send_flow). Never repeat an unknown outcome.',
  api: 'manychat',
  effect: 'send',
  purposes: ['send_text'],
  verifyWith: ['manychat_get_subscriber'],
  input: z.strictObject({ subscriber_id: subscriberId, ...plainMessage }).check((context) => {
    for (const { path, problem } of plainMessageProblems(context.value)) addIssue(context, path, problem);
  }),
  output: contentSentResult,
  warnings: (input) => contentWarnings(contentOf(input)),
  capabilities: (input) => contentCapabilities(contentOf(input)),
  question: ({ subscriber_id }, { contact }) => `Send this text to ${contact(subscriber_id)}`,
  example: { subscriber_id: '24958501110451908', text: 'Hi Maria, your order has shipped!' },
  async run({ subscriber_id, ...message }, { call }) {
    const content = contentOf(message);
    const input = { subscriber_id, data: { version: 'v2', content } };
    const { warnings: _, ...sent } = await call({ what: 'send the text', endpoint: sendContent, input });
    const count = content.messages.length;
    return { ...sent, ...(count > 1 && { warnings: [`The text was long and was sent as ${count} messages.`] }) };
  },
});
