import type { Result } from './json.js';

/** Types of custom and bot fields. */
export const fieldTypes = ['text', 'number', 'date', 'datetime', 'boolean'] as const;

/** A type of field. */
export type FieldType = (typeof fieldTypes)[number];

/** How a datetime is written: with its offset where fields are set, as UTC with milliseconds in a message's actions. */
export type DatetimeForm = 'offset' | 'utc';

/** A field as a call names it. */
export interface FieldRef {
  readonly field_id?: unknown;
  readonly field_name?: unknown;
}

/** Gives the value that stands in the place of another; `path` names the place. */
export type ChangeValue = (path: string, field: FieldRef, value: unknown) => unknown;

/** Custom fields have a value for each contact, bot fields one for the whole account. */
export type FieldKind = 'custom field' | 'bot field';

/** Where an input holds values of fields, of which kind the fields are, and how datetimes are written there. */
export interface FieldValues<Input> {
  readonly kind: FieldKind;
  readonly datetimeForm: DatetimeForm;
  /** The input with each value of a field put through `change`. */
  map(input: Input, change: ChangeValue): Result;
}
