import type { Result } from './json.js';

/** The types that custom and bot fields can have. */
export const fieldTypes = ['text', 'number', 'date', 'datetime', 'boolean'] as const;

/** The type of a field. */
export type FieldType = (typeof fieldTypes)[number];

/** How ManyChat wants a datetime: with its offset when a field is set, as UTC with milliseconds in message actions. */
export type DatetimeForm = 'offset' | 'utc';

/** A field, by id or by name. */
export interface FieldRef {
  readonly field_id?: unknown;
  readonly field_name?: unknown;
}

/** Returns the replacement for a field's value; `path` is its place in the input. */
type ChangeValue = (path: string, field: FieldRef, value: unknown) => unknown;

/** A custom field has a value for each contact, a bot field one for the whole account. */
export type FieldKind = 'custom field' | 'bot field';

/** Where an input holds values of fields. */
export interface FieldValues<Input> {
  readonly kind: FieldKind;
  readonly datetimeForm: DatetimeForm;
  /** The type of the field, where the input itself says it. Else the type is looked up. */
  type?(input: Input): FieldType;
  /** A copy of the input in which each field's value is replaced by what `change` returns. */
  map(input: Input, change: ChangeValue): Result;
}
