import { decimalId } from '../http/json.js';
import type { Contact, CustomField, Tag } from './account.js';
import { missingParameter, validationError } from './refusals.js';
import type { SandboxRequest } from './request.js';

// Decided here, far above any name in life: it bounds what the sandbox keeps.
const maxTextLength = 10_000;

/** A required, non-empty string. */
export function requiredText({ parameters }: SandboxRequest, name: string): string {
  const value = parameters[name];
  if (value === undefined || value === null || value === '') throw missingParameter(name);
  return boundedText(value, name);
}

/** A string that may be left out; '' then. */
export function optionalText({ parameters }: SandboxRequest, name: string): string {
  return boundedText(parameters[name] ?? '', name);
}

function boundedText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw validationError(`The ${name} must be a string.`);
  if (value.length > maxTextLength)
    throw validationError(`The ${name} may not be greater than ${maxTextLength} characters.`);
  return value;
}

/** A required id, sent as an integer or as a digit string (the swagger documents the first, clients send both). */
export function requiredId({ parameters }: SandboxRequest, name: string): string {
  const value = parameters[name];
  if (value === undefined || value === null || value === '') throw missingParameter(name);
  const id = decimalId(value);
  if (id === undefined) throw validationError(`The ${name} must be an integer.`);
  return id;
}

/** The contact named by `subscriber_id`. */
export function requiredContact(request: SandboxRequest): Contact {
  const contact = request.account.contacts.get(requiredId(request, 'subscriber_id'));
  if (contact === undefined) throw validationError('Subscriber does not exist');
  return contact;
}

/** The tag named by `tag_id`. */
export function requiredTag(request: SandboxRequest): Tag {
  const id = requiredId(request, 'tag_id');
  return existingTag(request.account.tags.find((tag) => String(tag.id) === id));
}

/** The tag named by `tag_name`, compared exactly (whether ManyChat folds case is not known). */
export function requiredTagByName(request: SandboxRequest): Tag {
  const name = requiredText(request, 'tag_name');
  return existingTag(request.account.tags.find((tag) => tag.name === name));
}

function existingTag(tag: Tag | undefined): Tag {
  if (tag === undefined) throw validationError('Tag not found');
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
  if (field === undefined) throw validationError('Field not found');
  return field;
}
