import { decimalId } from '../http/json.js';
import type { Contact, CustomField, Tag } from './account.js';
import { missingParameter, validationError } from './refusals.js';
import type { SandboxRequest } from './request.js';

// Bounds what the sandbox keeps, far above any real name.
const maxTextLength = 10_000;

/** A required, non-empty string. @throws Refusal, like all functions here */
export function requiredText({ parameters }: SandboxRequest, name: string): string {
  const value = parameters[name];
  if (value === undefined || value === null || value === '') throw missingParameter(name);
  return boundedText(value, name);
}

/** An optional string; '' if left out. */
export function optionalText({ parameters }: SandboxRequest, name: string): string {
  return boundedText(parameters[name] ?? '', name);
}

function boundedText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw validationError(`The ${name} must be a string.`);
  if (value.length > maxTextLength)
    throw validationError(`The ${name} may not be greater than ${maxTextLength} characters.`);
  return value;
}

/** A required id. ManyChat's swagger documents integers; clients also send strings of digits, which are accepted. */
export function requiredId({ parameters }: SandboxRequest, name: string): string {
  const value = parameters[name];
  if (value === undefined || value === null || value === '') throw missingParameter(name);
  const id = decimalId(value);
  if (id === undefined) throw validationError(`The ${name} must be an integer.`);
  return id;
}

/** The contact with the id in `subscriber_id`. */
export function requiredContact(request: SandboxRequest): Contact {
  const contact = request.account.contacts.get(requiredId(request, 'subscriber_id'));
  if (contact === undefined) throw validationError('Subscriber does not exist');
  return contact;
}

/** The tag with the id in `tag_id`. */
export function requiredTag(request: SandboxRequest): Tag {
  const id = requiredId(request, 'tag_id');
  return existingTag(request.account.tags.find((tag) => String(tag.id) === id));
}

/** The tag with the name in `tag_name`. Assumption: names are compared exactly (undocumented). */
export function requiredTagByName(request: SandboxRequest): Tag {
  const name = requiredText(request, 'tag_name');
  return existingTag(request.account.tags.find((tag) => tag.name === name));
}

function existingTag(tag: Tag | undefined): Tag {
  if (tag === undefined) throw validationError('Tag not found');
  return tag;
}

export function fieldById<Field extends CustomField>(fields: readonly Field[], id: string): Field {
  return existingField(fields.find((field) => String(field.id) === id));
}

/** The field with a name; case is ignored, as ManyChat's reference says. */
export function fieldByName<Field extends CustomField>(fields: readonly Field[], name: string): Field {
  const wanted = name.toLowerCase();
  return existingField(fields.find((field) => field.name.toLowerCase() === wanted));
}

function existingField<Field>(field: Field | undefined): Field {
  if (field === undefined) throw validationError('Field not found');
  return field;
}
