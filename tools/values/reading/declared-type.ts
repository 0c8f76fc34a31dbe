import * as z from 'zod';

export type Schema = z.core.SomeType;

/** A schema without what may surround it: being optional, a default, a conversion. */
export function bare(schema: Schema): Schema {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly
  ) {
    return bare(schema.def.innerType);
  }
  if (schema instanceof z.ZodPipe) {
    return bare(schema.def.in instanceof z.ZodTransform ? schema.def.out : schema.def.in);
  }
  return schema;
}

/** The schemas of which a value has to fit one. */
export function alternatives(schema: Schema): readonly Schema[] {
  const plain = bare(schema);
  return plain instanceof z.ZodUnion ? plain.def.options.flatMap(alternatives) : [plain];
}

/** A declared type as far as reading depends on it. `open` takes a text as it is. */
export type Form = 'list' | 'object' | 'boolean' | 'number' | 'open';

export function formOf(schema: Schema): Form {
  if (schema instanceof z.ZodArray) return 'list';
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return 'object';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  return schema instanceof z.ZodNumber || schema instanceof z.ZodNull ? 'number' : 'open';
}
