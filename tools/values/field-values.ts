import type { DatetimeForm, FieldKind, FieldRef, FieldType, FieldValues } from '../contract/field-values.js';
import type { Result } from '../contract/json.js';
import { clipped, quoted } from '../contract/quoted.js';
import { pathText } from './issues.js';

/** A value in the form its field takes, or what is wrong with it. */
export type Fitted = { readonly value: unknown } | { readonly problem: string };

/** The type of a field, where it is known. */
export type TypeOf = (field: FieldRef) => FieldType | undefined;

/** An input with its values adapted, what was changed in them, what cannot be, and whether every field's type is known. */
export interface AdaptedInput {
  readonly input: Result;
  readonly warnings: readonly string[];
  readonly problems: readonly string[];
  readonly typesKnown: boolean;
}

const yes: readonly unknown[] = ['true', 'yes', '1', 1];
const no: readonly unknown[] = ['false', 'no', '0', 0];

const day = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/;
const moment = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? ?(?:([Zz])|([+-]\d{2}):?(\d{2})?)?$/;

/** A day and what stands behind it where that is the day's very beginning, which names no other day anywhere. */
const dayAlone = /^(\S+?)(?:[Tt ]00:00(?::00(?:\.0+)?)?)?$/;

/** Significant digits that a double gives back as they were, and the characters within which it stays in its range. */
const digitsKept = 15;
const longestNumber = 300;

/** The day of the calendar that a text names, year first, as `2018-07-18`. */
function dayOf(text: string): string | undefined {
  const [, year, month = '', date = ''] = day.exec(text) ?? [];
  const written = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
  const read = new Date(`${written}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(written) ? written : undefined;
}

function fitNumber(given: unknown): Fitted {
  if (typeof given === 'number') return { value: given };
  const text = typeof given === 'string' ? given.trim() : '';
  if (!/^[+-]?\d+(\.\d+)?$/.test(text)) return { problem: 'must be a number, like 123 or 1.23' };
  const value = Number(text);
  return comesBack(text, value) ? { value } : { problem: 'has more digits than a number keeps' };
}

/** Whether a decimal is told by its number as it was written, but for zeros that mean nothing. */
function comesBack(text: string, value: number): boolean {
  if (text.length > longestNumber) return false;
  const [whole = '', fraction = ''] = text
    .replace(/^[+-]/, '')
    .replace(/(\.\d*?)0+$/, '$1')
    .split('.');
  if (fraction === '') return Number.isSafeInteger(value);
  return `${whole}${fraction}`.replace(/^0+/, '').length <= digitsKept;
}

function fitBoolean(given: unknown): Fitted {
  const word = typeof given === 'string' ? given.trim().toLowerCase() : given;
  if (typeof given === 'boolean') return { value: given };
  if (yes.includes(word)) return { value: true };
  return no.includes(word) ? { value: false } : { problem: 'must be true or false' };
}

function fitDate(given: unknown): Fitted {
  const text = typeof given === 'string' ? given.trim() : '';
  const value = dayOf(dayAlone.exec(text)?.[1] ?? '');
  if (value !== undefined) return { value };
  return dayOf(moment.exec(text)?.[1] ?? '') === undefined
    ? { problem: 'must be a date, year first, like 2018-07-18' }
    : { problem: 'has a time or an offset, with which it may be another day: give the day alone, like 2018-07-18' };
}

function fitDatetime(given: unknown, form: DatetimeForm): Fitted {
  const example = form === 'utc' ? '2018-03-25T13:25:00.000Z' : '2018-05-01T06:30:24+03:00';
  const text = typeof given === 'string' ? given.trim() : '';
  const [, written = '', hours, minutes, seconds = '00', zulu, offset, offsetMinutes = '00'] = moment.exec(text) ?? [];
  const date = dayOf(written);
  if (date === undefined) return { problem: `must be a date with a time and its offset, like ${example}` };
  if (zulu === undefined && offset === undefined) {
    return { problem: `lacks its offset from UTC: add Z or one like +03:00, as in ${example}` };
  }
  const value = `${date}T${hours}:${minutes}:${seconds}${offset ?? '+00'}:${offsetMinutes}`;
  const time = Date.parse(value);
  // JavaScript takes 24:00 for the next day's beginning.
  if (Number.isNaN(time) || hours === '24') return { problem: `is no time of the day; it must be like ${example}` };
  return { value: form === 'utc' ? new Date(time).toISOString() : value };
}

/** Puts a value into the form that a field of this type takes, where its meaning is beyond doubt. */
export function fittedValue(given: unknown, type: FieldType, form: DatetimeForm): Fitted {
  if (given === null) return { value: given };
  switch (type) {
    case 'text':
      return { value: typeof given === 'string' ? given : String(given) };
    case 'number':
      return fitNumber(given);
    case 'boolean':
      return fitBoolean(given);
    case 'date':
      return fitDate(given);
    case 'datetime':
      return fitDatetime(given, form);
  }
}

/** A value as it stands in a sentence. */
const valueText = (value: unknown): string =>
  typeof value === 'string' ? quoted(value) : clipped(JSON.stringify(value));

/** Values by which an input is adapted to the types of its fields: what was changed, and what cannot be. */
export function adaptValues<Input>(
  { datetimeForm, map }: FieldValues<Input>,
  input: Input,
  typeOf: TypeOf,
): AdaptedInput {
  const warnings: string[] = [];
  const problems: string[] = [];
  let typesKnown = true;
  const adapted = map(input, (path, field, given) => {
    const type = typeOf(field);
    if (type === undefined) {
      typesKnown = false;
      return given;
    }
    const fitted = fittedValue(given, type, datetimeForm);
    const because = `since the field is of type ${type}`;
    if ('problem' in fitted) {
      problems.push(`${path}: ${valueText(given)} ${fitted.problem}, ${because}`);
      return given;
    }
    if (fitted.value !== given) {
      warnings.push(`${path}: ${valueText(given)} was changed to ${valueText(fitted.value)}, ${because}.`);
    }
    return fitted.value;
  });
  return { input: adapted, warnings, problems, typesKnown };
}

/** Whether an input holds any value of a field. */
export function hasValues<Input>({ map }: FieldValues<Input>, input: Input): boolean {
  let found = false;
  map(input, () => {
    found = true;
  });
  return found;
}

/** A single `field_value` beside its `field_id` or `field_name`. */
export const oneFieldValue = (kind: FieldKind): FieldValues<FieldRef & { field_value?: unknown }> => ({
  kind,
  datetimeForm: 'offset',
  map: (input, change) => ({ ...input, field_value: change('field_value', input, input.field_value) }),
});

/** A field by its name, where it has one: the list may be a part of a longer one, which counts otherwise. */
const placeOf = ({ field_name: name }: FieldRef, index: number): string =>
  typeof name === 'string' ? pathText(['fields', name]) : `fields[${index}].field_value`;

/** A list of `fields`, each with its value. */
export const listedFieldValues = (
  kind: FieldKind,
): FieldValues<{ fields: readonly (FieldRef & { field_value?: unknown })[] }> => ({
  kind,
  datetimeForm: 'offset',
  map: (input, change) => ({
    ...input,
    fields: input.fields.map((field, index) => ({
      ...field,
      field_value: change(placeOf(field, index), field, field.field_value),
    })),
  }),
});
