import { z } from 'zod';

/** JSON Schema as it goes to clients. */
export type JsonSchema = Record<string, unknown>;

/** Takes out what zod adds of its own and what tells a client nothing. */
function tidy(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  const others = schema.additionalProperties;
  if (typeof others === 'object' && Object.keys(others).length === 0) delete schema.additionalProperties;
  const options = schema.anyOf;
  if (!Array.isArray(options)) return;
  const types = options.map((option) => (Object.keys(option).length === 1 ? option.type : undefined));
  if (types.every((type) => typeof type === 'string')) {
    // The same said shorter, and without a union that clients handle differently.
    delete schema.anyOf;
    schema.type = types;
  }
}

/** Converts a zod schema to the JSON Schema of its input or output side, without what no client needs. */
export function jsonSchema(schema: z.ZodObject, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...converted } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema: node }) => tidy(node),
  });
  return converted;
}
