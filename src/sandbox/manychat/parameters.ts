import { decimalId } from '../http/json.js';
import type { Contact, CustomField, Tag } from './account.js';
import { invalid, missing } from './refusals.js';
import type { Call } from './request.js';

// Decided here, far above any name in life: it bounds what the sandbox keeps.
const longestText = 10_000;

/** A required, non-empty string. */
export function requiredText({ parameters }: Call, name: string): string {
  const value = parameters[name];
  if (value === undefined || value === null || value === '') throw missing(name);
  return boundedText(value, name);
}

/** A string that may be left out; '' then. */
export function optionalText({ parameters }: Call, name: string): string {
  return boundedText(parameters[name] ?? '', name);
}

function boundedText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw invalid(`The ${name} must be a string.`);
  if (value.length > longestText) throw invalid(`The ${name} may not be greater than ${longestText} characters.`);
  return value;
}

/** A required id, sent as an integer or as a digit string (the swagger documents the first, clients send both). */
export function requiredId({ parameters }: Call, name: string): string {
  const value = parameters[name];
  if (value === undefined || value === null || value === '') throw missing(name);
  const id = decimalId(value);
  if (id === undefined) throw invalid(`The ${name} must be an integer.`);
  return id;
}

/** The contact named by `subscriber_id`. */
export function requiredContact(call: Call): Contact {
  const contact = call.account.contacts.get(requiredId(call, 'subscriber_id'));
  if (contact === undefined) throw invalid('Subscriber does not exist');
  return contact;
}

/** The tag named by `tag_id`. */
export function requiredTag(call: Call): Tag {
  const id = requiredId(call, 'tag_id');
  return existingTag(call.account.tags.find((tag) => String(tag.id) === id));
}

/** The tag named by `tag_name`, compared exactly (whether ManyChat folds case is not known). */
export function requiredTagByName(call: Call): Tag {
  const name = requiredText(call, 'tag_name');
  return existingTag(call.account.tags.find((tag) => tag.name === name));
}

function existingTag(tag: Tag | undefined): Tag {
  if (tag === undefined) throw invalid('Tag not found');
  return tag;
}

/** The field of that id. */
export function fieldById<Field extends CustomField>(fields: readonly Field[], id: string): Field {
  return existingField(fields.find((field) => String(field.id) === id));
}

/** The field of that name, compared without case as ManyChat's reference says. */
export function fieldByName<Field extends CustomField>(fields: readonly Field[], name: string): Field {
  const wanted = name.toLowerCase();
  return existingField(fields.find((field) => field.name.toLowerCase() === wanted));
}

function existingField<Field>(field: Field | undefined): Field {
  if (field === undefined) throw invalid('Field not found');
  return field;
}
