import { z } from 'zod';
import { digitsLost } from './values.js';

/** Whether a number anywhere in a value has lost digits on its way here. */
function hasInexactNumber(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasInexactNumber);
}

/** The `data` of a sent message, in ManyChat's dynamic-block format version 2. */
export const messageData = z
  .looseObject({
    version: z.literal('v2'),
    content: z.looseObject({
      type: z
        .enum(['instagram', 'whatsapp', 'telegram'], {
          error: 'must be instagram, whatsapp or telegram; leave it out for Messenger',
        })
        .optional()
        .describe('Channel; leave out for Messenger'),
      messages: z
        .array(z.looseObject({ type: z.string() }))
        .min(1)
        .max(10)
        .describe('{type:"text",text,buttons?} | {type:"image"|"video"|"audio"|"file",url} | {type:"cards",elements}'),
      quick_replies: z
        .array(z.looseObject({ type: z.string(), caption: z.string() }))
        .max(11)
        .optional()
        .describe('{type:"flow",caption,target: flow ns}'),
      actions: z
        .array(z.looseObject({ action: z.string() }))
        .max(5)
        .optional()
        .describe('{action:"add_tag"|"remove_tag",tag_name} | {action:"set_field_value",field_name,value}'),
    }),
  })
  .refine((data) => !hasInexactNumber(data), `holds a number that ${digitsLost}`)
  .describe('Buttons: {type:"url",caption,url} | {type:"flow",caption,target: flow ns}, 3 a message');
