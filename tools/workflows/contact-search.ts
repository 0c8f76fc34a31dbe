import { CallError } from '../contract/failure.js';
import { asObject, isObject, type Result, toList } from '../contract/json.js';
import { idText, quoted } from '../contract/quoted.js';
import type { Steps } from '../contract/workflow.js';
import { askExactValue, askSystemField, hitIn, spellingsOf, uncountedIn } from '../endpoints/contact-searches.js';
import { comparableEmail } from '../values/addresses/email.js';
import {
  brazilianVariant,
  canBeNational,
  isSamePhone,
  type Phone,
  phoneIn,
  phoneText,
} from '../values/addresses/phone.js';
import type { Uncounted } from '../values/subscriber-outputs.js';

/** A contact, and what it was found by. */
export interface Found {
  readonly subscriber: Result;
  readonly by: 'email' | 'phone' | 'custom_field';
  /** The spelling of the email or number that it was found by. */
  readonly spelling: string;
}

/** What to search for. */
export interface Addresses {
  readonly email?: string | undefined;
  readonly phone?: Phone | undefined;
  /** Digits with the country code. */
  readonly whatsapp?: string | undefined;
  /** The custom field in which the account keeps WhatsApp numbers. */
  readonly fieldId?: unknown;
}

export const digitsOf = (number: string): string => number.replace(/\D/g, '');

/** A stored number in one form, with its `+` if it has one. */
function numberOf(stored: string): string {
  const phone = phoneIn(stored);
  return phone === undefined ? stored : phoneText(phone);
}

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

/** The digits of a WhatsApp number, as a contact may have them. */
function whatsappForms(digits: string): readonly string[] {
  const variant = brazilianVariant(digits);
  return variant === undefined ? [digits] : [digits, variant];
}

/** What a search came to. */
export interface Search {
  readonly found?: Found;
  /** Contacts that ManyChat answered with, and that have other addresses than those that were asked for. */
  readonly uncounted: readonly Uncounted[];
}

/**
 * Finds the contact with one of these addresses: by email, else phone, else WhatsApp number.
 * @throws CallError if a search fails, or if several contacts have the number in the field.
 */
export async function findContact({ email, phone, whatsapp, fieldId }: Addresses, { call }: Steps): Promise<Search> {
  const others: Uncounted[] = [];
  const bySystemField = async (by: 'email' | 'phone', value: string): Promise<Found | undefined> => {
    for (const spelling of spellingsOf({ [by]: value })) {
      const what = `look for the ${by} ${quoted(spelling.text)}`;
      const input = { [by]: spelling.text };
      const result = await call({ what, endpoint: askSystemField, input });
      const { hit, uncounted } = hitIn(result, spelling);
      others.push(...uncounted);
      if (hit !== undefined) return { subscriber: hit, by, spelling: spelling.text };
    }
    return undefined;
  };
  const byCustomField = async (digits: string): Promise<Found | undefined> => {
    const hits = new Map<unknown, Found>();
    for (const field_value of whatsappForms(digits).flatMap((each) => [each, `+${each}`])) {
      const input = { field_id: fieldId, field_value, detail: 'full' };
      const what = `look for ${field_value} in field ${idText(fieldId)}`;
      const result = await call({ what, endpoint: askExactValue, input });
      others.push(...uncountedIn(result));
      for (const subscriber of toList(result.subscribers)?.filter(isObject) ?? []) {
        const id = subscriber.id ?? subscriber;
        if (!hits.has(id)) hits.set(id, { subscriber, by: 'custom_field', spelling: field_value });
      }
    }
    const [found, ...more] = hits.values();
    if (more.length > 0)
      throw severalFound(
        digits,
        [...hits.values()].map(({ subscriber }) => subscriber),
      );
    return found;
  };
  const whatsappPhone = whatsapp === undefined ? undefined : `+${whatsapp}`;
  const searches = [
    ...(email === undefined ? [] : [() => bySystemField('email', email)]),
    ...(phone === undefined ? [] : [() => bySystemField('phone', phoneText(phone))]),
    ...(whatsapp === undefined || fieldId === undefined ? [] : [() => byCustomField(whatsapp)]),
    ...(whatsappPhone === undefined || (phone !== undefined && phoneText(phone) === whatsappPhone)
      ? []
      : [() => bySystemField('phone', whatsappPhone)]),
  ];
  let found: Found | undefined;
  for (const search of searches) {
    found = await search();
    if (found !== undefined) break;
  }
  // The same contact may have been found by another spelling.
  const uncounted = others.filter(({ id }) => id !== String(found?.subscriber.id));
  return { ...(found !== undefined && { found }), uncounted };
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
export function addressDifferences(
  { subscriber, by, spelling }: Found,
  { email, phone, whatsapp }: Addresses,
): string[] {
  const number = whatsapp === undefined ? undefined : `+${whatsapp}`;
  const kinds = [
    { name: 'email', given: email, has: subscriber.email, normalize: comparableEmail },
    { name: 'phone', given: phone && phoneText(phone), has: subscriber.phone, normalize: numberOf },
    { name: 'whatsapp_phone', given: number, has: subscriber.whatsapp_phone, normalize: digitsOf },
  ];
  return kinds.flatMap(({ name, given, has, normalize }) => {
    if (given === undefined || (typeof has === 'string' && normalize(has) === normalize(given))) return [];
    const lacks = typeof has !== 'string' || has.trim() === '';
    // It was found by the field that holds the number.
    if (lacks && name === 'whatsapp_phone' && by === 'custom_field' && digitsOf(spelling) === whatsapp) {
      const isCertain = !/^\d+$/.test(spelling) || !canBeNational(spelling) || isSamePhone(subscriber.phone, given);
      const found = `Found by ${quoted(spelling)} in the field, which has no + and can be a national number`;
      return isCertain ? [] : [`${found}, not ${quoted(given)}: make sure it is the right contact.`];
    }
    const own = lacks
      ? `no ${name}${name === 'whatsapp_phone' && by === 'custom_field' ? ` but ${quoted(spelling)} in the field` : ''}`
      : `the ${name} ${quoted(has)}`;
    return [`The contact has ${own}, not the given ${quoted(given)}: make sure it is the right one.`];
  });
}
