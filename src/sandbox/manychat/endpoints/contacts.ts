import { isRecord, readJson } from '../../http/json.js';
import { type Contact, type CustomField, fullName, writeField } from '../account.js';
import { showContact } from '../contact.js';
import { customFieldValue } from '../field-values.js';
import { fieldWrites } from '../field-writes.js';
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
import { codedRefusal, invalid, missing, plainRefusal } from '../refusals.js';
import type { Call, Handler } from '../request.js';

const mostFound = 100;

function shown({ account }: Call, contacts: readonly Contact[]): unknown[] {
  return contacts.slice(0, mostFound).map((contact) => showContact(account, contact));
}

/** One contact by id. */
export const getInfo: Handler = (call) => showContact(call.account, requiredContact(call));

/** Contacts by full name; compared without case and listed in no stated order (neither is documented). */
export const findByName: Handler = (call) => {
  const name = requiredText(call, 'name').trim().toLowerCase();
  const everybody = [...call.account.contacts.values()];
  return shown(
    call,
    everybody.filter((contact) => fullName(contact).toLowerCase() === name),
  );
};

/** Contacts by the value of a text or number field, newest change first. */
export const findByCustomField: Handler = (call) => {
  const field = fieldById(call.account.customFields, requiredId(call, 'field_id'));
  const wanted = requiredText(call, 'field_value');
  if (field.type !== 'text' && field.type !== 'number') throw invalid('Type not supported');
  const matches = (contact: Contact): boolean => {
    const value = contact.fields.get(field.id)?.value;
    return field.type === 'number' ? value !== undefined && Number(value) === Number(wanted) : value === wanted;
  };
  const change = (contact: Contact): number => contact.fields.get(field.id)?.change ?? 0;
  const found = [...call.account.contacts.values()].filter(matches);
  return shown(
    call,
    found.sort((one, other) => change(other) - change(one)),
  );
};

/** One contact by email or phone; a miss is an empty list (seen live), and WhatsApp numbers are not looked at. */
export const findBySystemField: Handler = (call) => {
  const email = optionalText(call, 'email');
  const phone = optionalText(call, 'phone');
  if ((email === '') === (phone === '')) throw invalid('Exactly one of email and phone is required.');
  for (const contact of call.account.contacts.values()) {
    const found = email === '' ? contact.phone === phone : contact.email.toLowerCase() === email.toLowerCase();
    if (found) return showContact(call.account, contact);
  }
  return [];
};

/** The contact behind a user_ref. */
export const getInfoByUserRef: Handler = (call) => {
  const contactId = call.account.userRefs.get(requiredId(call, 'user_ref'));
  if (contactId === undefined) throw codedRefusal(2011, "User_ref isn't registered");
  const contact = contactId === null ? undefined : call.account.contacts.get(contactId);
  if (contact === undefined) throw codedRefusal(2012, 'User_ref has not been linked with subscriber_id');
  return showContact(call.account, contact);
};

/** Puts a tag on a contact; succeeds when it is there already. */
export const addTag: Handler = (call) => {
  const contact = requiredContact(call);
  contact.tags.add(requiredTag(call).id);
};
/** The same by name; the tag must exist. */
export const addTagByName: Handler = (call) => {
  const contact = requiredContact(call);
  contact.tags.add(requiredTagByName(call).id);
};
/** Takes a tag off a contact; succeeds when it is not there. */
export const removeTag: Handler = (call) => {
  const contact = requiredContact(call);
  contact.tags.delete(requiredTag(call).id);
};
/** The same by name. */
export const removeTagByName: Handler = (call) => {
  const contact = requiredContact(call);
  contact.tags.delete(requiredTagByName(call).id);
};

function setField(call: Call, contact: Contact, field: CustomField): void {
  if (call.parameters.field_value === undefined) throw missing('field_value');
  writeField(call.account, contact, field.id, customFieldValue(field, call.parameters.field_value));
}

/** Sets one custom field of a contact. */
export const setCustomField: Handler = (call) => {
  const contact = requiredContact(call);
  setField(call, contact, fieldById(call.account.customFields, requiredId(call, 'field_id')));
};
/** The same by name, in any case. */
export const setCustomFieldByName: Handler = (call) => {
  const contact = requiredContact(call);
  setField(call, contact, fieldByName(call.account.customFields, requiredText(call, 'field_name')));
};
/** Sets several custom fields, or none when one of them is refused. */
export const setCustomFields: Handler = (call) => {
  const contact = requiredContact(call);
  for (const { field, value } of fieldWrites(call, call.account.customFields, customFieldValue)) {
    writeField(call.account, contact, field.id, value);
  }
};

/**
 * Accepts the token of the user's document, or a signed request whose payload names the contact as `psid`. A bad one is
 * answered with HTTP 200 and status "error": such answers occur in life, and this is the endpoint chosen to give one.
 */
export const verifyBySignedRequest: Handler = (call) => {
  const contact = requiredContact(call);
  const signedRequest = requiredText(call, 'signed_request');
  if (signedRequest !== 'signed_request_token' && psidOf(signedRequest) !== contact.id) {
    throw plainRefusal('Wrong signed request', 200);
  }
};

function psidOf(signedRequest: string): unknown {
  try {
    const payload = readJson(Buffer.from(signedRequest.split('.')[1] ?? '', 'base64url').toString());
    return isRecord(payload) ? payload.psid : undefined;
  } catch {
    return undefined;
  }
}
