import * as z from 'zod';
import type { Output, Pages } from '../contract/endpoint.js';
import { asObject, isObject, type Result, toList } from '../contract/json.js';
import { idText, quoted } from '../contract/quoted.js';
import { isSameEmail } from './addresses/email.js';
import { asWritten, withoutMarks } from './addresses/marks.js';
import { isSamePhone, phoneIn } from './addresses/phone.js';
import { hasContent, pageOutput, tag } from './outputs.js';
import { anyFieldValue, anyText, flag, innerList, largeId, list, record, smallId } from './tolerant.js';

/** What tells contacts apart in a long list of hits. */
const subscriberSummary = { id: largeId, name: anyText, last_interaction: anyText };

/** What else a summary holds if there are few hits. */
const addresses = { email: anyText, phone: anyText, whatsapp_phone: anyText, ig_username: anyText };

/** A contact. */
export const subscriber = record({
  ...subscriberSummary,
  ...addresses,
  page_id: largeId,
  user_refs: innerList(record({ user_ref: largeId, opted_in: anyText })),
  first_name: anyText,
  last_name: anyText,
  gender: anyText,
  profile_pic: anyText,
  locale: anyText,
  language: anyText,
  timezone: anyText,
  live_chat_url: anyText,
  last_input_text: anyText,
  subscribed: anyText,
  last_seen: anyText,
  optin_phone: flag,
  optin_email: flag,
  optin_whatsapp: flag,
  is_followup_enabled: flag,
  ig_id: largeId,
  whatsapp_bsuid: anyText,
  whatsapp_username: anyText,
  custom_fields: innerList(record({ id: smallId, name: anyText, type: anyText, value: anyFieldValue })),
  tags: innerList(tag),
});

/** A contact in full, without empty custom fields and without the descriptions of fields, which are the page's. */
function fullSubscriber(data: unknown): Result {
  const contact = subscriber.parse(data);
  return {
    ...contact,
    custom_fields: contact.custom_fields
      ?.filter((field) => field.value !== undefined && field.value !== '')
      .map(({ description: _, ...field }) => field),
  };
}

/** The lists of a contact. */
const listsOfSubscriber: Pages = {
  lists: ['custom_fields', 'tags'],
  next: ({ id }) =>
    id === undefined ? undefined : { tool: 'manychat_get_subscriber', arguments: { subscriber_id: id } },
};

const subscriberPages: Pages = { ...listsOfSubscriber, within: 'subscriber' };

/** `{subscriber}`, in full. */
export const subscriberResult: Output = {
  schema: z.looseObject({ subscriber, ...pageOutput }),
  pages: subscriberPages,
  isAnswer: hasContent,
  from: (data) => ({ subscriber: fullSubscriber(data) }),
};

/** One spelling of an email address or a phone number, as a search asks for it. */
export interface AskedAddress {
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
}

/** A contact that ManyChat answered with, and whose stored value is not the one that was asked for. */
export interface Uncounted {
  readonly id: string;
  /** A sentence that names the contact, and what differs. */
  readonly note: string;
}

/** The note about a contact that is no hit. `stored` names the value that differs. */
export function uncountedHit(asked: unknown, contact: Result, stored: string): Uncounted {
  const { id, name } = contact;
  const named = name === undefined ? '' : ` (${quoted(name)})`;
  const note = `ManyChat answered ${asWritten(asked)} with contact ${idText(id)}${named}, whose ${stored}: it was not counted as a hit.`;
  return { id: String(id), note };
}

/** What differs in a contact that has not the address that was asked for; undefined if it has. */
export function difference(hit: Result, { email, phone }: AskedAddress): string | undefined {
  const { email: ownEmail, phone: ownPhone, whatsapp_phone: whatsapp } = hit;
  if (email !== undefined) return isSameEmail(ownEmail, email) ? undefined : storedText('email', ownEmail);
  if (phone === undefined || isSamePhone(ownPhone, phone)) return undefined;
  // WhatsApp numbers are stored as digits with the country code.
  const isWhatsapp = typeof whatsapp === 'string' && isSamePhone(`+${whatsapp.replace(/^\+/, '')}`, phone);
  return isWhatsapp ? undefined : storedText('phone', ownPhone);
}

/** A stored value inside a sentence about its contact. */
export const storedText = (name: string, value: unknown): string =>
  value === undefined || value === null || value === '' ? `${name} is empty` : `${name} is ${asWritten(value)}`;

/**
 * `{subscriber}`, null without a hit: findBySystemField then returns success and an empty list. A contact with another
 * address than the one that was asked for is no hit; it is in `uncounted`.
 */
export const subscriberOrNullResult: Output<AskedAddress> = {
  schema: z.looseObject({ subscriber: subscriber.nullable(), ...pageOutput }),
  pages: subscriberPages,
  isAnswer: (data) => isObject(data) || Array.isArray(data),
  from(data, asked) {
    const hit = toList(data)?.[0] ?? data;
    if (!hasContent(hit)) return { subscriber: null };
    const contact = fullSubscriber(hit);
    const stored = difference(contact, asked);
    return stored === undefined
      ? { subscriber: contact }
      : { subscriber: null, uncounted: [uncountedHit(asked.email ?? asked.phone, contact, stored)] };
  },
};

/** ManyChat returns at most 100 contacts and does not say whether there are more. */
export const searchCap = 100;

/** Up to this many hits, summaries hold addresses: a longer list would cost thousands of tokens. */
const fewHits = 20;

function summary(data: unknown, few: boolean): Result {
  const { id, name, last_interaction, email, phone, whatsapp_phone, ig_username } = subscriber.parse(data);
  // In a long list the day is enough to tell contacts apart; full times would double its length.
  return few
    ? { id, name, last_interaction, email, phone, whatsapp_phone, ig_username }
    : { id, name, last_interaction: last_interaction?.slice(0, 10) };
}

/** `{subscribers, count, capped}`: full contacts if requested, else summaries. */
export const subscribersResult: Output<{ detail: 'summary' | 'full' }> = {
  schema: z.looseObject({
    subscribers: list(subscriber),
    count: z.int(),
    capped: z.boolean(),
    ...pageOutput,
  }),
  pages: { lists: ['subscribers'], counted: true, item: listsOfSubscriber },
  isAnswer: (data) => toList(data) !== undefined,
  from(data, { detail }) {
    const found = toList(data) ?? [];
    return hitsResult(found, found.length, detail);
  },
};

/** `{subscribers, count, capped}` of the hits among as many contacts as ManyChat returned. */
function hitsResult(found: readonly unknown[], returned: number, detail: 'summary' | 'full'): Result {
  const subscribers = found.map((contact) =>
    detail === 'full' ? fullSubscriber(contact) : summary(contact, found.length <= fewHits),
  );
  return { subscribers, count: found.length, capped: returned >= searchCap };
}

/** A value as ManyChat may compare it: without white space, and in lower case. */
const comparable = (value: unknown): string => withoutMarks(String(value)).replace(/\s+/g, '').toLowerCase();

/** Whether a field holds the value that was asked for. Numbers have several spellings. */
function isStored({ type, value }: Result, asked: unknown): boolean {
  return comparable(value) === comparable(asked) || (type === 'number' && Number(value) === Number(asked));
}

/**
 * `subscribersResult`; of digits only the contacts whose field has those that were asked for, in the same form. The others are
 * in `uncounted`.
 */
export const exactFieldResult: Output<{ field_id?: unknown; field_value: unknown; detail: 'summary' | 'full' }> = {
  ...subscribersResult,
  from(data, { field_id, field_value, detail }) {
    if (phoneIn(String(field_value)) === undefined) return subscribersResult.from(data, { detail });
    const uncounted: Uncounted[] = [];
    const returned = toList(data) ?? [];
    const counted = returned.filter((contact) => {
      const { custom_fields: fields } = asObject(contact);
      if (fields === undefined) return true;
      const field = (toList(fields) ?? []).map(asObject).find(({ id }) => String(id) === String(field_id));
      const has = field !== undefined && isStored(field, field_value);
      const stored = storedText(`field ${idText(field_id)}`, field?.value);
      if (!has) uncounted.push(uncountedHit(field_value, asObject(contact), stored));
      return has;
    });
    return { ...hitsResult(counted, returned.length, detail), ...(uncounted.length > 0 && { uncounted }) };
  },
};
