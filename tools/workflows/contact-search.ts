import { CallError, type Failure } from '../contract/failure.js';
import { asObject, isObject, type Result, toList } from '../contract/json.js';
import { idText, quoted } from '../contract/quoted.js';
import type { Steps } from '../contract/workflow.js';
import { findSubscriberBySystemField, findSubscribersByCustomField } from '../endpoints/subscribers.js';

/** A contact, and by what it was found. */
export interface Found {
  readonly subscriber: Result;
  readonly by: 'email' | 'phone' | 'custom_field';
}

/** Where to look for a contact; numbers are digits alone. */
export interface Addresses {
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly whatsapp?: string | undefined;
  /** The custom field that holds WhatsApp numbers. */
  readonly fieldId?: unknown;
}

/** The digits of a number. */
export const digitsOf = (number: string): string => number.replace(/\D/g, '');

/** A contact as a person recognises it. */
export const contactText = (contact: unknown): string => {
  const { id, name } = asObject(contact);
  return `${idText(id)} (${name === undefined ? 'no name' : quoted(name)})`;
};

/** Contacts that a failure names. */
const mostNamed = 20;

/** Several contacts where one was asked for: which one is meant, nobody here can tell. */
function severalFound(digits: string, subscribers: readonly unknown[]): CallError {
  return new CallError(
    {
      kind: 'already_exists',
      message: `${subscribers.length} contacts have the number ${digits} in this field`,
      hint: 'Ask which one is meant and go on with its id; nothing was created.',
      retryable: false,
      performed: 'no',
      source: 'client',
      details: subscribers.slice(0, mostNamed).map(contactText),
    },
    'refused',
  );
}

/** A miss that is answered as an error, which was reported once of a search that mostly answers an empty list. */
const missing = ({ kind, source }: Failure): Result | undefined =>
  kind === 'not_found' && source === 'manychat' ? { subscriber: null } : undefined;

/**
 * The contact that has one of these addresses: email, then phone, then WhatsApp number, as ManyChat finds them.
 * @throws CallError where a search fails, or where the field has the number for several contacts.
 */
export async function find(
  { email, phone, whatsapp, fieldId }: Addresses,
  { call }: Steps,
): Promise<Found | undefined> {
  const bySystemField = async (by: 'email' | 'phone', value: string): Promise<Found | undefined> => {
    const what = `look for the ${by} ${quoted(value)}`;
    const input = { [by]: value };
    const { subscriber } = await call({ what, endpoint: findSubscriberBySystemField, input, recover: missing });
    return isObject(subscriber) ? { subscriber, by } : undefined;
  };
  /** The fields hold numbers with and without `+`. */
  const byPhone = async (digits: string): Promise<Found | undefined> =>
    (await bySystemField('phone', `+${digits}`)) ?? bySystemField('phone', digits);
  const byMirror = async (digits: string): Promise<Found | undefined> => {
    const hits = new Map<unknown, Result>();
    for (const field_value of [digits, `+${digits}`]) {
      const input = { field_id: fieldId, field_value, detail: 'full' };
      const what = `look for ${field_value} in field ${idText(fieldId)}`;
      const { subscribers } = await call({ what, endpoint: findSubscribersByCustomField, input });
      for (const hit of toList(subscribers)?.filter(isObject) ?? []) hits.set(hit.id ?? hit, hit);
    }
    const [subscriber, ...others] = hits.values();
    if (others.length > 0) throw severalFound(digits, [...hits.values()]);
    return subscriber === undefined ? undefined : { subscriber, by: 'custom_field' };
  };
  const ways = [
    ...(email === undefined ? [] : [() => bySystemField('email', email)]),
    ...(phone === undefined ? [] : [() => byPhone(phone)]),
    ...(whatsapp === undefined || fieldId === undefined ? [] : [() => byMirror(whatsapp)]),
    ...(whatsapp === undefined || whatsapp === phone ? [] : [() => byPhone(whatsapp)]),
  ];
  for (const way of ways) {
    const found = await way();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A sentence for each given name that is not the contact's, which stays as it is. */
export function otherNames(subscriber: Result, given: Result): string[] {
  return ['first_name', 'last_name'].flatMap((key) => {
    const [wanted, has] = [given[key], subscriber[key]];
    if (typeof wanted !== 'string' || String(has ?? '').toLowerCase() === wanted.trim().toLowerCase()) return [];
    return [
      `${key} ${quoted(wanted)} was not set: the contact is ${contactText(subscriber)}. Make sure that it is the one meant before you change its name.`,
    ];
  });
}

/** A sentence for each address that the contact lacks, or has otherwise than it was given: it may be somebody else's. */
export function otherAddresses({ subscriber, by }: Found, { email, phone, whatsapp }: Addresses): string[] {
  const number = (digits: string | undefined) => digits && `+${digits}`;
  const lower = (address: string): string => address.trim().toLowerCase();
  const kinds = [
    { name: 'email', given: email, has: subscriber.email, plain: lower },
    { name: 'phone', given: number(phone), has: subscriber.phone, plain: digitsOf },
    { name: 'whatsapp_phone', given: number(whatsapp), has: subscriber.whatsapp_phone, plain: digitsOf },
  ];
  return kinds.flatMap(({ name, given, has, plain }) => {
    if (given === undefined || (typeof has === 'string' && plain(has) === plain(given))) return [];
    const lacks = typeof has !== 'string' || has.trim() === '';
    // The field by which it was found holds the number.
    if (lacks && name === 'whatsapp_phone' && by === 'custom_field') return [];
    const own = lacks ? `no ${name}` : `the ${name} ${quoted(has)}`;
    return [`The contact has ${own}, not ${quoted(given)} as given: make sure that it is the one meant.`];
  });
}
