import * as z from 'zod';
import { endpoint, type Repaired } from '../contract/endpoint.js';
import { asObject } from '../contract/json.js';
import { namesInList, oneName } from '../contract/reference.js';
import { firstFieldValue, listedFieldValues, oneFieldValue } from '../values/field-values.js';
import {
  botFieldId,
  botFieldName,
  customFieldId,
  customFieldName,
  fields,
  fieldType,
  fieldValue,
  listInput,
  listInputs,
  subscriberId,
  text,
} from '../values/inputs.js';
import {
  contactEcho,
  fieldEcho,
  fieldsWrittenResult,
  fieldWrittenResult,
  itemOutput,
  listOutput,
} from '../values/outputs.js';
import { anyFieldValue, anyText, record, smallId } from '../values/tolerant.js';

const customField = record({ id: smallId, name: anyText, type: anyText, description: anyText });

const botField = record({ id: smallId, name: anyText, type: anyText, description: anyText, value: anyFieldValue });

/** ManyChat returns it as `field`. */
const customFieldResult = itemOutput('custom_field', customField, 'field');

const customFieldsResult = listOutput('custom_fields', customField);

/** ManyChat returns it as `field`. */
const botFieldResult = itemOutput('bot_field', botField, 'field');

const botFieldsResult = listOutput('bot_fields', botField);

const customFieldEcho = fieldEcho('custom field');
const botFieldEcho = fieldEcho('bot field');

export const listCustomFields = endpoint({
  name: 'manychat_list_custom_fields',
  title: 'List custom fields',
  description:
    "All custom fields of the page, with types. One contact's values: manychat_get_subscriber; account-wide fields: manychat_list_bot_fields.",
  api: 'manychat',
  method: 'GET',
  path: '/fb/page/getCustomFields',
  perSecond: 100,
  effect: 'read',
  input: z.strictObject(listInput),
  localInputs: listInputs,
  output: customFieldsResult,
  example: {},
});

export const createCustomField = endpoint({
  name: 'manychat_create_custom_field',
  title: 'Create custom field',
  description:
    'Adds a field with a value for each contact; for the whole account: manychat_create_bot_field. The API cannot delete a field: check manychat_list_custom_fields first.',
  api: 'manychat',
  method: 'POST',
  path: '/fb/page/createCustomField',
  perSecond: 10,
  effect: 'create',
  purposes: ['create_custom_field'],
  verifyWith: ['manychat_list_custom_fields'],
  input: z.strictObject({
    caption: text('Name of the new field'),
    type: fieldType,
    description: z.string().optional().describe('Note for colleagues'),
  }),
  output: customFieldResult,
  example: { caption: 'Phone Number', type: 'text', description: 'Customer phone number' },
});

export const setCustomField = endpoint({
  name: 'manychat_set_custom_field',
  title: 'Set custom field',
  description:
    'Replaces the value of one custom field of one contact; refused if the new one does not fit its type. By name: manychat_set_custom_field_by_name; several: manychat_set_custom_fields.',
  api: 'manychat',
  method: 'POST',
  path: '/fb/subscriber/setCustomField',
  perSecond: 10,
  effect: 'set',
  purposes: ['set_field', 'unset_field'],
  input: z.strictObject({ subscriber_id: subscriberId, field_id: customFieldId, field_value: fieldValue }),
  output: fieldWrittenResult,
  echo: (input, known) => ({ ...contactEcho(input.subscriber_id, known), ...customFieldEcho(input, known) }),
  fieldValues: oneFieldValue('custom field'),
  example: { subscriber_id: '123456789', field_id: 1, field_value: '+1234567890' },
});

export const setCustomFieldByName = endpoint({
  name: 'manychat_set_custom_field_by_name',
  title: 'Set custom field by name',
  description:
    'Replaces the value of one custom field of one contact, by name (case ignored); refused if the new one does not fit its type. Several: manychat_set_custom_fields.',
  api: 'manychat',
  method: 'POST',
  path: '/fb/subscriber/setCustomFieldByName',
  perSecond: 10,
  effect: 'set',
  purposes: ['set_field', 'unset_field'],
  input: z.strictObject({ subscriber_id: subscriberId, field_name: customFieldName, field_value: fieldValue }),
  output: fieldWrittenResult,
  echo: (input, known) => ({ ...contactEcho(input.subscriber_id, known), ...customFieldEcho(input, known) }),
  mapNames: oneName('custom field', 'field_name'),
  fieldValues: oneFieldValue('custom field'),
  example: { subscriber_id: '123456789', field_name: 'phone_number', field_value: '+1234567890' },
});

export const setCustomFields = endpoint({
  name: 'manychat_set_custom_fields',
  title: 'Set custom fields',
  description:
    'Sets up to 20 custom fields of one contact, or none if one value does not fit its type. Many contacts: manychat_for_each_subscriber; for a flow that shows them: manychat_set_fields_and_send_flow.',
  api: 'manychat',
  method: 'POST',
  path: '/fb/subscriber/setCustomFields',
  perSecond: 10,
  effect: 'set',
  purposes: ['set_field', 'unset_field'],
  input: z.strictObject({ subscriber_id: subscriberId, fields: fields(customFieldId, customFieldName) }),
  output: fieldsWrittenResult,
  echo: (input, known) => ({
    ...contactEcho(input.subscriber_id, known),
    fields: input.fields.map((field) => customFieldEcho(field, known)),
  }),
  mapNames: namesInList('custom field'),
  fieldValues: listedFieldValues('custom field'),
  example: {
    subscriber_id: '123456789',
    fields: [
      { field_id: 1, field_value: 'value1' },
      { field_name: 'field2', field_value: 'value2' },
    ],
  },
});

export const listBotFields = endpoint({
  name: 'manychat_list_bot_fields',
  title: 'List bot fields',
  description:
    'All bot fields with types and their one value for the whole account. Values of one contact: manychat_get_subscriber; to change one: manychat_set_bot_field.',
  api: 'manychat',
  method: 'GET',
  path: '/fb/page/getBotFields',
  perSecond: 100,
  effect: 'read',
  input: z.strictObject(listInput),
  localInputs: listInputs,
  output: botFieldsResult,
  example: {},
});

/** Only a text can be empty. */
function withoutEmptyValue(input: unknown): Repaired {
  const { value, ...rest } = asObject(input);
  if (value !== '' || rest.type === 'text') return { input, warnings: [] };
  return { input: rest, warnings: ['Taken as not given, because null or empty: value.'] };
}

export const createBotField = endpoint({
  name: 'manychat_create_bot_field',
  title: 'Create bot field',
  description:
    'Adds a bot field: one value for the whole account; per contact: manychat_create_custom_field. The API cannot delete a field: check manychat_list_bot_fields first.',
  api: 'manychat',
  method: 'POST',
  path: '/fb/page/createBotField',
  perSecond: 10,
  effect: 'create',
  purposes: ['create_bot_field'],
  verifyWith: ['manychat_list_bot_fields'],
  input: z.strictObject({
    name: text('Name of the new field'),
    type: fieldType,
    description: z.string().optional().describe('Note for colleagues'),
    value: fieldValue.optional().meta({ description: 'First value; ISO 8601 dates, datetimes with UTC offset' }),
  }),
  output: botFieldResult,
  fieldValues: firstFieldValue('bot field'),
  repair: withoutEmptyValue,
  example: { name: 'open_orders', type: 'number', description: 'Orders to ship', value: '0' },
});

export const setBotField = endpoint({
  name: 'manychat_set_bot_field',
  title: 'Set bot field',
  description:
    "Replaces the one value of a bot field, which all contacts and flows share: never one contact's data (manychat_set_custom_field). Refused if the new one does not fit its type. Several: manychat_set_bot_fields.",
  api: 'manychat',
  method: 'POST',
  path: '/fb/page/setBotField',
  perSecond: 10,
  effect: 'set',
  purposes: ['set_bot_field'],
  input: z.strictObject({ field_id: botFieldId, field_value: fieldValue }),
  output: fieldWrittenResult,
  echo: botFieldEcho,
  fieldValues: oneFieldValue('bot field'),
  example: { field_id: 123, field_value: '42' },
});

export const setBotFieldByName = endpoint({
  name: 'manychat_set_bot_field_by_name',
  title: 'Set bot field by name',
  description:
    "Replaces the one value of a bot field, which all contacts and flows share: never one contact's data (manychat_set_custom_field_by_name). Refused if the new one does not fit its type. Several: manychat_set_bot_fields.",
  api: 'manychat',
  method: 'POST',
  path: '/fb/page/setBotFieldByName',
  perSecond: 10,
  effect: 'set',
  purposes: ['set_bot_field'],
  input: z.strictObject({ field_name: botFieldName, field_value: fieldValue }),
  output: fieldWrittenResult,
  echo: botFieldEcho,
  mapNames: oneName('bot field', 'field_name'),
  fieldValues: oneFieldValue('bot field'),
  example: { field_name: 'counter', field_value: '42' },
});

export const setBotFields = endpoint({
  name: 'manychat_set_bot_fields',
  title: 'Set bot fields',
  description:
    "Sets up to 20 bot fields, whose values all contacts and flows share: never one contact's data (manychat_set_custom_fields). If one value does not fit its type, none is set.",
  api: 'manychat',
  method: 'POST',
  path: '/fb/page/setBotFields',
  perSecond: 10,
  effect: 'set',
  purposes: ['set_bot_field'],
  input: z.strictObject({ fields: fields(botFieldId, botFieldName) }),
  output: fieldsWrittenResult,
  echo: (input, known) => ({ fields: input.fields.map((field) => botFieldEcho(field, known)) }),
  mapNames: namesInList('bot field'),
  fieldValues: listedFieldValues('bot field'),
  example: {
    fields: [
      { field_id: 123, field_value: 'value1' },
      { field_name: 'field2', field_value: 'value2' },
    ],
  },
});
