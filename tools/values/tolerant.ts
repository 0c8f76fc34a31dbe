import * as z from 'zod';
import { asObject, toList } from '../contract/json.js';

/*
 * What comes back is read leniently, because the upstream's types are not reliable (any scalar may be null, ids come
 * as strings or numbers, keys go missing), and is handed on in exactly the declared types, because clients refuse a
 * result that differs from its schema, and a refused result of a completed send would be sent again. None of these
 * schemas ever fails.
 */

function scalar(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Text; numbers and booleans become text, anything else is absent. */
export const anyText = z.preprocess((value) => scalar(value)?.toString(), z.string().optional());

/** An id that may pass 2^53: always a string. */
export const largeId = anyText;

/** An id that ManyChat numbers from 1: a number, or a string where it has more digits than a number holds. */
export const smallId = z.preprocess((value) => {
  const id = scalar(value);
  return typeof id === 'boolean' ? undefined : id;
}, z.union([z.number(), z.string()]).optional());

const negative: readonly unknown[] = [false, 0, '', '0', 'false'];

/** Yes or no; absent where there is no scalar. */
export const flag = z.preprocess((value) => {
  const given = scalar(value);
  return given === undefined ? undefined : !negative.includes(given);
}, z.boolean().optional());

/** A value as JSON; absent where it is nested deeper than the stack holds. */
function asJson(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** A field's value; what is not a scalar is told as JSON. */
export const anyFieldValue = z.preprocess(
  (value) => scalar(value) ?? (typeof value === 'object' && value !== null ? asJson(value) : undefined),
  z.union([z.string(), z.number(), z.boolean()]).optional(),
);

/** An object with these keys when they are there; other keys are kept. */
export const record = <Shape extends z.ZodRawShape>(shape: Shape) => z.preprocess(asObject, z.looseObject(shape));

/** A list; empty in the place of anything else. */
export const list = <Item extends z.ZodType>(item: Item) => z.preprocess((value) => toList(value) ?? [], z.array(item));

/** A list inside a record: absent when it is empty. */
export const innerList = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (toList(value)?.length ? toList(value) : undefined), z.array(item).optional());
