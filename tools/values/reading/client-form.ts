import * as z from 'zod';
import { asObject } from '../../contract/json.js';

/*
 * Many clients can send only what a schema declares, and support few keywords. Where ManyChat wants an open object,
 * clients are therefore shown another form, which the reader of arguments turns into the object.
 */

/** The names of the two properties in a list that stands for an open object. */
export interface EntryKeys {
  readonly name: string;
  readonly value: string;
}

/** The keys unless a schema names others. */
export const namedEntries: EntryKeys = { name: 'name', value: 'value' };

/** Metadata of a list, an object or any other value that clients are shown as JSON text. */
export const asJsonText = { clientForm: 'JSON text' } as const;

/** Metadata of an open object that clients are shown as a list of objects with these two keys. */
export const asEntries = (keys: EntryKeys) => ({ clientForm: keys });

/** Metadata of an open object that no client is shown: it is only read as it is. */
export const asPlainObject = { clientForm: 'object' } as const;

const formOf = (schema: z.core.SomeType): unknown =>
  schema instanceof z.ZodType ? schema.meta()?.clientForm : undefined;

/** Whether clients are shown a value as JSON text. */
export const isJsonText = (schema: z.core.SomeType): boolean => formOf(schema) === asJsonText.clientForm;

/** Whether an open object is only read as it is. */
export const isPlainObject = (schema: z.core.SomeType): boolean => formOf(schema) === asPlainObject.clientForm;

/** The keys of the list that stands for an open object, if a schema names them. */
export function entryKeysOf(schema: z.core.SomeType): EntryKeys | undefined {
  const { name, value } = asObject(formOf(schema));
  return typeof name === 'string' && typeof value === 'string' ? { name, value } : undefined;
}
