import * as z from 'zod';
import { isObject } from '../../../tools/contract/json.js';

/** JSON Schema as it goes to clients. */
export type JsonSchema = Record<string, unknown>;

/** Takes out what zod adds of its own and what tells a client nothing. */
function tidy(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  const others = schema.additionalProperties;
  // What is too much is refused here, with the names that are known.
  if (others === false || (typeof others === 'object' && Object.keys(others).length === 0)) {
    delete schema.additionalProperties;
  }
  delete schema.propertyNames;
}

/** Lists of types as branches, which clients that know only one type a schema can take. */
function withoutTypeLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTypeLists);
  if (!isObject(value)) return value;
  // A schema that is large and checked here shows its own outline.
  if (isObject(value.shown)) return { ...value.shown, description: value.description };
  const { type, ...rest } = value;
  const others = Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, withoutTypeLists(each)]));
  if (type === undefined) return others;
  return Array.isArray(type)
    ? { anyOf: type.map((each) => ({ type: each })), ...others }
    : { type: withoutTypeLists(type), ...others };
}

/** Converts a zod schema to the JSON Schema of its input or output side, without what no client needs. */
export function jsonSchema(schema: z.ZodObject, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...converted } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema: node }) => tidy(node),
  });
  const portable = withoutTypeLists(converted);
  return isObject(portable) ? portable : converted;
}
