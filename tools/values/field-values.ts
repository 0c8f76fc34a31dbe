import type { DatetimeForm, FieldKind, FieldRef, FieldType, FieldValues } from '../contract/field-values.js';
import type { Result } from '../contract/json.js';
import { clipped, quoted } from '../contract/quoted.js';
import { parseDateTime } from './date-time.js';
import { pathText } from './issues.js';

/** A value in the form that its field takes, or why it does not fit. */
export type FitResult = { readonly value: unknown } | { readonly problem: string };

/** Returns the type of a field, if it is known. */
export type TypeOf = (field: FieldRef) => FieldType | undefined;

/** An input whose values were fitted to the types of their fields. */
export interface FittedInput {
  readonly input: Result;
  /** A sentence for each value that was changed. */
  readonly warnings: readonly string[];
  /** A sentence for each value that does not fit. */
  readonly problems: readonly string[];
  /** Whether a value is not as it was given. */
  readonly changed: boolean;
  /** Whether the types of all fields in the input are known. */
  readonly typesKnown: boolean;
}

const trueWords: readonly unknown[] = ['true', 'yes', '1', 1];
const falseWords: readonly unknown[] = ['false', 'no', '0', 0];

const datePattern = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/;

/** A date, optionally followed by midnight; midnight without an offset names the same day everywhere. */
const dateOrMidnight = /^(\S+?)(?:[Tt ]00:00(?::00(?:\.0+)?)?)?$/;

/** A decimal with this many significant digits survives the conversion to a double. */
const safeDigits = 15;
/** A longer text of digits may be out of the range of a double. */
const maxNumberLength = 300;

/** A date, year first, as `2018-07-18`; undefined if the calendar does not have it. */
function toDate(text: string): string | undefined {
  const [, year, month = '', day = ''] = datePattern.exec(text) ?? [];
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date) ? date : undefined;
}

const trimmed = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

function fitNumber(value: unknown): FitResult {
  if (typeof value === 'number') return { value };
  const text = trimmed(value);
  if (!/^[+-]?\d+(\.\d+)?$/.test(text)) return { problem: 'must be a number, like 123 or 1.23' };
  const number = Number(text);
  return isExact(text, number) ? { value: number } : { problem: 'has more digits than a number can hold' };
}

/** Whether a number has every significant digit of the decimal it was read from. */
function isExact(decimal: string, number: number): boolean {
  if (decimal.length > maxNumberLength) return false;
  const [integer = '', fraction = ''] = decimal
    .replace(/^[+-]/, '')
    .replace(/(\.\d*?)0+$/, '$1')
    .split('.');
  if (fraction === '') return Number.isSafeInteger(number);
  return `${integer}${fraction}`.replace(/^0+/, '').length <= safeDigits;
}

function fitBoolean(value: unknown): FitResult {
  if (typeof value === 'boolean') return { value };
  const word = typeof value === 'string' ? trimmed(value).toLowerCase() : value;
  if (trueWords.includes(word)) return { value: true };
  return falseWords.includes(word) ? { value: false } : { problem: 'must be true or false' };
}

function fitDate(value: unknown): FitResult {
  const text = trimmed(value);
  const date = toDate(dateOrMidnight.exec(text)?.[1] ?? '');
  if (date !== undefined) return { value: date };
  return toDate(parseDateTime(text)?.date ?? '') === undefined
    ? { problem: 'must be a date, year first, like 2018-07-18' }
    : { problem: 'has a time or an offset, so it may be another day elsewhere: give the date alone, like 2018-07-18' };
}

function fitDatetime(value: unknown, form: DatetimeForm): FitResult {
  const example = form === 'utc' ? '2018-03-25T13:25:00.000Z' : '2018-05-01T06:30:24+03:00';
  const parsed = parseDateTime(trimmed(value));
  const date = toDate(parsed?.date ?? '');
  if (parsed === undefined || date === undefined) {
    return { problem: `must be a date with a time and its offset, like ${example}` };
  }
  const { time, offset } = parsed;
  if (offset === undefined) return { problem: `lacks its offset from UTC: add Z or one like +03:00, as in ${example}` };
  const datetime = `${date}T${time}${offset}`;
  const ms = Date.parse(datetime);
  // JavaScript reads 24:00 as midnight of the next day.
  if (Number.isNaN(ms) || time.startsWith('24')) {
    return { problem: `is not a valid time of day; it must be like ${example}` };
  }
  return { value: form === 'utc' ? new Date(ms).toISOString() : datetime };
}

/** Converts a value to the form that a field of this type takes, if its meaning is unambiguous. */
export function fitValue(value: unknown, type: FieldType, form: DatetimeForm): FitResult {
  if (value === null) return { value };
  switch (type) {
    case 'text':
      return { value: typeof value === 'string' ? value : String(value) };
    case 'number':
      return fitNumber(value);
    case 'boolean':
      return fitBoolean(value);
    case 'date':
      return fitDate(value);
    case 'datetime':
      return fitDatetime(value, form);
  }
}

/** A value inside a sentence. */
const valueText = (value: unknown): string =>
  typeof value === 'string' ? quoted(value) : clipped(JSON.stringify(value));

/** Fits the values in an input to the types of their fields; values of fields without a known type stay as they are. */
export function fitValues<Input>({ datetimeForm, map }: FieldValues<Input>, input: Input, typeOf: TypeOf): FittedInput {
  const warnings: string[] = [];
  const problems: string[] = [];
  let typesKnown = true;
  let changed = false;
  const fitted = map(input, (path, field, value) => {
    const type = typeOf(field);
    if (type === undefined) {
      typesKnown = false;
      return value;
    }
    const result = fitValue(value, type, datetimeForm);
    const because = `because the field is of type ${type}`;
    if ('problem' in result) {
      problems.push(`${path}: ${valueText(value)} ${result.problem}, ${because}`);
      return value;
    }
    changed ||= result.value !== value;
    // A text is how clients are shown every value.
    if (String(result.value) !== String(value)) {
      warnings.push(`${path}: ${valueText(value)} was changed to ${valueText(result.value)}, ${because}.`);
    }
    return result.value;
  });
  return { input: fitted, warnings, problems, changed, typesKnown };
}

/** Whether an input holds a value of a field. */
export function hasFieldValues<Input>({ map }: FieldValues<Input>, input: Input): boolean {
  let found = false;
  map(input, () => {
    found = true;
  });
  return found;
}

/** For an input with one `field_value` beside its `field_id` or `field_name`. */
export const oneFieldValue = (kind: FieldKind): FieldValues<FieldRef & { field_value?: unknown }> => ({
  kind,
  datetimeForm: 'offset',
  map: (input, change) => ({ ...input, field_value: change('field_value', input, input.field_value) }),
});

/** For an input that creates a field, with its type and first `value`. */
export const firstFieldValue = (kind: FieldKind): FieldValues<{ type: FieldType; value?: unknown }> => ({
  kind,
  datetimeForm: 'offset',
  type: ({ type }) => type,
  map: (input, change) => (input.value === undefined ? input : { ...input, value: change('value', {}, input.value) }),
});

/** The place of a value: by field name if it has one, because the list may be part of a longer one with other indices. */
const pathOf = ({ field_name: name }: FieldRef, index: number): string =>
  typeof name === 'string' ? pathText(['fields', name]) : `fields[${index}].field_value`;

/** For an input with a list of `fields`, each with its value. */
export const listedFieldValues = (
  kind: FieldKind,
): FieldValues<{ fields: readonly (FieldRef & { field_value?: unknown })[] }> => ({
  kind,
  datetimeForm: 'offset',
  map: (input, change) => ({
    ...input,
    fields: input.fields.map((field, index) => ({
      ...field,
      field_value: change(pathOf(field, index), field, field.field_value),
    })),
  }),
});
