import * as z from 'zod';
import { fieldTypes } from '../contract/field-values.js';
import { isConnectionId, namesConnection } from '../contract/reference.js';
import { trimmed } from './addresses/marks.js';
import { readAs, withReading } from './addresses/readings.js';
import { asEntries } from './reading/client-form.js';

/** The message for a number that has already lost digits when it arrives. */
export const precisionLost = 'is past 2^53, where a JSON number loses digits; pass it as a string of digits';

/** What is special about an id: clients see `type`; only the id of a contact may have a prefix, only a user_ref a minus. */
interface IdForm {
  readonly type: 'string' | 'integer';
  readonly prefix?: RegExp;
  readonly sign?: '-';
}

/** No id is written with more characters, marks included. */
const maxIdLength = 64;

/** Digits without what surrounds copied ids. Between the digits nothing is taken away: it could separate two ids. */
const idDigits = (text: string, prefix: RegExp | undefined): string => {
  const id = trimmed(text);
  return prefix === undefined ? id : trimmed(id.replace(prefix, ''));
};

/** An id as it is compared and sent. Undefined for anything else, such as digits after zeros: no id begins with 0. */
function exactId(value: unknown, { prefix, sign }: IdForm): string | undefined {
  if (typeof value === 'string' && value.length > maxIdLength) return undefined;
  const text = typeof value === 'string' ? idDigits(value, prefix) : Number.isInteger(value) ? String(value) : '';
  const [, minus, digits] = /^(-?)([1-9]\d{0,19})$/.exec(text) ?? [];
  return digits === undefined || (minus === '-' && sign === undefined) ? undefined : `${minus}${digits}`;
}

/** What to do about a text that is no id, if it is plain what it is instead. */
function idHint(value: unknown, { type, sign }: IdForm): string {
  if (typeof value !== 'string' || value.length > maxIdLength || !/^0+[1-9]\d*$/.test(trimmed(value))) return '';
  return type === 'integer' || sign === '-'
    ? ', without zeros before them'
    : ', without zeros before them; this looks like a phone number, which manychat_find_subscribers takes';
}

/**
 * An id: a string of digits, or a number if it is exact. A safe integer is sent as a number, as ManyChat documents it, a
 * larger one as a string, which ManyChat accepts.
 */
function id(form: IdForm, description: string) {
  const { type, sign } = form;
  const example = type === 'integer' ? '12' : sign === '-' ? '"-1543835812530302162"' : '"24958501110451908"';
  const shape = `must be decimal digits, e.g. ${example}`;
  const schema = z
    .custom<string | number>()
    .transform((value: unknown, context): string | number => {
      const refuse = (message: string): never => {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      if (value === undefined) return refuse('is required');
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) return refuse(precisionLost);
      const exact = exactId(value, form);
      if (exact === undefined) return refuse(`${shape}${idHint(value, form)}`);
      return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
    })
    .meta({ type, description });
  return withReading(schema, (written) => readAs(written, exactId(written, form) ?? ''));
}

/** A text that is not empty: ManyChat refuses empty names and texts. */
export const filledText = z.string().refine((value) => value.trim() !== '', 'must not be empty');

/** A text that is not empty, with its description for clients. */
export const text = (description: string) => filledText.describe(description);

/** The ns of a flow. */
export const flowNs = withReading(
  z
    .string()
    .overwrite(trimmed)
    .refine((value) => value !== '', 'must not be empty')
    .describe('ns from manychat_list_flows'),
  (written) => readAs(written, trimmed(String(written))),
);

/** A text that names a connection, with its description for clients. */
function connection(accepts: (text: string) => boolean, problem: string, description: string) {
  const schema = z.string().overwrite(trimmed).refine(accepts, problem).describe(description);
  return withReading(schema, (written) => readAs(written, trimmed(String(written))));
}

/** The id of a connection. */
export const connectionId = connection(
  isConnectionId,
  'must be the id of a connection, not the name of its page: manychat_list_connections shows both',
  'From manychat_list_connections',
);

/** The argument that chooses the account, for tools without a pinned connection. */
export const chosenConnectionId = connection(
  namesConnection,
  'must be the id or the page name of a connection, as manychat_list_connections shows them',
  'Id or page name',
);

/** The id of a contact, which may exceed 2^53. ManyChat's exports write `user:` before it. */
export const subscriberId = id({ type: 'string', prefix: /^user:/i }, 'From a find tool');

/** The user_ref of a checkbox opt-in, which may exceed 2^53 and be negative. */
export const userRef = id({ type: 'string', sign: '-' }, 'From your checkbox; may be negative');

/** The id of a tag. */
export const tagId = id({ type: 'integer' }, 'From manychat_list_tags');

/** The name of an existing tag. */
export const tagName = text('Exact tag name');

/** The id of a custom field. */
export const customFieldId = id({ type: 'integer' }, 'From manychat_list_custom_fields');

/** The name of an existing custom field. */
export const customFieldName = text('Existing custom field');

/** The id of a bot field. */
export const botFieldId = id({ type: 'integer' }, 'From manychat_list_bot_fields');

/** The name of an existing bot field. */
export const botFieldName = text('Existing bot field');

/** A number that has lost no digits. */
export const exactNumber = z
  .number()
  .refine((value) => !Number.isInteger(value) || Number.isSafeInteger(value), precisionLost);

/**
 * A field's value. `null` is accepted and sent as it is, but clients do not see it: whether it clears a field is not
 * documented.
 */
export const fieldValue = z.union([z.string(), exactNumber, z.boolean(), z.null()]).meta({
  description: 'ISO 8601 dates; datetimes with UTC offset',
});

/** The type of a new field. */
export const fieldType = z.enum(fieldTypes).describe('Cannot be changed');

/** The most fields that ManyChat sets in one request. */
export const maxFields = 20;

/** The most fields that one call sets by name, in as many as five requests. */
const maxNamedFields = 5 * maxFields;

/** The message for a value of the wrong shape; a missing value has its own message. */
const expecting = (form: string) => ({
  error: ({ code, input }: { code?: string | undefined; input?: unknown }) =>
    code === 'invalid_type' && input !== undefined ? `must be ${form}` : undefined,
});

/** In some tools values of fields are a list, in others an object; each takes both. */
const fieldEntries = asEntries({ name: 'field_name', value: 'field_value' });

/** A list of fields, each by id or by name. */
export const fields = (fieldId: typeof customFieldId, fieldName: typeof customFieldName) =>
  z
    .array(
      z
        .strictObject({ field_id: fieldId.optional(), field_name: fieldName.optional(), field_value: fieldValue })
        .refine((field) => (field.field_id === undefined) !== (field.field_name === undefined), {
          message: 'give exactly one of field_id and field_name',
        }),
      expecting('a list like [{"field_name": "size", "field_value": "42"}]'),
    )
    .min(1)
    .max(maxFields)
    .meta({ ...fieldEntries, description: 'Each by field_id or field_name' });

/** Values of a contact's fields by field name; ManyChat ignores the case of names. */
export const fieldRecord = z
  .record(z.string(), fieldValue, expecting('a list like [{"field_name": "size", "field_value": "42"}]'))
  .refine((value) => Object.keys(value).length > 0, 'needs at least one field')
  .refine(
    (value) => Object.keys(value).length <= maxNamedFields,
    `takes at most ${maxNamedFields} fields; set the others with another call`,
  )
  .refine((value) => Object.keys(value).every((name) => name.trim() !== ''), 'has a value with an empty field name')
  .refine((value) => {
    const names = Object.keys(value).map((name) => name.toLowerCase());
    return new Set(names).size === names.length;
  }, 'names a field twice, in different upper and lower case')
  .meta({ ...fieldEntries, description: 'Up to 100' });

/** How much of each contact a search returns. */
export const detail = z.enum(['summary', 'full']).default('summary').describe('By default summary; full: every field');

/** Characters of a search. No name is longer. */
const maxSearch = 200;

/** A character that can be seen by itself. Hidden and combining ones are not compared. */
const visible = /[^\p{C}\p{M}\p{Z}\p{Default_Ignorable_Code_Point}]/u;

/** A part of a name. A name can be a number, and models pass it as one. */
const search = z
  .preprocess(
    (value) => (typeof value === 'number' ? String(value) : value),
    filledText
      .refine((value) => value.length <= maxSearch, `must have at most ${maxSearch} characters`)
      .refine((value) => visible.test(value), 'must have a letter, a digit or a sign that can be seen'),
  )
  .meta({ type: 'string', description: 'Part of the name' });

/** The index of the first item of a page. Clients see an integer, but some send it as text. */
const offset = z
  .custom<number | string>()
  .transform((value: unknown, context): number => {
    const number = typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
    context.addIssue({ code: 'custom', message: 'must be a whole number, as next of the result before has it' });
    return z.NEVER;
  })
  .meta({ type: 'integer', description: "A result's next" });

/** The input of a list that comes in pages and cannot be searched. */
export const pageInput = { offset: offset.optional() };

/** The inputs of a list that comes in pages. They are for this side, and not sent. */
export const listInput = {
  search: search.optional(),
  ...pageInput,
};

/** The names of these inputs. */
export const listInputs: readonly string[] = Object.keys(listInput);
