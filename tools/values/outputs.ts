import * as z from 'zod';
import type { Known, NamedKind, Output } from '../contract/endpoint.js';
import type { FieldKind, FieldRef } from '../contract/field-values.js';
import { isObject, type Result, toList } from '../contract/json.js';
import { anyFieldValue, anyText, list, record, smallId } from './tolerant.js';

/** A tag, of the page or of a contact. */
export const tag = record({ id: smallId, name: anyText });

/** What the results of lists have beside the items: the call that returns more, and what is to be known about this page. */
export const pageOutput = {
  next: z
    .looseObject({ tool: z.string(), arguments: z.looseObject({}) })
    .optional()
    .describe('The call for the rest'),
  warnings: z.array(z.string()).optional(),
};

/** The same, with the number of all items. */
export const listOutputs = { total: z.int().optional(), ...pageOutput };

/** Whether the data is an object with at least one key. */
export const hasContent = (data: unknown): boolean => isObject(data) && Object.keys(data).length > 0;

/** An output `{[key]: item}`, read from `{[upstreamKey]: item}` or from the bare item. */
export function itemOutput(key: string, schema: z.ZodType, upstreamKey: string = key): Output {
  const result = z.looseObject({ [key]: schema });
  return {
    schema: result,
    isAnswer: hasContent,
    from: (data) => result.parse({ [key]: isObject(data) && isObject(data[upstreamKey]) ? data[upstreamKey] : data }),
  };
}

/** An output `{[key]: items}`, read from a list. */
export function listOutput(key: string, schema: z.ZodType): Output {
  const result = z.looseObject({ ...listOutputs, [key]: list(schema) });
  return {
    schema: result,
    pages: { lists: [key] },
    isAnswer: (data) => toList(data) !== undefined,
    from: (data) => result.parse({ [key]: data }),
  };
}

/** The output of a write that returns nothing but success. Its echo adds these keys. */
const okOutput = (echo: z.ZodRawShape): Output => ({
  schema: z.looseObject({ ok: z.literal(true), ...echo, warnings: z.array(z.string()).optional() }),
  from: () => ({ ok: true }),
});

export const okResult = okOutput({});

const text = z.string().optional();

/** A contact by name where that is known, else by id. */
const contact = { contact: text, subscriber_id: text };

/** The value of a field as it is stored, and what it was if it was read just before. */
const field = {
  field: text,
  field_id: text,
  value: anyFieldValue,
  emptied: z.literal(true).optional(),
  was: anyFieldValue,
};

export const contactResult = okOutput(contact);

export const tagWrittenResult = okOutput({ ...contact, tag: text, tag_id: text });

export const fieldWrittenResult = okOutput({ ...contact, ...field });

const fieldList = { fields: z.array(z.looseObject(field)).optional() };

export const fieldsWrittenResult = okOutput({ ...contact, ...fieldList });

export const disconnectedResult = okOutput({ page: text, connection_id: text });

/** The output of a send of content. */
export const contentSentResult = okOutput({
  ...contact,
  channel: text,
  messages: z.int().optional(),
  actions: z.array(z.string()).optional(),
  otn_topic: text,
  status: text,
});

export const userRefSentResult = okOutput({
  contact: text,
  user_ref: text,
  channel: text,
  messages: z.int().optional(),
  status: text,
});

const flowSent = { ...contact, flow: text, status: text };

export const flowSentResult = okOutput(flowSent);

export const fieldsAndFlowSentResult = okOutput({ ...flowSent, ...fieldList });

/** A thing by its name under one key, or by its id under another. */
const nameOrId =
  (kind: NamedKind, nameKey: string, idKey: string) =>
  (id: unknown, known: Known): Result => {
    const name = known.name(kind, id);
    return name === undefined ? { [idKey]: String(id) } : { [nameKey]: name };
  };

export const contactEcho = nameOrId('contact', 'contact', 'subscriber_id');

export const userRefEcho = nameOrId('user_ref', 'contact', 'user_ref');

export const tagEcho = nameOrId('tag', 'tag', 'tag_id');

export const flowEcho = nameOrId('flow', 'flow', 'flow');

export const pageEcho = nameOrId('page', 'page', 'connection_id');

/** A field that was set: by name where that is known, with its value as it was stored. */
export const fieldEcho =
  (kind: FieldKind) =>
  (
    { field_id: id, field_name: name, field_value: value }: FieldRef & { field_value?: unknown },
    known: Known,
  ): Result => {
    const was = known.valueBefore({ field_id: id, field_name: name });
    return {
      ...(id === undefined ? { field: name } : nameOrId(kind, 'field', 'field_id')(id, known)),
      ...(value === null || value === '' ? { emptied: true } : { value }),
      ...(was !== undefined && { was }),
    };
  };
