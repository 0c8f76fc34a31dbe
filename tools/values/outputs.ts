import * as z from 'zod';
import type { Output } from '../contract/endpoint.js';
import { isObject, toList } from '../contract/json.js';
import { anyText, list, record, smallId } from './tolerant.js';

/** A tag, alone or of a contact. */
export const tag = record({ id: smallId, name: anyText });

export const hasContent = (data: unknown): boolean => isObject(data) && Object.keys(data).length > 0;

/** The result `{key: item}`, from `{upstreamKey: item}` or from the bare item. */
export function item(key: string, schema: z.ZodType, upstreamKey: string = key): Output {
  const result = z.looseObject({ [key]: schema });
  return {
    schema: result,
    isAnswer: hasContent,
    from: (data) => result.parse({ [key]: isObject(data) && isObject(data[upstreamKey]) ? data[upstreamKey] : data }),
  };
}

/** The result `{key: [items]}`. */
export function items(key: string, schema: z.ZodType): Output {
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
