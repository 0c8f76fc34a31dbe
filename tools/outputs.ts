import { z } from 'zod';
import type { Output, Result } from './endpoint.js';

/*
 * What comes back is read leniently, because the upstream's types are not reliable (any scalar may be null, ids come
 * as strings or numbers, keys go missing), and is handed on in exactly the declared types, because clients refuse a
 * result that differs from its schema, and a refused result of a completed send would be sent again.
 */

const absent = (value: unknown): boolean => value === null || value === undefined || typeof value === 'object';

/** Text; numbers and booleans become text, anything else is absent. */
const text = z.preprocess((value) => (absent(value) ? undefined : String(value)), z.string().optional());

/** An id that may pass 2^53: always a string. */
const largeId = text;

/** An id that ManyChat numbers from 1: a number, or a string where it has more digits than a number holds. */
const smallId = z.preprocess(
  (value) => (typeof value === 'number' || typeof value === 'string' ? value : undefined),
  z.union([z.number(), z.string()]).optional(),
);

const flag = z.preprocess(
  (value) => (absent(value) ? undefined : ![false, 0, '', '0', 'false'].some((no) => no === value)),
  z.boolean().optional(),
);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const asObject = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** An object with these keys when they are there; other keys are kept. */
const record = <Shape extends z.ZodRawShape>(shape: Shape) => z.preprocess(asObject, z.looseObject(shape));

const list = <Item extends z.ZodType>(item: Item) => z.preprocess(asList, z.array(item));

/** A list inside a record: absent when it is empty. */
const innerList = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (asList(value).length === 0 ? undefined : value), z.array(item).optional());

/** A field's value; what is not a scalar is told as JSON. */
const value = z.preprocess(
  (given) =>
    given === null || given === undefined ? undefined : typeof given === 'object' ? JSON.stringify(given) : given,
  z.union([z.string(), z.number(), z.boolean()]).optional(),
);

const tag = record({ id: smallId, name: text });
const customField = record({ id: smallId, name: text, type: text, description: text });
const botField = record({ id: smallId, name: text, type: text, description: text, value });
const flow = record({ ns: text, name: text, folder_id: smallId });
const folder = record({ id: smallId, name: text, parent_id: smallId });
const growthTool = record({ id: smallId, name: text, type: text });
const otnTopic = record({ id: smallId, name: text, description: text });

const page = record({
  id: largeId,
  name: text,
  category: text,
  avatar_link: text,
  username: text,
  about: text,
  description: text,
  is_pro: flag,
  timezone: text,
});

/** Keys that tell contacts apart in a list of hits. */
const summaryKeys = {
  id: largeId,
  name: text,
  last_interaction: text,
  email: text,
  phone: text,
  whatsapp_phone: text,
  ig_username: text,
};

const subscriber = record({
  ...summaryKeys,
  page_id: largeId,
  user_refs: innerList(record({ user_ref: largeId, opted_in: text })),
  ig_id: largeId,
  subscribed: text,
  last_seen: text,
  last_input_text: text,
  optin_phone: flag,
  optin_email: flag,
  optin_whatsapp: flag,
  is_followup_enabled: flag,
  custom_fields: innerList(record({ id: smallId, name: text, type: text, value })),
  tags: innerList(tag),
});

const connection = record({ connection_id: text, status: text, creation_time: text, last_updated_time: text });

/** The result `{key: item}`, from `{upstreamKey: item}` or from the bare item. */
function item(key: string, schema: z.ZodType, upstreamKey: string = key): Output {
  const result = z.looseObject({ [key]: schema });
  return {
    schema: result,
    needsData: true,
    from: (data) => result.parse({ [key]: isObject(data) && isObject(data[upstreamKey]) ? data[upstreamKey] : data }),
  };
}

/** The result `{key: [items]}`. */
function items(key: string, schema: z.ZodType): Output {
  const result = z.looseObject({ [key]: list(schema) });
  return { schema: result, from: (data) => result.parse({ [key]: data }) };
}

/** A write that answers nothing but its success. */
export const done: Output = {
  schema: z.looseObject({ ok: z.literal(true) }),
  from: () => ({ ok: true }),
};

export const pageResult = item('page', page);
export const tagResult = item('tag', tag);
export const tagsResult = items('tags', tag);
export const customFieldResult = item('custom_field', customField, 'field');
export const customFieldsResult = items('custom_fields', customField);
export const botFieldResult = item('bot_field', botField, 'field');
export const botFieldsResult = items('bot_fields', botField);
export const growthToolsResult = items('growth_tools', growthTool);
export const otnTopicsResult = items('otn_topics', otnTopic);

const flows = z.looseObject({ flows: list(flow), folders: list(folder) });
export const flowsResult: Output = {
  schema: flows,
  from: (data) => flows.parse({ flows: asObject(data).flows, folders: asObject(data).folders }),
};

/** One contact whole, without what is empty: a field that has no value says nothing, its description is the page's. */
function wholeSubscriber(data: unknown): Result {
  const contact = subscriber.parse(data);
  return {
    ...contact,
    custom_fields: contact.custom_fields
      ?.filter((field) => field.value !== null && field.value !== undefined && field.value !== '')
      .map(({ description: _, ...field }) => field),
  };
}

export const subscriberResult: Output = {
  schema: z.looseObject({ subscriber }),
  needsData: true,
  from: (data) => ({ subscriber: wholeSubscriber(data) }),
};

/** findBySystemField answers a miss with success and an empty list: the contact is then null. */
export const subscriberOrNullResult: Output = {
  schema: z.looseObject({ subscriber: subscriber.nullable() }),
  from: (data) => ({ subscriber: isObject(data) && Object.keys(data).length > 0 ? wholeSubscriber(data) : null }),
};

/** ManyChat returns 100 contacts at the most and does not say whether there are more. */
const searchCap = 100;

/** Hits up to which a summary also carries the contact's addresses; beyond it a list would cost thousands of tokens. */
const fewHits = 20;

function summary(data: unknown, addresses: boolean): Result {
  const { id, name, last_interaction, email, phone, whatsapp_phone, ig_username } = subscriber.parse(data);
  // Minutes and a time zone would make half of a long list: the day is enough to tell contacts apart.
  const short = { id, name, last_interaction: addresses ? last_interaction : last_interaction?.slice(0, 10) };
  return addresses ? { ...short, email, phone, whatsapp_phone, ig_username } : short;
}

export const subscribersResult: Output<{ detail: 'summary' | 'full' }> = {
  schema: z.looseObject({ subscribers: list(subscriber), count: z.int(), capped: z.boolean() }),
  from: (data, input) => {
    const found = asList(data);
    const subscribers = found.map((contact, index) =>
      input.detail === 'full' && index < fewHits ? wholeSubscriber(contact) : summary(contact, found.length <= fewHits),
    );
    return { subscribers, count: found.length, capped: found.length >= searchCap };
  },
};

/** The connections API wraps one connection or answers it flat. */
const unwrapConnection = (data: unknown): Record<string, unknown> => {
  const outer = asObject(data);
  return isObject(outer.connection) ? outer.connection : outer;
};

/** The link of a connection is for one person: it is shown while it is still needed, and only then. */
function withoutUsedLink(data: unknown): Result {
  const { url, ...rest } = connection.parse(unwrapConnection(data));
  return rest.status === 'PENDING' && typeof url === 'string' ? { ...rest, url } : rest;
}

export const connectionsResult: Output = {
  schema: z.looseObject({ connections: list(connection) }),
  from: (data) => ({
    connections: asList(asObject(data).connections).map((each) => {
      const { url: _, ...rest } = connection.parse(unwrapConnection(each));
      return rest;
    }),
  }),
};

export const connectionResult: Output = {
  schema: z.looseObject({ connection }),
  from: (data) => ({ connection: withoutUsedLink(data) }),
};

export const newConnectionResult: Output = {
  schema: z.looseObject({ connection, next_step: z.string() }),
  from: (data) => ({ connection: connection.parse(unwrapConnection(data)), next_step: '' }),
};
