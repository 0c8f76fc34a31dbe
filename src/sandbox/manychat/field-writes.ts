import { decimalId, isRecord } from '../http/json.js';
import type { CustomField, FieldValue } from './account.js';
import { fieldById, fieldByName } from './parameters.js';
import { invalid, missing } from './refusals.js';
import type { Call } from './request.js';

const mostFields = 20;

/** Reads the `fields` list of a call as a whole, so that one bad item refuses the call before anything is set. */
export function fieldWrites<Field extends CustomField>(
  { parameters }: Call,
  fields: readonly Field[],
  checked: (field: CustomField, value: unknown) => FieldValue,
): { field: Field; value: FieldValue }[] {
  const items = parameters.fields;
  if (!Array.isArray(items) || items.length === 0) throw missing('fields');
  if (items.length > mostFields) throw invalid(`The fields may not have more than ${mostFields} items.`);
  return items.map((item: unknown) => {
    if (!isRecord(item)) throw invalid('Each of the fields must be an object.');
    const field = namedField(item, fields);
    if (item.field_value === undefined) throw missing('field_value');
    return { field, value: checked(field, item.field_value) };
  });
}

function namedField<Field extends CustomField>(item: Record<string, unknown>, fields: readonly Field[]): Field {
  const { field_id: fieldId, field_name: fieldName } = item;
  if ((fieldId === undefined) === (fieldName === undefined)) {
    throw invalid('Each of the fields needs either field_id or field_name.');
  }
  if (typeof fieldName === 'string') return fieldByName(fields, fieldName);
  const id = decimalId(fieldId);
  if (id === undefined) throw invalid('The field_id must be an integer.');
  return fieldById(fields, id);
}
