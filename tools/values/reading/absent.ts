import * as z from 'zod';
import { isObject } from '../../contract/json.js';
import { alternatives, bare, formOf, type Schema } from './declared-type.js';
import { parseContainer } from './json-text.js';

/** Keys for which an empty text is a value: it empties a field. */
const canBeEmptyText: ReadonlySet<PropertyKey> = new Set(['field_value', 'value']);

const accepts = (schema: Schema, value: unknown): boolean =>
  schema instanceof z.ZodType && schema.safeParse(value).success;

export const isBlank = (value: unknown): boolean => value === null || value === '';

/** Whether a list or an object holds nothing: some clients fill all that is declared, with 0 and false too. */
export const holdsNothing = (value: object): boolean =>
  Object.values(value).every(
    (each) =>
      isBlank(each) ||
      each === 0 ||
      each === false ||
      (typeof each === 'object' && each !== null && holdsNothing(each)),
  );

/** Whether a value, or the JSON text of it, says nothing where it is not declared. */
export function saysNothing(value: unknown): boolean {
  if (isBlank(value)) return true;
  if (typeof value === 'string') {
    const parsed = parseContainer(value);
    return parsed !== undefined && 'value' in parsed && saysNothing(parsed.value);
  }
  return typeof value === 'object' && value !== null && holdsNothing(value);
}

/** Whether a value is one of the choices of a schema. A choice is no content: clients that fill all keys take the first. */
export function isChoice(value: unknown, schema: Schema): boolean {
  const plain = bare(schema);
  return (plain instanceof z.ZodEnum || plain instanceof z.ZodLiteral) && accepts(plain, value);
}

/** Whether a value for an argument that may be left out says no more than leaving it out. */
export function meansAbsent(key: string, value: unknown, schema: Schema): boolean {
  if (value === null) return true;
  if (value === '') return !canBeEmptyText.has(key);
  const schemas = alternatives(schema);
  // No id is 0.
  if (value === 0) return isNumber(schema) && !accepts(schema, value);
  if (typeof value !== 'object') return false;
  // A name in an open object carries meaning: its empty value empties a field.
  const isRecord = schemas.some((each) => each instanceof z.ZodRecord);
  if (isRecord && isObject(value)) return Object.keys(value).every((name) => name === '' && isBlank(value[name]));
  const forms = schemas.map(formOf);
  const isList = Array.isArray(value) && forms.includes('list');
  if (isList && value.length === 0) return true;
  return holdsNothing(value) && (isList || forms.includes('object')) && !accepts(schema, value);
}

/** Whether clients are shown a schema as a number. An id is one by its metadata. */
function isNumber(schema: Schema): boolean {
  if (schema instanceof z.ZodOptional) return isNumber(schema.def.innerType);
  return schema instanceof z.ZodNumber || (schema instanceof z.ZodType && schema.meta()?.type === 'integer');
}
