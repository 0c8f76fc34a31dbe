import * as z from 'zod';
import { fieldTypes } from '../contract/field-values.js';

/** Shown wherever a number has already lost digits on its way here. */
export const precisionLost = 'is past 2^53, where a JSON number loses digits; pass it as a string of digits';

/**
 * An id: a string of digits, or a number while it is exact; `type` is what clients are shown. A safe integer leaves as
 * a number, as ManyChat documents it; a larger one as a string, which ManyChat accepts.
 */
function id(type: 'string' | 'integer', description: string, sign: 'positive' | 'any' = 'positive') {
  const example = type === 'integer' ? '12' : sign === 'any' ? '"-1543835812530302162"' : '"24958501110451908"';
  const shape = `must be decimal digits, e.g. ${example}`;
  return z
    .custom<string | number>()
    .transform((given: unknown, context): string | number => {
      const refuse = (message: string): never => {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      if (given === undefined) return refuse('is required');
      if (Number.isInteger(given) && !Number.isSafeInteger(given)) return refuse(precisionLost);
      const text = typeof given === 'string' ? given.trim() : Number.isInteger(given) ? String(given) : '';
      const digits = /^(-?)0*([1-9]\d{0,19})$/.exec(text);
      if (digits === null || (sign === 'positive' && digits[1] === '-')) return refuse(shape);
      const exact = `${digits[1]}${digits[2]}`;
      return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
    })
    .meta({ type, description });
}

/** A name or other text, which ManyChat refuses when it is empty. */
export const filledText = z.string().refine((value) => value.trim() !== '', 'must not be empty');

/** The same, described for the client. */
export const text = (description: string) => filledText.describe(description);

/** The id of a contact, which may pass 2^53. */
export const subscriberId = id('string', 'From a find tool');

/** The user_ref of a checkbox opt-in, which may pass 2^53 and be negative. */
export const userRef = id('string', 'From your checkbox; may be negative', 'any');

/** The id of a tag. */
export const tagId = id('integer', 'From manychat_list_tags');

/** The name of a tag that exists. */
export const tagName = text('Exact tag name');

/** The id of a custom field. */
export const customFieldId = id('integer', 'From manychat_list_custom_fields');

/** The name of a custom field that exists. */
export const customFieldName = text('Existing custom field');

/** The id of a bot field. */
export const botFieldId = id('integer', 'From manychat_list_bot_fields');

/** The name of a bot field that exists. */
export const botFieldName = text('Existing bot field');

/** A number that is as exact as it was written. */
export const exactNumber = z
  .number()
  .refine((value) => !Number.isInteger(value) || Number.isSafeInteger(value), precisionLost);

/**
 * A field's value; `null` is passed on as it is, since nobody has shown whether it clears a field, and is not shown to
 * clients for the same reason.
 */
export const fieldValue = z.union([z.string(), exactNumber, z.boolean(), z.null()]).meta({
  description: 'ISO 8601 dates; datetimes with UTC offset',
  shown: { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] },
});

/** Types of custom and bot fields. */
export const fieldType = z.enum(fieldTypes).describe('Cannot be changed');

/** Most fields that ManyChat sets in one request. */
export const maxFields = 20;

/** Most fields that one call sets by their names: as many as five requests take. */
const mostNamedFields = 5 * maxFields;

/** The form that is meant, for who gives another; what is not there is told elsewhere. */
const inForm = (form: string) => ({
  error: ({ code, input }: { code?: string | undefined; input?: unknown }) =>
    code === 'invalid_type' && input !== undefined ? `must be ${form}` : undefined,
});

/** A list of fields, each named by id or by name. */
export const fields = (fieldId: typeof customFieldId, fieldName: typeof customFieldName) =>
  z
    .array(
      z
        .strictObject({ field_id: fieldId.optional(), field_name: fieldName.optional(), field_value: fieldValue })
        .refine((field) => (field.field_id === undefined) !== (field.field_name === undefined), {
          message: 'give exactly one of field_id and field_name',
        }),
      inForm('a list like [{"field_name": "size", "field_value": 42}]'),
    )
    .min(1)
    .max(maxFields)
    .describe('Each by field_id or field_name');

/** Fields of a contact by their names, which ManyChat takes in any case. */
export const fieldRecord = z
  .record(z.string(), fieldValue, inForm('values by field name, like {"size": 42}'))
  .refine((given) => Object.keys(given).length > 0, 'needs at least one field')
  .refine(
    (given) => Object.keys(given).length <= mostNamedFields,
    `takes ${mostNamedFields} fields at the most; set the others with a call of their own`,
  )
  .refine((given) => Object.keys(given).every((name) => name.trim() !== ''), "has a value without a field's name")
  .refine((given) => {
    const names = Object.keys(given).map((name) => name.toLowerCase());
    return new Set(names).size === names.length;
  }, 'names a field twice, in different case')
  .describe('Values by field name');

/** How much of each found contact is returned. */
export const detail = z.enum(['summary', 'full']).default('summary').describe('full: every field of the first 20');
