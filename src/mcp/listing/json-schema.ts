import * as z from 'zod';
import { isObject } from '../../../tools/contract/json.js';

/** JSON Schema as it is sent to clients. */
export type JsonSchema = Record<string, unknown>;

/** Removes keywords that zod adds and that are of no use to clients. */
function tidy(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  const additional = schema.additionalProperties;
  // The server itself refuses unknown properties, with a message that lists the known ones.
  if (additional === false || (typeof additional === 'object' && Object.keys(additional).length === 0)) {
    delete schema.additionalProperties;
  }
  delete schema.propertyNames;
}

/** Replaces lists of types by `anyOf`, for clients that support only one type per schema. */
function withoutTypeLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTypeLists);
  if (!isObject(value)) return value;
  // A large schema is listed as an outline and validated by the server.
  if (isObject(value.clientSchema)) return { ...value.clientSchema, description: value.description };
  const { type, ...rest } = value;
  const keywords = Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, withoutTypeLists(each)]));
  if (type === undefined) return keywords;
  return Array.isArray(type)
    ? { anyOf: type.map((each) => ({ type: each })), ...keywords }
    : { type: withoutTypeLists(type), ...keywords };
}

/** Converts the input or output side of a zod schema to the JSON Schema that clients are sent. */
export function jsonSchema(schema: z.ZodObject, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...converted } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema: node }) => tidy(node),
  });
  const portable = withoutTypeLists(converted);
  return isObject(portable) ? portable : converted;
}
