import { type BotField, type CustomField, type FieldType, fieldTypes, newId, type Tag } from '../account.js';
import { parseBotFieldValue } from '../field-values.js';
import { parseFieldWrites } from '../field-writes.js';
import {
  fieldById,
  fieldByName,
  optionalText,
  requiredId,
  requiredTag,
  requiredTagByName,
  requiredText,
} from '../parameters.js';
import { missingParameter, validationError } from '../refusals.js';
import type { Handler, SandboxRequest } from '../request.js';

export const getInfo: Handler = ({ account }) => account.page;
export const getTags: Handler = ({ account }) => account.tags;
export const getCustomFields: Handler = ({ account }) => account.customFields;
/** All bot fields with their values. */
export const getBotFields: Handler = ({ account }) => account.botFields;
/** All growth tools; also serves the deprecated getWidgets. */
export const getGrowthTools: Handler = ({ account }) => account.growthTools;
export const getOtnTopics: Handler = ({ account }) => account.otnTopics;
/** All flows and their folders. */
export const getFlows: Handler = ({ account }) => ({
  flows: account.flows.map(({ ns, name, folder_id }) => ({ ns, name, folder_id })),
  folders: account.folders,
});

// Assumption: ManyChat's own limits are unknown. This is far above what a page has.
const maxOfAKind = 1_000;

function requireCapacity(existing: readonly unknown[], what: string): void {
  if (existing.length >= maxOfAKind) throw validationError(`${what} limit reached`);
}

/** Creates a tag. Assumption: an existing name is refused (undocumented). */
export const createTag: Handler = (request) => {
  const name = requiredText(request, 'name');
  if (request.account.tags.some((tag) => tag.name === name)) throw validationError('Tag with same name already exists');
  requireCapacity(request.account.tags, 'Tag');
  const tag: Tag = { id: newId(request.account), name };
  request.account.tags.push(tag);
  return { tag };
};

function dropTag({ account }: SandboxRequest, tag: Tag): undefined {
  // No need to touch the contacts: they show only tags of the page, and ids are never reused.
  account.tags = account.tags.filter(({ id }) => id !== tag.id);
}

/** Removes a tag from the page and from all its contacts. */
export const removeTag: Handler = (request) => dropTag(request, requiredTag(request));
export const removeTagByName: Handler = (request) => dropTag(request, requiredTagByName(request));

function requiredType(request: SandboxRequest): FieldType {
  const type = requiredText(request, 'type');
  const known = fieldTypes.find((candidate) => candidate === type);
  if (known === undefined) throw validationError('Type not supported');
  return known;
}

function newField(
  request: SandboxRequest,
  fields: readonly CustomField[],
  nameParameter: 'caption' | 'name',
): CustomField {
  const name = requiredText(request, nameParameter);
  const type = requiredType(request);
  if (fields.some((field) => field.name.toLowerCase() === name.toLowerCase())) {
    throw validationError('Field with same name already exists');
  }
  requireCapacity(fields, 'Field');
  return { id: newId(request.account), name, type, description: optionalText(request, 'description') };
}

/** Creates a custom field; its name is the parameter `caption`. An existing name is refused, as for tags. */
export const createCustomField: Handler = (request) => {
  const field = newField(request, request.account.customFields, 'caption');
  request.account.customFields.push(field);
  return { field };
};

/** Creates a bot field with an optional initial value. */
export const createBotField: Handler = (request) => {
  const field = newField(request, request.account.botFields, 'name');
  const created: BotField = { ...field, value: parseBotFieldValue(field, request.parameters.value ?? null) };
  request.account.botFields.push(created);
  return { field: created };
};

function setBotFieldOf(request: SandboxRequest, field: BotField): undefined {
  if (request.parameters.field_value === undefined) throw missingParameter('field_value');
  field.value = parseBotFieldValue(field, request.parameters.field_value);
}

export const setBotField: Handler = (request) =>
  setBotFieldOf(request, fieldById(request.account.botFields, requiredId(request, 'field_id')));
export const setBotFieldByName: Handler = (request) =>
  setBotFieldOf(request, fieldByName(request.account.botFields, requiredText(request, 'field_name')));
/** Sets several bot fields, or none if one of them is refused. */
export const setBotFields: Handler = (request) => {
  for (const { field, value } of parseFieldWrites(request, request.account.botFields, parseBotFieldValue))
    field.value = value;
};
