import * as z from 'zod';
import type { Output } from '../contract/endpoint.js';
import { asObject, isObject, type Result, toList } from '../contract/json.js';
import { anyFieldValue, anyText, flag, innerList, largeId, list, record, smallId } from './tolerant.js';

const tag = record({ id: smallId, name: anyText });
const customField = record({ id: smallId, name: anyText, type: anyText, description: anyText });
const botField = record({ id: smallId, name: anyText, type: anyText, description: anyText, value: anyFieldValue });
const flow = record({ ns: anyText, name: anyText, folder_id: smallId });
const folder = record({ id: smallId, name: anyText, parent_id: smallId });
const growthTool = record({ id: smallId, name: anyText, type: anyText });
const otnTopic = record({ id: smallId, name: anyText, description: anyText });

const page = record({
  id: largeId,
  name: anyText,
  category: anyText,
  avatar_link: anyText,
  username: anyText,
  about: anyText,
  description: anyText,
  is_pro: flag,
  timezone: anyText,
});

/** What tells contacts apart in a list of hits. */
const subscriberSummary = { id: largeId, name: anyText, last_interaction: anyText };

/** How a contact can be found elsewhere: part of a summary where the hits are few. */
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

const connectionShape = {
  connection_id: anyText,
  status: anyText,
  creation_time: anyText,
  last_updated_time: anyText,
  url: anyText,
};

const connection = record(connectionShape);

/** Only what is declared, and of that what is there: an answer may hold the link of a connection under any other name. */
const declaredOf = (data: unknown): z.output<typeof connection> => {
  const whole = connection.parse(unwrapConnection(data));
  return Object.fromEntries(Object.keys(connectionShape).map((key) => [key, whole[key]]));
};

const hasContent = (data: unknown): boolean => isObject(data) && Object.keys(data).length > 0;

/** The result `{key: item}`, from `{upstreamKey: item}` or from the bare item. */
function item(key: string, schema: z.ZodType, upstreamKey: string = key): Output {
  const result = z.looseObject({ [key]: schema });
  return {
    schema: result,
    isAnswer: hasContent,
    from: (data) => result.parse({ [key]: isObject(data) && isObject(data[upstreamKey]) ? data[upstreamKey] : data }),
  };
}

/** The result `{key: [items]}`. */
function items(key: string, schema: z.ZodType): Output {
  const result = z.looseObject({ [key]: list(schema) });
  return {
    schema: result,
    isAnswer: (data) => toList(data) !== undefined,
    from: (data) => result.parse({ [key]: data }),
  };
}

/** A write that answers nothing but its success; `warnings` tell what was mended in it or may not do what was meant. */
export const okResult: Output = {
  schema: z.looseObject({ ok: z.literal(true), warnings: z.array(z.string()).optional() }),
  from: () => ({ ok: true }),
};

/** `{page}` */
export const pageResult = item('page', page);

/** `{tag}` */
export const tagResult = item('tag', tag);

/** `{tags}` */
export const tagsResult = items('tags', tag);

/** `{custom_field}`, which ManyChat answers as `field`. */
export const customFieldResult = item('custom_field', customField, 'field');

/** `{custom_fields}` */
export const customFieldsResult = items('custom_fields', customField);

/** `{bot_field}`, which ManyChat answers as `field`. */
export const botFieldResult = item('bot_field', botField, 'field');

/** `{bot_fields}` */
export const botFieldsResult = items('bot_fields', botField);

/** `{growth_tools}` */
export const growthToolsResult = items('growth_tools', growthTool);

/** `{otn_topics}` */
export const otnTopicsResult = items('otn_topics', otnTopic);

const flows = z.looseObject({ flows: list(flow), folders: list(folder) });

/** `{flows, folders}` */
export const flowsResult: Output = {
  schema: flows,
  isAnswer: (data) => isObject(data) && toList(data.flows) !== undefined,
  from: (data) => flows.parse({ flows: asObject(data).flows, folders: asObject(data).folders }),
};

/** One contact whole, without what is empty: a field that has no value says nothing, its description is the page's. */
function wholeSubscriber(data: unknown): Result {
  const contact = subscriber.parse(data);
  return {
    ...contact,
    custom_fields: contact.custom_fields
      ?.filter((field) => field.value !== undefined && field.value !== '')
      .map(({ description: _, ...field }) => field),
  };
}

/** `{subscriber}` */
export const subscriberResult: Output = {
  schema: z.looseObject({ subscriber }),
  isAnswer: hasContent,
  from: (data) => ({ subscriber: wholeSubscriber(data) }),
};

/** findBySystemField answers a miss with success and an empty list: the contact is then null. */
export const subscriberOrNullResult: Output = {
  schema: z.looseObject({ subscriber: subscriber.nullable() }),
  isAnswer: (data) => isObject(data) || Array.isArray(data),
  from(data) {
    const hit = toList(data)?.[0] ?? data;
    return { subscriber: hasContent(hit) ? wholeSubscriber(hit) : null };
  },
};

/** ManyChat returns 100 contacts at the most and does not say whether there are more. */
const searchCap = 100;

/** Hits up to which a summary carries addresses and a full list is full; beyond it a list costs thousands of tokens. */
const fewHits = 20;

/** Characters up to which whole contacts are listed: what a client takes of one result without cutting it. */
const maxFullLength = 30_000;

function summary(data: unknown, few: boolean): Result {
  const { id, name, last_interaction, email, phone, whatsapp_phone, ig_username } = subscriber.parse(data);
  // Minutes and a time zone would make half of a long list: the day is enough to tell contacts apart.
  return few
    ? { id, name, last_interaction, email, phone, whatsapp_phone, ig_username }
    : { id, name, last_interaction: last_interaction?.slice(0, 10) };
}

/** `{subscribers, count, capped}`: whole contacts where they were asked for and are few, else summaries. */
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
      const whole =
        detail === 'full' && index < fewHits && length < maxFullLength ? wholeSubscriber(contact) : undefined;
      length += JSON.stringify(whole ?? '').length;
      return whole === undefined || length > maxFullLength ? summary(contact, found.length <= fewHits) : whole;
    });
    return { subscribers, count: found.length, capped: found.length >= searchCap };
  },
};

/** A search without hits, with what may be the reason. */
export const warnWhenEmpty =
  (reason: string) =>
  async (result: Result): Promise<Result> =>
    result.count === 0 ? { ...result, warnings: [reason] } : result;

/** The connections API wraps one connection or answers it flat. */
const unwrapConnection = (data: unknown): Record<string, unknown> => {
  const outer = asObject(data);
  return isObject(outer.connection) ? outer.connection : outer;
};

const isConnection = (data: unknown): boolean => typeof unwrapConnection(data).connection_id === 'string';

/** `{connections}`, never with their links. */
export const connectionsResult: Output = {
  schema: z.looseObject({ connections: list(connection) }),
  isAnswer: (data) => isObject(data) && Array.isArray(data.connections),
  from: (data) => ({
    connections: (toList(asObject(data).connections) ?? []).map((each) => {
      const { url: _, ...rest } = declaredOf(each);
      return rest;
    }),
  }),
};

/** States in which the link of a connection is of no more use; the link is for one person, and shown no longer. */
const settled = /^(active|failed)$/i;

/** A connection, with its link while somebody may still open it. */
function withOpenLink(data: unknown): z.output<typeof connection> {
  const { url, ...rest } = declaredOf(data);
  return url === undefined || settled.test(rest.status ?? '') ? rest : { ...rest, url };
}

/** `{connection}`, with its link while somebody may still open it. */
export const connectionResult: Output = {
  schema: z.looseObject({ connection }),
  isAnswer: isConnection,
  from: (data) => ({ connection: withOpenLink(data) }),
};

/** The connection with its link; `next_step` comes with the declaration's own completion. */
export const newConnectionResult: Output = {
  schema: z.looseObject({ connection, next_step: z.string() }),
  isAnswer: isConnection,
  from: (data) => ({ connection: declaredOf(data) }),
};
