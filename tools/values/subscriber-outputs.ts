import * as z from 'zod';
import type { Output, Pages } from '../contract/endpoint.js';
import { isObject, type Result, toList } from '../contract/json.js';
import { hasContent, pageOutput, tag } from './outputs.js';
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

/** `{subscriber}`, null without a hit: findBySystemField then returns success and an empty list. */
export const subscriberOrNullResult: Output = {
  schema: z.looseObject({ subscriber: subscriber.nullable(), ...pageOutput }),
  pages: subscriberPages,
  isAnswer: (data) => isObject(data) || Array.isArray(data),
  from(data) {
    const hit = toList(data)?.[0] ?? data;
    return { subscriber: hasContent(hit) ? fullSubscriber(hit) : null };
  },
};

/** ManyChat returns at most 100 contacts and does not say whether there are more. */
const searchCap = 100;

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
    const subscribers = found.map((contact) =>
      detail === 'full' ? fullSubscriber(contact) : summary(contact, found.length <= fewHits),
    );
    return { subscribers, count: found.length, capped: found.length >= searchCap };
  },
};
