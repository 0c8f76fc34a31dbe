import * as z from 'zod';
import type { Output } from '../contract/endpoint.js';
import { isObject, toList } from '../contract/json.js';
import { anyText, list, record, smallId } from './tolerant.js';

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

/** The output of a write that returns nothing but success. */
export const okResult: Output = {
  schema: z.looseObject({ ok: z.literal(true), warnings: z.array(z.string()).optional() }),
  from: () => ({ ok: true }),
};
