import { CallError, type Failure } from '../contract/failure.js';
import { asObject, isObject, type Result, toList } from '../contract/json.js';
import { idText, quoted } from '../contract/quoted.js';
import type { Steps } from '../contract/workflow.js';
import { findSubscriberBySystemField, findSubscribersByCustomField } from '../endpoints/subscribers.js';

/** A contact, and what it was found by. */
export interface Found {
  readonly subscriber: Result;
  readonly by: 'email' | 'phone' | 'custom_field';
}

/** What to search for; numbers are digits only. */
export interface Addresses {
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly whatsapp?: string | undefined;
  /** The custom field in which the account keeps WhatsApp numbers. */
  readonly fieldId?: unknown;
}

export const digitsOf = (number: string): string => number.replace(/\D/g, '');

/** A contact by id and name, for a sentence. */
export const contactText = (contact: unknown): string => {
  const { id, name } = asObject(contact);
  return `${idText(id)} (${name === undefined ? 'no name' : quoted(name)})`;
};

/** The most contacts that a failure lists. */
const maxListed = 20;

/** The failure of a search that finds several contacts. */
function severalFound(digits: string, subscribers: readonly unknown[]): CallError {
  return new CallError(
    {
      kind: 'already_exists',
      message: `${subscribers.length} contacts have the number ${digits} in this field`,
      hint: 'Ask which one is meant and continue with its id; nothing was created.',
      retryable: false,
      performed: 'no',
      source: 'client',
      details: subscribers.slice(0, maxListed).map(contactText),
    },
    'refused',
  );
}

/** A miss that came as an error: the search usually returns an empty list, but an error was reported once. */
const missing = ({ kind, source }: Failure): Result | undefined =>
  kind === 'not_found' && source === 'manychat' ? { subscriber: null } : undefined;

/**
 * Finds the contact with one of these addresses: by email, else phone, else WhatsApp number.
 * @throws CallError if a search fails, or if several contacts have the number in the field.
 */
export async function findContact(
  { email, phone, whatsapp, fieldId }: Addresses,
  { call }: Steps,
): Promise<Found | undefined> {
  const bySystemField = async (by: 'email' | 'phone', value: string): Promise<Found | undefined> => {
    const what = `look for the ${by} ${quoted(value)}`;
    const input = { [by]: value };
    const { subscriber } = await call({ what, endpoint: findSubscriberBySystemField, input, recover: missing });
    return isObject(subscriber) ? { subscriber, by } : undefined;
  };
  // ManyChat stores numbers with and without `+`.
  const byPhone = async (digits: string): Promise<Found | undefined> =>
    (await bySystemField('phone', `+${digits}`)) ?? bySystemField('phone', digits);
  const byCustomField = async (digits: string): Promise<Found | undefined> => {
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
  const searches = [
    ...(email === undefined ? [] : [() => bySystemField('email', email)]),
    ...(phone === undefined ? [] : [() => byPhone(phone)]),
    ...(whatsapp === undefined || fieldId === undefined ? [] : [() => byCustomField(whatsapp)]),
    ...(whatsapp === undefined || whatsapp === phone ? [] : [() => byPhone(whatsapp)]),
  ];
  for (const search of searches) {
    const found = await search();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A sentence for each given name that differs from the contact's, which was not changed. */
export function nameDifferences(subscriber: Result, given: Result): string[] {
  return ['first_name', 'last_name'].flatMap((key) => {
    const [wanted, has] = [given[key], subscriber[key]];
    if (typeof wanted !== 'string' || String(has ?? '').toLowerCase() === wanted.trim().toLowerCase()) return [];
    return [
      `${key} ${quoted(wanted)} was not set: the contact is ${contactText(subscriber)}. Make sure it is the right one before you change its name.`,
    ];
  });
}

/** A sentence for each given address that the contact lacks or has in another form: it may be another contact. */
export function addressDifferences({ subscriber, by }: Found, { email, phone, whatsapp }: Addresses): string[] {
  const number = (digits: string | undefined) => digits && `+${digits}`;
  const lower = (address: string): string => address.trim().toLowerCase();
  const kinds = [
    { name: 'email', given: email, has: subscriber.email, normalize: lower },
    { name: 'phone', given: number(phone), has: subscriber.phone, normalize: digitsOf },
    { name: 'whatsapp_phone', given: number(whatsapp), has: subscriber.whatsapp_phone, normalize: digitsOf },
  ];
  return kinds.flatMap(({ name, given, has, normalize }) => {
    if (given === undefined || (typeof has === 'string' && normalize(has) === normalize(given))) return [];
    const lacks = typeof has !== 'string' || has.trim() === '';
    // It was found by the field that holds the number.
    if (lacks && name === 'whatsapp_phone' && by === 'custom_field') return [];
    const own = lacks ? `no ${name}` : `the ${name} ${quoted(has)}`;
    return [`The contact has ${own}, not the given ${quoted(given)}: make sure it is the right one.`];
  });
}
