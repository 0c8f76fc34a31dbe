import { isRecord, parseJson } from '../../http/json.js';
import {
  applyTag,
  type Contact,
  type CustomField,
  fullName,
  removeTag as removeTagOf,
  writeField,
} from '../account.js';
import { serializeContact } from '../contact.js';
import { parseCustomFieldValue } from '../field-values.js';
import { parseFieldWrites } from '../field-writes.js';
import {
  fieldById,
  fieldByName,
  optionalText,
  requiredContact,
  requiredId,
  requiredTag,
  requiredTagByName,
  requiredText,
} from '../parameters.js';
import { codedRefusal, missingParameter, plainRefusal, validationError } from '../refusals.js';
import type { Handler, SandboxRequest } from '../request.js';

const maxResults = 100;

function serializeAll({ account }: SandboxRequest, contacts: readonly Contact[]): unknown[] {
  return contacts.slice(0, maxResults).map((contact) => serializeContact(account, contact));
}

export const getInfo: Handler = (request) => serializeContact(request.account, requiredContact(request));

/** Contacts by full name. Assumption: case is ignored and the order is unspecified (both undocumented). */
export const findByName: Handler = (request) => {
  const name = requiredText(request, 'name').trim().toLowerCase();
  const contacts = [...request.account.contacts.values()];
  return serializeAll(
    request,
    contacts.filter((contact) => fullName(contact).toLowerCase() === name),
  );
};

/** Contacts by the value of a text or number field, newest change first. */
export const findByCustomField: Handler = (request) => {
  const field = fieldById(request.account.customFields, requiredId(request, 'field_id'));
  const wanted = requiredText(request, 'field_value');
  if (field.type !== 'text' && field.type !== 'number') throw validationError('Type not supported');
  const matches = (contact: Contact): boolean => {
    const value = contact.fields.get(field.id)?.value;
    return field.type === 'number' ? value !== undefined && Number(value) === Number(wanted) : value === wanted;
  };
  const change = (contact: Contact): number => contact.fields.get(field.id)?.change ?? 0;
  const found = [...request.account.contacts.values()].filter(matches);
  return serializeAll(
    request,
    found.sort((one, other) => change(other) - change(one)),
  );
};

/** A contact by email or phone. A miss returns an empty list (observed live); WhatsApp numbers are not searched. */
export const findBySystemField: Handler = (request) => {
  const email = optionalText(request, 'email');
  const phone = optionalText(request, 'phone');
  if ((email === '') === (phone === '')) throw validationError('Exactly one of email and phone is required.');
  for (const contact of request.account.contacts.values()) {
    const found = email === '' ? contact.phone === phone : contact.email.toLowerCase() === email.toLowerCase();
    if (found) return serializeContact(request.account, contact);
  }
  return [];
};

export const getInfoByUserRef: Handler = (request) => {
  const contactId = request.account.userRefs.get(requiredId(request, 'user_ref'));
  if (contactId === undefined) throw codedRefusal(2011, "User_ref isn't registered");
  const contact = contactId === null ? undefined : request.account.contacts.get(contactId);
  if (contact === undefined) throw codedRefusal(2012, 'User_ref has not been linked with subscriber_id');
  return serializeContact(request.account, contact);
};

/** Adds a tag to a contact; also succeeds if the contact has it. */
export const addTag: Handler = (request) => {
  const contact = requiredContact(request);
  applyTag(request.account, contact, requiredTag(request));
};
/** Adds a tag by name; the tag must exist. */
export const addTagByName: Handler = (request) => {
  const contact = requiredContact(request);
  applyTag(request.account, contact, requiredTagByName(request));
};
/** Removes a tag from a contact; also succeeds if the contact does not have it. */
export const removeTag: Handler = (request) => {
  const contact = requiredContact(request);
  removeTagOf(request.account, contact, requiredTag(request));
};
export const removeTagByName: Handler = (request) => {
  const contact = requiredContact(request);
  removeTagOf(request.account, contact, requiredTagByName(request));
};

function setField(request: SandboxRequest, contact: Contact, field: CustomField): void {
  if (request.parameters.field_value === undefined) throw missingParameter('field_value');
  writeField(request.account, contact, field.id, parseCustomFieldValue(field, request.parameters.field_value));
}

export const setCustomField: Handler = (request) => {
  const contact = requiredContact(request);
  setField(request, contact, fieldById(request.account.customFields, requiredId(request, 'field_id')));
};
/** Sets a custom field by name; case is ignored. */
export const setCustomFieldByName: Handler = (request) => {
  const contact = requiredContact(request);
  setField(request, contact, fieldByName(request.account.customFields, requiredText(request, 'field_name')));
};
/** Sets several custom fields, or none if one of them is refused. */
export const setCustomFields: Handler = (request) => {
  const contact = requiredContact(request);
  for (const { field, value } of parseFieldWrites(request, request.account.customFields, parseCustomFieldValue)) {
    writeField(request.account, contact, field.id, value);
  }
};

/**
 * Accepts the token in the example of Maton's guide, or a signed request whose payload has the contact as `psid`. For a
 * wrong one the response is HTTP 200 with status "error": real endpoints do that, and this one stands for them.
 */
export const verifyBySignedRequest: Handler = (request) => {
  const contact = requiredContact(request);
  const signedRequest = requiredText(request, 'signed_request');
  if (signedRequest !== 'signed_request_token' && psidOf(signedRequest) !== contact.id) {
    throw plainRefusal('Wrong signed request', 200);
  }
};

function psidOf(signedRequest: string): unknown {
  try {
    const payload = parseJson(Buffer.from(signedRequest.split('.')[1] ?? '', 'base64url').toString());
    return isRecord(payload) ? payload.psid : undefined;
  } catch {
    return undefined;
  }
}
