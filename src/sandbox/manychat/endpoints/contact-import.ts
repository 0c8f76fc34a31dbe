import { type Account, type Contact, type ImportPermissions, newContactId } from '../account.js';
import { blankContact, serializeContact } from '../contact.js';
import { requiredId } from '../parameters.js';
import { fieldErrors } from '../refusals.js';
import type { Handler, SandboxRequest } from '../request.js';

type Problems = Map<string, string>;
type Parameters = SandboxRequest['parameters'];

const stringParameters = [
  'first_name',
  'last_name',
  'phone',
  'whatsapp_phone',
  'email',
  'gender',
  'consent_phrase',
] as const;
const booleanParameters = ['has_opt_in_sms', 'has_opt_in_email'] as const;

function text(parameters: Parameters, name: (typeof stringParameters)[number]): string {
  const value = parameters[name];
  return typeof value === 'string' ? value : '';
}

function digits(phone: string): string {
  return phone.replace(/^\+/, '');
}

function throwIfAny(problems: Problems): void {
  if (problems.size > 0) throw fieldErrors(problems);
}

/** Problems of the parameters themselves; `optIns` are those an existing contact has given before. */
function shapeProblems(parameters: Parameters, optIns: { optinPhone: boolean; optinEmail: boolean }): Problems {
  const problems: Problems = new Map();
  for (const name of stringParameters) {
    const value = parameters[name];
    if (value === '') problems.set(name, 'This value should not be blank.');
    else if (value !== undefined && value !== null && typeof value !== 'string') {
      problems.set(name, 'This value should be of type string.');
    }
  }
  for (const name of booleanParameters) {
    const value = parameters[name];
    if (value !== undefined && value !== null && typeof value !== 'boolean') {
      problems.set(name, 'This value should be of type bool.');
    }
  }
  const phone = text(parameters, 'phone');
  const email = text(parameters, 'email');
  const whatsapp = text(parameters, 'whatsapp_phone');
  if (phone !== '' && !/^\+?\d{7,15}$/.test(phone)) problems.set('phone', `${phone} is not a valid phone number`);
  if (email !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) problems.set('email', `${email} is not a valid email`);
  if (whatsapp !== '' && !/^\+?\d{7,15}$/.test(whatsapp)) {
    problems.set('whatsapp_phone', `${whatsapp} is not a valid WhatsApp number`);
  }
  const missing = (name: string): boolean => parameters[name] === undefined || parameters[name] === null;
  if (phone !== '' && !optIns.optinPhone && missing('has_opt_in_sms')) {
    problems.set('has_opt_in_sms', 'Has opt-in SMS is required if property Phone Number is not empty');
  }
  if (email !== '' && !optIns.optinEmail && missing('has_opt_in_email')) {
    problems.set('has_opt_in_email', 'Has opt-in Email is required if property Email is not empty');
  }
  if (parameters.has_opt_in_sms === true && missing('consent_phrase')) {
    problems.set('consent_phrase', 'Consent phrase is required if property Has Opt In SMS equal true');
  }
  return problems;
}

function permissionProblems(parameters: Parameters, permissions: ImportPermissions): Problems {
  const problems: Problems = new Map();
  const wanted = { phone: 'phone', email: 'email', wa_id: 'whatsapp_phone' } as const;
  for (const key of ['phone', 'email', 'wa_id'] as const) {
    if (text(parameters, wanted[key]) !== '' && !permissions[key]) {
      problems.set(key, `Permission denied to import ${key}`);
    }
  }
  return problems;
}

/** Values that another contact has. The WhatsApp error was observed live; that phone and email behave alike is an assumption. */
function takenProblems(account: Account, parameters: Parameters, self: Contact | undefined): Problems {
  const problems: Problems = new Map();
  const phone = text(parameters, 'phone');
  const email = text(parameters, 'email').toLowerCase();
  const whatsapp = digits(text(parameters, 'whatsapp_phone'));
  for (const contact of account.contacts.values()) {
    if (contact === self) continue;
    if (phone !== '' && digits(contact.phone) === digits(phone)) {
      problems.set('phone', `This phone already exists: ${phone}`);
    }
    if (email !== '' && contact.email.toLowerCase() === email) {
      problems.set('email', `This email already exists: ${email}`);
    }
    if (whatsapp !== '' && contact.whatsappPhone === whatsapp) {
      problems.set('wa_id', `This WhatsApp ID already exists: ${whatsapp}`);
    }
  }
  return problems;
}

function applyChanges(contact: Contact, parameters: Parameters): void {
  contact.firstName = text(parameters, 'first_name') || contact.firstName;
  contact.lastName = text(parameters, 'last_name') || contact.lastName;
  contact.gender = text(parameters, 'gender') || contact.gender;
  contact.phone = text(parameters, 'phone') || contact.phone;
  contact.email = text(parameters, 'email') || contact.email;
  if (typeof parameters.has_opt_in_sms === 'boolean') contact.optinPhone = parameters.has_opt_in_sms;
  if (typeof parameters.has_opt_in_email === 'boolean') contact.optinEmail = parameters.has_opt_in_email;
}

/** Creates a contact that never wrote. A WhatsApp number leaves `phone` empty, as observed live. */
export const createSubscriber: Handler = ({ account, parameters, now }) => {
  const problems = shapeProblems(parameters, { optinPhone: false, optinEmail: false });
  const addresses = (['phone', 'whatsapp_phone', 'email'] as const).filter(
    (name) => typeof parameters[name] === 'string',
  );
  if (addresses.length === 0) {
    problems.set('phone', 'Phone Number is required if Email and Whatsapp Phone properties are empty');
  }
  throwIfAny(problems);
  throwIfAny(permissionProblems(parameters, account.permissions));
  throwIfAny(takenProblems(account, parameters, undefined));
  const contact = blankContact(newContactId(account), now);
  applyChanges(contact, parameters);
  contact.whatsappPhone = digits(text(parameters, 'whatsapp_phone'));
  if (contact.whatsappPhone !== '') contact.channels.push('whatsapp');
  account.contacts.set(contact.id, contact);
  account.emit({ kind: 'new_contact', contact });
  return serializeContact(account, contact);
};

/** Updates a contact. Assumption: an opt-in given before need not be repeated, as in the example of Maton's guide. */
export const updateSubscriber: Handler = (request) => {
  const { account, parameters } = request;
  if (parameters.subscriber_id === undefined) {
    throw fieldErrors(new Map([['subscriber_id', 'This value should not be blank.']]));
  }
  const contact = account.contacts.get(requiredId(request, 'subscriber_id'));
  if (contact === undefined) throw fieldErrors(new Map([['subscriber_id', 'Subscriber does not exist']]));
  const { whatsapp_phone: _, ...changes } = parameters;
  throwIfAny(shapeProblems(changes, contact));
  throwIfAny(permissionProblems(changes, account.permissions));
  throwIfAny(takenProblems(account, changes, contact));
  applyChanges(contact, changes);
  return serializeContact(account, contact);
};
