import * as z from 'zod';
import type { Output } from '../contract/endpoint.js';
import { isObject, type Result, toList } from '../contract/json.js';
import { hasContent, tag } from './outputs.js';
import { anyFieldValue, anyText, flag, innerList, largeId, list, record, smallId } from './tolerant.js';

/** What tells contacts apart in a long list of hits. */
const subscriberSummary = { id: largeId, name: anyText, last_interaction: anyText };

/** What else a summary holds if there are few hits. */
const addresses = { email: anyText, phone: anyText, whatsapp_phone: anyText, ig_username: anyText };

const subscriber = record({
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

/** `{subscriber}`, in full. */
export const subscriberResult: Output = {
  schema: z.looseObject({ subscriber }),
  isAnswer: hasContent,
  from: (data) => ({ subscriber: fullSubscriber(data) }),
};

/** `{subscriber}`, null without a hit: findBySystemField then returns success and an empty list. */
export const subscriberOrNullResult: Output = {
  schema: z.looseObject({ subscriber: subscriber.nullable() }),
  isAnswer: (data) => isObject(data) || Array.isArray(data),
  from(data) {
    const hit = toList(data)?.[0] ?? data;
    return { subscriber: hasContent(hit) ? fullSubscriber(hit) : null };
  },
};

/** ManyChat returns at most 100 contacts and does not say whether there are more. */
const searchCap = 100;

/** Up to this many hits, summaries hold addresses and contacts can be full: a longer list would cost thousands of tokens. */
const fewHits = 20;

/** The most characters of full contacts in one result, which clients accept without cutting it. */
const maxFullLength = 30_000;

function summary(data: unknown, few: boolean): Result {
  const { id, name, last_interaction, email, phone, whatsapp_phone, ig_username } = subscriber.parse(data);
  // In a long list the day is enough to tell contacts apart; full times would double its length.
  return few
    ? { id, name, last_interaction, email, phone, whatsapp_phone, ig_username }
    : { id, name, last_interaction: last_interaction?.slice(0, 10) };
}

/** `{subscribers, count, capped}`: full contacts if requested and few, else summaries. */
export const subscribersResult: Output<{ detail: 'summary' | 'full' }> = {
  schema: z.looseObject({
    subscribers: list(subscriber),
    count: z.int(),
    capped: z.boolean(),
    warnings: z.array(z.string()).optional(),
  }),
  isAnswer: (data) => toList(data) !== undefined,
  from(data, { detail }) {
    const found = toList(data) ?? [];
    let length = 0;
    const subscribers = found.map((contact, index) => {
      const full = detail === 'full' && index < fewHits && length < maxFullLength ? fullSubscriber(contact) : undefined;
      length += JSON.stringify(full ?? '').length;
      return full === undefined || length > maxFullLength ? summary(contact, found.length <= fewHits) : full;
    });
    return { subscribers, count: found.length, capped: found.length >= searchCap };
  },
};
