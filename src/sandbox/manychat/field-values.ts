import { isDate } from '../world/moment.js';
import type { CustomField, FieldValue } from './account.js';
import { validationError } from './refusals.js';

const datetimePattern = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d([+-]([01]\d):[0-5]\d|Z)$/;
const utcPattern = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

function isDatetime(text: string, pattern: RegExp): boolean {
  const date = pattern.exec(text)?.[1];
  return date !== undefined && isDate(date);
}

function matches(type: CustomField['type'], value: unknown, datetime: RegExp): value is FieldValue {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint';
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return typeof value === 'string' && isDate(value);
    case 'datetime':
      return typeof value === 'string' && isDatetime(value, datetime);
  }
}

const expected: Record<CustomField['type'], string> = {
  text: 'a string',
  number: 'a number',
  boolean: 'true or false',
  date: 'a date like 2018-07-18',
  datetime: 'a datetime with an offset like 2018-05-01T06:30:24+03:00',
};

/**
 * The new value of a custom field; null clears it. Assumption: the official client allows null, but its effect is
 * undocumented. @throws Refusal
 */
export function parseCustomFieldValue(field: CustomField, value: unknown): FieldValue {
  if (value === null || matches(field.type, value, datetimePattern)) return value;
  throw validationError(`Wrong value for field "${field.name}": expected ${expected[field.type]}`);
}

/** The new value of a bot field. Text accepts numbers too: Maton's guide sets one field to 42 and to "value1". @throws Refusal */
export function parseBotFieldValue(field: CustomField, value: unknown): FieldValue {
  return parseCustomFieldValue(field, field.type === 'text' && typeof value === 'number' ? String(value) : value);
}

/** A value in a message action, where a datetime is UTC with milliseconds; undefined if it does not fit the field. */
export function parseActionValue(field: CustomField, value: unknown): FieldValue | undefined {
  return matches(field.type, value, utcPattern) ? value : undefined;
}

/** A value of a prepared account, in any form that the API stores; undefined if it does not fit the field. */
export function parseStoredValue(field: CustomField, value: unknown): FieldValue | undefined {
  return value === null || matches(field.type, value, datetimePattern) ? value : parseActionValue(field, value);
}

/** What a field expects, for messages. */
export const expectedValue = ({ type }: CustomField): string => expected[type];
