import * as z from 'zod';
import { asObject, toList } from '../contract/json.js';

/*
 * Schemas that never fail. The types of a response are not reliable: any scalar may be null, ids come as strings or
 * numbers, keys go missing. The result has exactly the declared types, because clients reject a result that does not
 * match its schema, and an agent would repeat a send whose result was rejected.
 */

function scalar(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Text. Numbers and booleans become text; anything else is absent. */
export const anyText = z.preprocess((value) => scalar(value)?.toString(), z.string().optional());

/** An id that may exceed 2^53: always a string. */
export const largeId = anyText;

/** An id that ManyChat counts from 1: a number, or a string if it has more digits than a number can hold. */
export const smallId = z.preprocess((value) => {
  const id = scalar(value);
  return typeof id === 'boolean' ? undefined : id;
}, z.union([z.number(), z.string()]).optional());

const falseValues: readonly unknown[] = [false, 0, '', '0', 'false'];

/** A boolean; absent if the value is not a scalar. */
export const flag = z.preprocess((value) => {
  const read = scalar(value);
  return read === undefined ? undefined : !falseValues.includes(read);
}, z.boolean().optional());

/** A value as JSON; undefined if it is nested too deep for the stack. */
function asJson(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** A field's value; an object or a list becomes JSON text. */
export const anyFieldValue = z.preprocess(
  (value) => scalar(value) ?? (typeof value === 'object' && value !== null ? asJson(value) : undefined),
  z.union([z.string(), z.number(), z.boolean()]).optional(),
);

/** An object with these keys, each optional; other keys are kept. */
export const record = <Shape extends z.ZodRawShape>(shape: Shape) => z.preprocess(asObject, z.looseObject(shape));

/** A list; anything else becomes an empty list. */
export const list = <Item extends z.ZodType>(item: Item) => z.preprocess((value) => toList(value) ?? [], z.array(item));

/** A list inside a record, absent if empty. */
export const innerList = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (toList(value)?.length ? toList(value) : undefined), z.array(item).optional());
