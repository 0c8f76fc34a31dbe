import { isSafeNumber, parse } from 'lossless-json';
import * as z from 'zod';
import type { Repaired } from '../contract/endpoint.js';
import { asObject, isObject } from '../contract/json.js';
import { pathText, unknownKeysText } from './issues.js';

/*
 * Clients and models spell the same arguments in different ways: `null` or an empty text for an argument that is not
 * given, JSON text for a list, an object or a boolean, and keys of their own beside the arguments. The spelling is read
 * here by the declared type. What could mean two things stays as it is, and the schema refuses it.
 */

type Schema = z.core.SomeType;
type Path = readonly PropertyKey[];

/** Deeper than any tool needs, and shallow enough for every recursion over arguments. */
const maxDepth = 50;

const isDeeperThan = (value: unknown, depth: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (depth === 0 || Object.values(value).some((each) => isDeeperThan(each, depth - 1)));

/** The path of a value that has an own key `__proto__`, which only parsed JSON can have. */
function prototypeKey(value: unknown, path: Path): Path | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, '__proto__')) return path;
  for (const [key, each] of Object.entries(value)) {
    const found = prototypeKey(each, [...path, Array.isArray(value) ? Number(key) : key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Problems that a schema cannot see: nesting beyond `maxDepth`, and a `__proto__` key, which zod drops. */
export function structuralProblem(value: unknown, path: Path): string | undefined {
  const subject = path.length === 0 ? 'the arguments are' : `${pathText(path)}: is`;
  if (isDeeperThan(value, maxDepth)) return `${subject} nested more than ${maxDepth} levels deep`;
  const parent = prototypeKey(value, path);
  if (parent === undefined) return undefined;
  return `${parent.length === 0 ? '' : `${pathText(parent)}: `}the key "__proto__" is not accepted`;
}

/** What was read differently than it was written, as paths. */
interface Notes {
  readonly parsed: string[];
  readonly absent: string[];
  problem: string | undefined;
}

/** A double holds every integer of up to 15 digits. */
const longNumber = /\d{16}/;

/** A number where it is exact; an integer that is not, as its digits. */
const exactNumber = (digits: string): number | string =>
  isSafeNumber(digits) || !/^-?\d+$/.test(digits) ? Number(digits) : digits;

/** The list or object that a text holds as JSON, without losing a digit. Undefined for any other text. */
export function parseContainer(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    // The last of several equal keys wins, as in JSON.parse.
    const options = { parseNumber: exactNumber, onDuplicateKey: ({ newValue }: { newValue: unknown }) => newValue };
    return longNumber.test(text) ? parse(text, undefined, options) : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A schema without what may surround it: being optional, a default, a conversion. */
function bare(schema: Schema): Schema {
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
function alternatives(schema: Schema): readonly Schema[] {
  const plain = bare(schema);
  return plain instanceof z.ZodUnion ? plain.def.options.flatMap(alternatives) : [plain];
}

/** A declared type as far as reading depends on it. `open` takes a text as it is. */
type Form = 'list' | 'object' | 'boolean' | 'number' | 'open';

function formOf(schema: Schema): Form {
  if (schema instanceof z.ZodArray) return 'list';
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return 'object';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  return schema instanceof z.ZodNumber || schema instanceof z.ZodNull ? 'number' : 'open';
}

/** The list, object or boolean that a text holds as JSON, if just that type is declared. */
function fromText(text: string, forms: readonly Form[]): unknown {
  if (forms.includes('open')) return undefined;
  const word = text.trim().toLowerCase();
  if (forms.includes('boolean') && (word === 'true' || word === 'false')) return word === 'true';
  const value = parseContainer(text);
  const form = Array.isArray(value) ? 'list' : 'object';
  return value !== undefined && forms.includes(form) ? value : undefined;
}

/** The properties of the alternative that an object is meant for; undefined if that is not certain. */
function shapeFor(
  value: Record<string, unknown>,
  schemas: readonly Schema[],
): Readonly<Record<string, Schema>> | undefined {
  const objects = schemas.filter((each) => each instanceof z.ZodObject);
  const [first, ...others] = objects;
  if (others.length === 0) return first?.def.shape;
  // A literal names the alternative, as `type` does for a button.
  const named = objects.filter(({ def: { shape } }) =>
    Object.entries(shape).some(([key, each]) => {
      const written = value[key];
      return each instanceof z.ZodLiteral && typeof written === 'string' && each.values.has(written);
    }),
  );
  return named.length === 1 ? named[0]?.def.shape : undefined;
}

/** Keys for which an empty text is a value: it empties a field. */
const canBeEmptyText: ReadonlySet<PropertyKey> = new Set(['field_value', 'value']);

const accepts = (schema: Schema, value: unknown): boolean =>
  schema instanceof z.ZodType && schema.safeParse(value).success;

/** Whether a value for an argument that may be left out says no more than leaving it out. */
function meansAbsent(key: string, value: unknown, schema: Schema): boolean {
  if (value === null) return true;
  if (value === '') return !canBeEmptyText.has(key);
  if (typeof value !== 'object' || Object.keys(value).length > 0) return false;
  const forms = alternatives(schema).map(formOf);
  return (forms.includes('list') || forms.includes('object')) && !accepts(schema, value);
}

function readObject(
  value: Record<string, unknown>,
  shape: Readonly<Record<string, Schema>>,
  path: Path,
  notes: Notes,
): Record<string, unknown> {
  const entries = Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
    const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (schema === undefined) return [[key, each]];
    const place = [...path, key];
    const read = readValue(schema, each, place, notes);
    if (schema._zod.optin === undefined || !meansAbsent(key, read, schema)) return [[key, read]];
    notes.absent.push(pathText(place));
    return [];
  });
  return Object.fromEntries(entries);
}

function readValue(schema: Schema, given: unknown, path: Path, notes: Notes): unknown {
  const schemas = alternatives(schema);
  const parsed = typeof given === 'string' ? fromText(given, schemas.map(formOf)) : undefined;
  if (parsed !== undefined) {
    // The structure of the arguments was checked while this was still text.
    notes.problem ??= structuralProblem(parsed, path);
    if (notes.problem !== undefined) return given;
    notes.parsed.push(pathText(path));
  }
  const value = parsed ?? given;
  if (Array.isArray(value)) {
    const list = schemas.find((each) => each instanceof z.ZodArray);
    const item = list?.def.element;
    return item === undefined ? value : value.map((each, index) => readValue(item, each, [...path, index], notes));
  }
  if (!isObject(value)) return value;
  const shape = shapeFor(value, schemas);
  if (shape !== undefined) return readObject(value, shape, path, notes);
  const record = schemas.find((each) => each instanceof z.ZodRecord);
  const type = record?.def.valueType;
  if (type === undefined) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, readValue(type, each, [...path, key], notes)]),
  );
}

/** The most paths that a warning names. */
const maxPaths = 12;

const pathsText = (paths: readonly string[]): string =>
  [...paths.slice(0, maxPaths), ...(paths.length > maxPaths ? [`… (${paths.length} in all)`] : [])].join(', ');

const reading = (input: unknown, { parsed, absent, problem }: Notes, more: readonly string[] = []): Repaired => ({
  input,
  problem,
  warnings: [
    ...more,
    ...(parsed.length === 0 ? [] : [`Read from JSON text: ${pathsText(parsed)}.`]),
    ...(absent.length === 0 ? [] : [`Taken as not given, because null or empty: ${pathsText(absent)}.`]),
  ],
});

/** Reads a part of the arguments by its declared type; `path` is its place. */
export function readPart(schema: Schema, value: unknown, path: Path): Repaired {
  const notes: Notes = { parsed: [], absent: [], problem: undefined };
  return reading(readValue(schema, value, path, notes), notes);
}

/** Keys that clients add to the arguments of every call. The model did not write them and cannot leave them out. */
const clientKeys: ReadonlySet<string> = new Set([
  'sessionId',
  'toolCallId',
  'chatInput',
  '_meta',
  'random_string',
  'dummy',
]);

/** Keys that are a client's own only beside one of `clientIds`: alone they could be the model's words. */
const accompanyingKeys: ReadonlySet<string> = new Set(['action', 'tool']);
const clientIds = ['sessionId', 'toolCallId'];

/** Reads the arguments of a tool, which has these properties, and drops the keys that the client added. */
export function readArguments(schema: z.ZodObject, given: unknown): Repaired {
  const notes: Notes = { parsed: [], absent: [], problem: undefined };
  const input = readValue(schema, given ?? {}, [], notes);
  if (!isObject(input)) return reading(input, notes);
  const fromClient = clientIds.some((key) => Object.hasOwn(input, key));
  const dropped = Object.keys(input).filter(
    (key) => !Object.hasOwn(schema.shape, key) && (clientKeys.has(key) || (fromClient && accompanyingKeys.has(key))),
  );
  if (dropped.length === 0) return reading(input, notes);
  const kept = Object.entries(input).filter(([key]) => !dropped.includes(key));
  return reading(Object.fromEntries(kept), notes, [`Ignored, because clients add it: ${unknownKeysText(dropped)}.`]);
}

/** The keys that a schema declares at a place in a value; undefined if that is not certain. */
export function keysAt(schema: Schema, value: unknown, path: Path): readonly string[] | undefined {
  const schemas = alternatives(schema);
  const [key, ...rest] = path;
  const shape = isObject(value) ? shapeFor(value, schemas) : undefined;
  if (key === undefined) return shape === undefined ? undefined : Object.keys(shape);
  const inner = Array.isArray(value)
    ? schemas.find((each) => each instanceof z.ZodArray)?.def.element
    : shape?.[String(key)];
  const below: unknown = Array.isArray(value) ? value[Number(key)] : asObject(value)[String(key)];
  return inner === undefined ? undefined : keysAt(inner, below, rest);
}
