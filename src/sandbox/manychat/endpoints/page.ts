import { type BotField, type CustomField, type FieldType, fieldTypes, newId, type Tag } from '../account.js';
import { botFieldValue } from '../field-values.js';
import { fieldWrites } from '../field-writes.js';
import {
  fieldById,
  fieldByName,
  optionalText,
  requiredId,
  requiredTag,
  requiredTagByName,
  requiredText,
} from '../parameters.js';
import { invalid, missing } from '../refusals.js';
import type { Call, Handler } from '../request.js';

/** The page. */
export const getInfo: Handler = ({ account }) => account.page;
/** All tags. */
export const getTags: Handler = ({ account }) => account.tags;
/** All custom fields. */
export const getCustomFields: Handler = ({ account }) => account.customFields;
/** All bot fields with their values. */
export const getBotFields: Handler = ({ account }) => account.botFields;
/** All growth tools; serves the deprecated getWidgets too. */
export const getGrowthTools: Handler = ({ account }) => account.growthTools;
/** All one-time-notification topics. */
export const getOtnTopics: Handler = ({ account }) => account.otnTopics;
/** All flows and their folders. */
export const getFlows: Handler = ({ account }) => ({
  flows: account.flows.map(({ ns, name, folder_id }) => ({ ns, name, folder_id })),
  folders: account.folders,
});

// Decided here, far above what a page has: how many ManyChat allows is not known.
const mostOfAKind = 1_000;

function requireRoom(existing: readonly unknown[], what: string): void {
  if (existing.length >= mostOfAKind) throw invalid(`${what} limit reached`);
}

/** Creates a tag. A name that exists is refused: what ManyChat does then is not known. */
export const createTag: Handler = (call) => {
  const name = requiredText(call, 'name');
  if (call.account.tags.some((tag) => tag.name === name)) throw invalid('Tag with same name already exists');
  requireRoom(call.account.tags, 'Tag');
  const tag: Tag = { id: newId(call.account), name };
  call.account.tags.push(tag);
  return { tag };
};

function dropTag({ account }: Call, tag: Tag): undefined {
  // Contacts show only tags that the page has, and ids are never given twice: nothing is left to take off them.
  account.tags = account.tags.filter(({ id }) => id !== tag.id);
}

/** Removes a tag from the page and from all its contacts. */
export const removeTag: Handler = (call) => dropTag(call, requiredTag(call));
/** The same by name. */
export const removeTagByName: Handler = (call) => dropTag(call, requiredTagByName(call));

function requiredType(call: Call): FieldType {
  const type = requiredText(call, 'type');
  const known = fieldTypes.find((candidate) => candidate === type);
  if (known === undefined) throw invalid('Type not supported');
  return known;
}

function newField(call: Call, fields: readonly CustomField[], nameParameter: 'caption' | 'name'): CustomField {
  const name = requiredText(call, nameParameter);
  const type = requiredType(call);
  if (fields.some((field) => field.name.toLowerCase() === name.toLowerCase())) {
    throw invalid('Field with same name already exists');
  }
  requireRoom(fields, 'Field');
  return { id: newId(call.account), name, type, description: optionalText(call, 'description') };
}

/** Creates a custom field; its name comes as `caption`. A name that exists is refused, as for tags. */
export const createCustomField: Handler = (call) => {
  const field = newField(call, call.account.customFields, 'caption');
  call.account.customFields.push(field);
  return { field };
};

/** Creates a bot field, with its first value if one is given. */
export const createBotField: Handler = (call) => {
  const field = newField(call, call.account.botFields, 'name');
  const created: BotField = { ...field, value: botFieldValue(field, call.parameters.value ?? null) };
  call.account.botFields.push(created);
  return { field: created };
};

function setBotFieldOf(call: Call, field: BotField): undefined {
  if (call.parameters.field_value === undefined) throw missing('field_value');
  field.value = botFieldValue(field, call.parameters.field_value);
}

/** Sets a bot field, which everybody on the page shares. */
export const setBotField: Handler = (call) =>
  setBotFieldOf(call, fieldById(call.account.botFields, requiredId(call, 'field_id')));
/** The same by name. */
export const setBotFieldByName: Handler = (call) =>
  setBotFieldOf(call, fieldByName(call.account.botFields, requiredText(call, 'field_name')));
/** Sets several bot fields, or none when one of them is refused. */
export const setBotFields: Handler = (call) => {
  for (const { field, value } of fieldWrites(call, call.account.botFields, botFieldValue)) field.value = value;
};
