import * as z from 'zod';
import { isObject } from '../../contract/json.js';
import { pathText } from '../issues.js';
import { asWritten } from './marks.js';

/** Says how a value was read, if that is not just as it was written. The sentence follows the name of the argument. */
type Reading = (written: unknown) => string | undefined;

const registry = z.registry<{ readonly reading: Reading }>();

/** Registers how values of a schema are read. Optional and described copies need it again. */
export function withReading<Schema extends z.ZodType>(schema: Schema, reading: Reading): Schema {
  registry.add(schema, { reading });
  return schema;
}

/** The sentence for a value that was read as another text. */
export function readAs(written: unknown, read: string): string | undefined {
  const plain = typeof written === 'string' ? written.trim() : String(written);
  return plain === read ? undefined : `${asWritten(written)} was read as ${asWritten(read)}.`;
}

interface Found {
  readonly path: string;
  readonly sentence: string;
}

/** Schemas around those that may be registered. */
function inside(schema: z.core.SomeType): z.core.SomeType {
  return schema instanceof z.ZodOptional ? inside(schema.def.innerType) : schema;
}

function readingsIn(schema: z.core.SomeType, value: unknown, path: readonly PropertyKey[]): Found[] {
  const plain = inside(schema);
  if (plain instanceof z.ZodArray && Array.isArray(value)) {
    return value.flatMap((each, index) => readingsIn(plain.def.element, each, [...path, index]));
  }
  if (plain instanceof z.ZodObject && isObject(value)) {
    return Object.entries(plain.def.shape).flatMap(([key, each]) =>
      value[key] === undefined ? [] : readingsIn(each, value[key], [...path, key]),
    );
  }
  const sentence = plain instanceof z.ZodType ? registry.get(plain)?.reading(value) : undefined;
  return sentence === undefined ? [] : [{ path: pathText(path), sentence }];
}

/** The most readings that are told one by one. */
const maxTold = 3;

/** A sentence for each phone number, email address and id in valid arguments that was read differently than it was written. */
export function readingsOf(schema: z.ZodObject, input: unknown): string[] {
  const found = readingsIn(schema, input, []);
  const told = found.slice(0, maxTold).map(({ path, sentence }) => `${path} ${sentence}`);
  return found.length > told.length ? [...told, `${found.length - told.length} more values were read so.`] : told;
}
