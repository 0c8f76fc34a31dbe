import * as z from 'zod';
import type { Result } from '../../contract/json.js';
import { type Steps, workflow } from '../../contract/workflow.js';
import { sendContent } from '../../endpoints/sending.js';
import { contentCapabilities } from '../../message/actions.js';
import { contentWarnings } from '../../message/channel-rules.js';
import { contentOf, type PlainMessage, plainMessage, plainMessageProblems } from '../../message/plain-message.js';
import { subscriberId } from '../../values/inputs.js';
import { addIssue } from '../../values/issues.js';
import { contentSentResult } from '../../values/outputs.js';
import { channelWarnings, sendByChannel } from './send-by-channel.js';

const splitWarning = (count: number): string => `The text was long and was sent as ${count} messages.`;

/** Sends a message on the channel that is found for its contact. */
async function sendAuto(subscriber_id: unknown, message: PlainMessage, steps: Steps): Promise<Result> {
  const sent = await sendByChannel(subscriber_id, message, false, steps);
  const content = contentOf({ ...message, channel: sent.channel ?? 'messenger' });
  if (sent.outcome === 'done before') {
    const known = { name: steps.name, valueBefore: () => undefined, repeated: true };
    return { ok: true, ...sendContent.echo?.({ subscriber_id, data: { content } }, known) };
  }
  const { warnings: _, ...result } = sent.result;
  const count = content.messages.length;
  const warnings = [...(count > 1 ? [splitWarning(count)] : []), ...channelWarnings(message, sent.channel)];
  return warnings.length === 0 ? result : { ...result, warnings };
}

export const sendText = workflow({
  name: 'manychat_send_text',
  title: 'Send text',
  description:
    'Sends a text to one contact, with buttons and quick replies; no e-mail or SMS. Images, cards, actions and OTN topics: manychat_send_content. Except on Telegram, refused if the contact last wrote over 24 hours ago: then only an OTN topic or a WhatsApp template (manychat_send_flow). Never repeat an unknown outcome.',
  api: 'manychat',
  effect: 'send',
  purposes: ['send_text'],
  verifyWith: ['manychat_get_subscriber'],
  view: 'message-preview',
  input: z.strictObject({ subscriber_id: subscriberId, ...plainMessage }).check((context) => {
    for (const { path, problem } of plainMessageProblems(context.value)) addIssue(context, path, problem);
  }),
  output: contentSentResult,
  warnings: (input) => contentWarnings(contentOf(input)),
  capabilities: (input) => contentCapabilities(contentOf(input)),
  question: ({ subscriber_id }, { contact }) => `Send this text to ${contact(subscriber_id)}`,
  example: { subscriber_id: '24958501110451908', text: 'Hi Maria, your order has shipped!' },
  async run({ subscriber_id, ...message }, steps) {
    if (message.channel === 'auto') return sendAuto(subscriber_id, message, steps);
    const { call } = steps;
    const content = contentOf(message);
    const input = { subscriber_id, data: { version: 'v2', content } };
    const { warnings: _, ...sent } = await call({ what: 'send the text', endpoint: sendContent, input });
    const count = content.messages.length;
    return { ...sent, ...(count > 1 && { warnings: [splitWarning(count)] }) };
  },
});
