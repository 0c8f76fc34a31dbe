import type { Endpoint } from '../../contract/endpoint.js';
import { isObject, type Result, toList } from '../../contract/json.js';
import { idText, quoted } from '../../contract/quoted.js';
import type { NamedField } from '../../contract/workflow.js';
import { askExactValue, askSystemField, hitIn, uncountedIn } from '../../endpoints/contact-searches.js';
import { findSubscribersByName, getSubscriber } from '../../endpoints/subscribers.js';
import type { ChatLink } from '../../values/addresses/chat-link.js';
import { asWritten, withoutMarks } from '../../values/addresses/marks.js';
import { brazilianVariant, canBeNational, isSamePhone, type Spelling } from '../../values/addresses/phone.js';
import { type Uncounted, uncountedHit } from '../../values/subscriber-outputs.js';

/** The contacts that a request found. */
export interface Hits {
  readonly hits: readonly Result[];
  /** Contacts that ManyChat answered with, and that have another value. */
  readonly uncounted: readonly Uncounted[];
  /** ManyChat returned as many as it does at most. */
  readonly capped?: boolean;
}

/** One request for a query. Once a question of a kind has found somebody, the others of that kind are not asked. */
export interface Question {
  readonly kind: 'id' | 'email' | 'phone' | 'field' | 'name';
  /** How a contact was found: `phone +34600111222`. */
  readonly by: string;
  /** What was tried, in fewer words; the same for several forms of a value. By default as `by`. */
  readonly tried?: string;
  readonly endpoint: Endpoint;
  readonly input: Result;
  hitsIn(result: Result): Hits;
}

const contactsIn = ({ subscribers, subscriber }: Result): Result[] =>
  (toList(subscribers) ?? [subscriber]).filter(isObject);

/** Divides contacts by what differs in each; undefined if nothing does. */
function divided(
  contacts: readonly Result[],
  asked: string,
  difference: (contact: Result) => string | undefined,
): { readonly hits: Result[]; readonly uncounted: Uncounted[] } {
  const hits: Result[] = [];
  const uncounted: Uncounted[] = [];
  for (const contact of contacts) {
    const stored = difference(contact);
    if (stored === undefined) hits.push(contact);
    else uncounted.push(uncountedHit(asked, contact, stored));
  }
  return { hits, uncounted };
}

const hasOtherId = (contact: Result, id: string): string | undefined =>
  contact.id === undefined || contact.id === id ? undefined : `id is ${idText(contact.id)}`;

/** Asks for the contact with an id. */
export const idQuestion = (id: string): Question => ({
  kind: 'id',
  by: 'id',
  endpoint: getSubscriber,
  input: { subscriber_id: id },
  hitsIn: (result) => divided(contactsIn(result), id, (contact) => hasOtherId(contact, id)),
});

/** The digits of the page in the address of a contact's chat, or its own id of the page. */
function pageOf({ live_chat_url: url, page_id: page }: Result): string | undefined {
  const [, inLink] = typeof url === 'string' ? (/\/[a-z]{0,12}(\d{1,20})\/chat\//i.exec(url) ?? []) : [];
  return inLink ?? (typeof page === 'string' ? page : undefined);
}

/** Asks for the contact of a chat link. A contact with the same id on another page is not the one that is meant. */
export const linkQuestion = ({ id, page }: ChatLink): Question => ({
  ...idQuestion(id),
  by: 'chat link',
  hitsIn: (result) =>
    divided(contactsIn(result), id, (contact) => {
      const own = pageOf(contact);
      const isElsewhere = page !== undefined && own !== undefined && page !== own;
      return hasOtherId(contact, id) ?? (isElsewhere ? `page is ${own}, and the link is of page ${page}` : undefined);
    }),
});

/** Asks for the contact with one spelling of an email address. */
export const emailQuestion = (text: string): Question => ({
  kind: 'email',
  by: 'email',
  endpoint: askSystemField,
  input: { email: text },
  hitsIn: (result) => systemHits(result, { text, certain: true }),
});

function systemHits(result: Result, spelling: Spelling): Hits {
  const { hit, uncounted } = hitIn(result, spelling);
  return { hits: hit === undefined ? [] : [hit], uncounted };
}

/** What other spellings of a phone number are, after the first. */
const withoutPlus = 'phone without +';
const otherForm = 'phone in its other Brazilian form';

/** Asks for the contact with one spelling of a phone number; `index` is its place among them. */
export const phoneQuestion = (spelling: Spelling, index: number): Question => ({
  kind: 'phone',
  by: `phone ${spelling.text}`,
  tried: index === 0 ? `phone ${spelling.text}` : index === 1 ? withoutPlus : otherForm,
  endpoint: askSystemField,
  input: { phone: spelling.text },
  hitsIn: (result) => systemHits(result, spelling),
});

/** Asks for the contacts whose field has a value. */
export const fieldQuestion = ({ id, name }: NamedField, value: string, isOther = false): Question => ({
  kind: 'field',
  by: isOther ? `field ${quoted(name)} as ${asWritten(value)}` : `field ${quoted(name)}`,
  endpoint: askExactValue,
  input: { field_id: id, field_value: value, detail: 'full' },
  hitsIn: (result) => ({
    hits: contactsIn(result),
    uncounted: uncountedIn(result),
    capped: result.capped === true,
  }),
});

const digitsOf = (number: unknown): string => String(number).replace(/\D/g, '');

/** What speaks against a contact whose field has a WhatsApp number; undefined if nothing does. */
function whatsappDifference(contact: Result, { name }: NamedField, value: string, isKnown: boolean) {
  const digits = digitsOf(value);
  const { whatsapp_phone: own, phone } = contact;
  if (typeof own === 'string' && own !== '') {
    const isSame = [digits, brazilianVariant(digits)].includes(digitsOf(own));
    return isSame
      ? undefined
      : `whatsapp_phone is ${asWritten(own)}, although its field ${quoted(name)} has the number`;
  }
  if (!isKnown) return `field ${quoted(name)} has the number, but no phone or WhatsApp number is on record`;
  const isCertain = value.startsWith('+') || !canBeNational(digits) || isSamePhone(phone, `+${digits}`);
  return isCertain ? undefined : `field ${quoted(name)} has the number without its + and country code`;
}

/**
 * Asks for the contacts whose field has a WhatsApp number.
 * @param isKnown whether the field is known to hold WhatsApp numbers, and need not be confirmed by its contacts.
 */
export function whatsappQuestion(field: NamedField, value: string, isKnown: boolean): Question {
  const question = fieldQuestion(field, value);
  return {
    ...question,
    by: `WhatsApp number ${value} in field ${quoted(field.name)}`,
    tried: `field ${quoted(field.name)}`,
    hitsIn(result) {
      const { uncounted, ...found } = question.hitsIn(result);
      const own = divided(found.hits, value, (contact) => whatsappDifference(contact, field, value, isKnown));
      return { ...found, hits: own.hits, uncounted: [...uncounted, ...own.uncounted] };
    },
  };
}

/** A name as ManyChat may compare it: without case, accents, marks and repeated blanks. */
const comparable = (name: string): string =>
  withoutMarks(name)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[\s\p{P}]+/gu, ' ')
    .trim();

/** Asks for the contacts with a full name. */
export const nameQuestion = (name: string): Question => ({
  kind: 'name',
  by: 'name',
  endpoint: findSubscribersByName,
  input: { name, detail: 'full' },
  hitsIn: (result) => ({
    ...divided(contactsIn(result), name, ({ name: own }) =>
      typeof own !== 'string' || comparable(own) === comparable(name) ? undefined : `name is ${quoted(own)}`,
    ),
    capped: result.capped === true,
  }),
});
