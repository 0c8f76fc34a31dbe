import * as z from 'zod';
import { precisionLost } from '../values/inputs.js';
import { addIssue } from '../values/issues.js';
import { channelProblems } from './channel-rules.js';
import { content } from './content.js';

const checkedContent = content.check((context) => {
  const given = context.value;
  for (const { path, problem } of channelProblems(given)) addIssue(context, path, problem);
  if (given.messages.length === 0 && (given.actions ?? []).length === 0)
    addIssue(context, ['messages'], 'needs at least one message');
});

/** Whether a number anywhere in a value has lost digits on its way here. */
function hasInexactNumber(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasInexactNumber);
}

/** What clients are shown of the grammar: enough to write a message, in a fraction of its size. */
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
 * The `data` of a sent message, checked whole against ManyChat's dynamic-block reference (version 2) and what the
 * channel takes; clients are shown an outline.
 */
export const messageData = z
  .strictObject({ version: z.literal('v2', { error: 'must be "v2"' }), content: checkedContent })
  .refine((data) => !hasInexactNumber(data), `holds a number that ${precisionLost}`)
  .meta({ description: 'At most 2,000 characters a text, 1,000 on Instagram', shown: outline });

/** How `data` is shown where it need not be explained a second time. */
const likeSendContent = { description: 'As data of manychat_send_content', shown: { type: 'object' } };

/** The same where clients have seen the outline beside another tool. */
export const messageDataBrief = messageData.meta(likeSendContent);

/** The same where it is not checked with the other arguments. */
export const uncheckedMessageData = z.unknown().meta(likeSendContent);
