import * as z from 'zod';
import { asObject, isObject } from '../../../tools/contract/json.js';
import { asJsonText, namedEntries } from '../../../tools/values/reading/client-form.js';

/** JSON Schema as it is sent to clients. */
export type JsonSchema = Record<string, unknown>;

const schemasIn = (value: unknown): JsonSchema[] => (Array.isArray(value) ? value.filter(isObject) : []);

const mapValues = (value: unknown, change: (schema: JsonSchema) => JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(asObject(value)).map(([key, each]) => [key, change(asObject(each))]));

const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];

/** One object in place of several alternatives, with the properties of all. Constants become one choice. */
function merged(alternatives: readonly JsonSchema[]): JsonSchema {
  const shapes = alternatives.map(({ properties }) => asObject(properties));
  const properties = [...new Set(shapes.flatMap(Object.keys))].map((key): [string, unknown] => {
    const schemas = shapes.flatMap((shape) => (isObject(shape[key]) ? [shape[key]] : []));
    const constants = schemas.map((each) => each.const);
    return [key, constants.includes(undefined) ? schemas[0] : { type: 'string', enum: [...new Set(constants)] }];
  });
  // What each alternative needs is evident from the names, and the server says what is missing.
  return { type: 'object', properties: Object.fromEntries(properties) };
}

/** A list of objects with a name and a value, in place of an open object. */
function entriesOf(values: unknown, form: unknown): JsonSchema {
  const { name, value } = { ...namedEntries, ...asObject(form) };
  const properties = { [name]: { type: 'string' }, [value]: values };
  const required = form === undefined ? [] : Object.keys(properties);
  return { type: 'array', items: { type: 'object', properties, required } };
}

/** A schema of which only the shape is left to convert, without unions, open objects and constants. */
function plain(schema: JsonSchema): JsonSchema {
  if (schema.clientForm === asJsonText.clientForm) return { type: 'string' };
  const alternatives = schemasIn(schema.oneOf ?? schema.anyOf);
  if (alternatives.length > 0) {
    // A scalar is declared as a text: many clients drop unions, and the server converts the text.
    return alternatives.every(({ type }) => type === 'object') ? merged(alternatives) : { type: 'string' };
  }
  const { additionalProperties, const: constant, type } = schema;
  if (Array.isArray(type)) return { type: 'string' };
  if (isObject(additionalProperties)) return entriesOf(additionalProperties, schema.clientForm);
  return constant === undefined ? schema : { ...schema, enum: [constant] };
}

/**
 * An input schema in the smallest dialect that clients and providers have in common: `type`, `description`, `enum`,
 * `properties`, `required` and `items`. The server checks the rest.
 * @param listed What was listed so far. A part that occurs again, as buttons do, is listed with its types alone.
 */
function inDialect(schema: JsonSchema, listed: Set<string>, isKnown = false): JsonSchema {
  const { description } = schema;
  const { type, enum: choices, properties, required, items } = plain(schema);
  const isPart = properties !== undefined || items !== undefined;
  const content = JSON.stringify([choices, properties, items]);
  const isRepeated = isKnown || (isPart && listed.has(content));
  if (isPart) listed.add(content);
  const inner = (each: JsonSchema) => inDialect(each, listed, isRepeated);
  return {
    type,
    ...(description !== undefined && !isRepeated && { description }),
    ...(choices !== undefined && !isRepeated && { enum: choices }),
    ...(properties !== undefined && { properties: mapValues(properties, inner) }),
    ...(textsIn(required).length > 0 && !isRepeated && { required }),
    ...(items !== undefined && { items: inner(asObject(items)) }),
  };
}

/** Removes keywords that zod adds and that are of no use to clients. */
function tidy(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  const additional = schema.additionalProperties;
  if (additional === false || (typeof additional === 'object' && Object.keys(additional).length === 0)) {
    delete schema.additionalProperties;
  }
  delete schema.propertyNames;
}

/** Replaces lists of types by `anyOf`, for clients that support only one type per schema. */
function withoutTypeLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTypeLists);
  if (!isObject(value)) return value;
  const { type, ...rest } = value;
  const keywords = Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, withoutTypeLists(each)]));
  if (type === undefined) return keywords;
  return Array.isArray(type)
    ? { anyOf: type.map((each) => ({ type: each })), ...keywords }
    : { type: withoutTypeLists(type), ...keywords };
}

/**
 * The output side of a schema for clients. Nothing is required at its root: some clients take the text of a failure for
 * the structured result, check it against this schema, and would hide a failure that does not fit.
 */
export function outputSchema(schema: z.ZodObject): JsonSchema {
  const converted = z.toJSONSchema(schema, {
    io: 'output',
    unrepresentable: 'any',
    override: ({ jsonSchema: node }) => tidy(node),
  });
  const { $schema: _, required: __, ...portable } = asObject(withoutTypeLists(converted));
  return portable;
}

/** The input side of a schema with everything that it says, in ManyChat's own forms. */
export const wholeInputSchema = (schema: z.ZodObject): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

/** The input side of a schema for clients. */
export const inputSchema = (schema: z.ZodObject): JsonSchema => inDialect(wholeInputSchema(schema), new Set());
