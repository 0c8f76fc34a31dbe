import { z } from 'zod';

/** Shown wherever a number has already lost digits on its way here. */
const digitsLost = 'is past 2^53, where a JSON number loses digits; pass it as a string of digits';

/**
 * An id: a string of digits, which is what clients are shown, or a number while it is exact. A safe integer leaves as
 * a number, as ManyChat documents it; a larger one as a string, which ManyChat accepts.
 */
function id(description: string, sign: 'positive' | 'any' = 'positive') {
  const shape = `must be decimal digits, e.g. "${sign === 'any' ? '-1543835812530302162' : '24958501110451908'}"`;
  return z
    .custom<string | number>()
    .transform((given: unknown, context): string | number => {
      const refuse = (message: string): never => {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      if (given === undefined) return refuse('is required');
      if (Number.isInteger(given) && !Number.isSafeInteger(given)) return refuse(digitsLost);
      const text = typeof given === 'string' ? given.trim() : Number.isInteger(given) ? String(given) : '';
      const digits = /^(-?)0*(\d{1,20})$/.exec(text);
      if (digits === null || (sign === 'positive' && digits[1] === '-')) return refuse(shape);
      const exact = `${digits[1]}${digits[2]}`;
      return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
    })
    .meta({ type: 'string', description });
}

/** A name or other text that ManyChat refuses when it is empty. */
export const text = (description: string) =>
  z
    .string()
    .refine((value) => value.trim() !== '', 'must not be empty; leave the argument out instead')
    .describe(description);

export const subscriberId = id('Contact id, digits');
export const userRef = id('user_ref of the opt-in, digits, may be negative', 'any');
export const tagId = id('From manychat_list_tags');
export const tagName = text('Existing tag, exact name');
export const customFieldId = id('From manychat_list_custom_fields');
export const customFieldName = text('Existing custom field');
export const botFieldId = id('From manychat_list_bot_fields');
export const botFieldName = text('Existing bot field');

/** A field's value; numbers that have lost digits are refused, `null` is passed on as it is. */
export const fieldValue = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .refine((value) => !(Number.isInteger(value) && !Number.isSafeInteger(value)), digitsLost)
  .describe('By type: text, number, true/false, date 2018-07-18, datetime 2018-05-01T06:30:24+03:00');

/** Types of custom and bot fields. */
export const fieldType = z.enum(['text', 'number', 'date', 'datetime', 'boolean']).describe('Cannot be changed later');

/** Up to 20 fields, each named by id or by name: ManyChat's limit for one request. */
export const fields = (fieldId: typeof customFieldId, fieldName: typeof customFieldName) =>
  z
    .array(
      z
        .strictObject({ field_id: fieldId.optional(), field_name: fieldName.optional(), field_value: fieldValue })
        .refine((field) => (field.field_id === undefined) !== (field.field_name === undefined), {
          message: 'give exactly one of field_id and field_name',
        }),
    )
    .min(1)
    .max(20)
    .describe('1 to 20 fields, each by field_id or field_name');

/** How much of each found contact is returned. */
export const detail = z.enum(['summary', 'full']).default('summary').describe('full: every field of the first 20 hits');
