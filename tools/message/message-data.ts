import * as z from 'zod';
import { precisionLost } from '../values/inputs.js';
import { addIssue } from '../values/issues.js';
import { asJsonText } from '../values/reading/client-form.js';
import { channelProblems } from './channel-rules.js';
import { content } from './content.js';

const checkedContent = content.check((context) => {
  const { messages, actions = [] } = context.value;
  for (const { path, problem } of channelProblems(context.value)) addIssue(context, path, problem);
  if (messages.length === 0 && actions.length === 0) addIssue(context, ['messages'], 'needs at least one message');
});

/** Whether a number anywhere in a value has lost digits. */
function hasInexactNumber(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasInexactNumber);
}

/**
 * The `data` of a message, checked in full against ManyChat's dynamic-block reference (version 2) and the rules of the
 * channel.
 */
export const messageData = z
  .strictObject({ version: z.literal('v2', { error: 'must be "v2"' }), content: checkedContent })
  .refine((data) => !hasInexactNumber(data), `holds a number that ${precisionLost}`)
  .describe(
    'At most 10 messages, 2,000 characters a text (Instagram 1,000), 3 buttons each, 10 cards, 11 quick replies, 5 actions',
  );

/** What clients see of `data` in tools beside manychat_send_content. */
const brief = { ...asJsonText, description: 'JSON text, as data of manychat_send_content' };

/** `messageData` in a tool that refers clients to manychat_send_content. */
export const messageDataBrief = messageData.meta(brief);

/** `data` that the tool checks itself, so that problems become its result. */
export const uncheckedMessageData = z.unknown().meta(brief);
