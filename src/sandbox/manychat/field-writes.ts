import { decimalId, isRecord } from '../http/json.js';
import type { CustomField, FieldValue } from './account.js';
import { fieldById, fieldByName } from './parameters.js';
import { missingParameter, validationError } from './refusals.js';
import type { SandboxRequest } from './request.js';

const maxFields = 20;

/** Parses the complete `fields` list before anything is set: one bad item refuses the request. @throws Refusal */
export function parseFieldWrites<Field extends CustomField>(
  { parameters }: SandboxRequest,
  fields: readonly Field[],
  parseValue: (field: CustomField, value: unknown) => FieldValue,
): { field: Field; value: FieldValue }[] {
  const items = parameters.fields;
  if (!Array.isArray(items) || items.length === 0) throw missingParameter('fields');
  if (items.length > maxFields) throw validationError(`The fields may not have more than ${maxFields} items.`);
  return items.map((item: unknown) => {
    if (!isRecord(item)) throw validationError('Each of the fields must be an object.');
    const field = findField(item, fields);
    if (item.field_value === undefined) throw missingParameter('field_value');
    return { field, value: parseValue(field, item.field_value) };
  });
}

function findField<Field extends CustomField>(item: Record<string, unknown>, fields: readonly Field[]): Field {
  const { field_id: fieldId, field_name: fieldName } = item;
  if ((fieldId === undefined) === (fieldName === undefined)) {
    throw validationError('Each of the fields needs either field_id or field_name.');
  }
  if (typeof fieldName === 'string') return fieldByName(fields, fieldName);
  const id = decimalId(fieldId);
  if (id === undefined) throw validationError('The field_id must be an integer.');
  return fieldById(fields, id);
}
