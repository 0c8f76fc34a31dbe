import * as z from 'zod';
import { precisionLost } from '../values/inputs.js';
import { addIssue } from '../values/issues.js';
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

/** What clients see of the grammar: enough to write a message, at a fraction of the tokens. */
const outline = {
  type: 'object',
  properties: {
    version: { type: 'string', const: 'v2' },
    content: {
      type: 'object',
      description:
        '{type?:"instagram"|"whatsapp"|"telegram" (none for Messenger), messages:[{type:"text",text,buttons?} | {type:"image"|"video"|"audio",url,buttons?} | {type:"file",url} | {type:"cards",elements:[{title,subtitle?,image_url?,action_url?,buttons?}]}], quick_replies?:[flow buttons], actions?:[{action:"add_tag"|"remove_tag",tag_name} | {action:"set_field_value",field_name,value}]}; up to 3 buttons: {type:"url",caption,url} | {type:"flow",caption,target:flow ns} | {type:"call",caption,phone}',
    },
  },
  required: ['version', 'content'],
};

/**
 * The `data` of a message, checked in full against ManyChat's dynamic-block reference (version 2) and the rules of the
 * channel. Clients see an outline.
 */
export const messageData = z
  .strictObject({ version: z.literal('v2', { error: 'must be "v2"' }), content: checkedContent })
  .refine((data) => !hasInexactNumber(data), `holds a number that ${precisionLost}`)
  .meta({ description: 'At most 2,000 characters a text, 1,000 on Instagram', clientSchema: outline });

/** What clients see of `data` in tools beside manychat_send_content. */
const brief = { description: 'As data of manychat_send_content', clientSchema: { type: 'object' } };

/** `messageData` in a tool that refers clients to manychat_send_content. */
export const messageDataBrief = messageData.meta(brief);

/** `data` that the tool checks itself, so that problems become its result. */
export const uncheckedMessageData = z.unknown().meta(brief);
