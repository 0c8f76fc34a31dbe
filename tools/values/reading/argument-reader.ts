import * as z from 'zod';
import type { Repaired } from '../../contract/endpoint.js';
import { asObject, isObject } from '../../contract/json.js';
import { quoted } from '../../contract/quoted.js';
import { pathText, unknownKeysText } from '../issues.js';
import { holdsNothing, isBlank, isChoice, meansAbsent, saysNothing } from './absent.js';
import { type EntryKeys, entryKeysOf, isJsonText, isPlainObject, namedEntries } from './client-form.js';
import { alternatives, bare, type Form, formOf, type Schema } from './declared-type.js';
import { inexactNumber, type ParsedText, parseContainer, structuralProblem } from './json-text.js';

/*
 * Clients and models spell the same arguments in different ways: `null` or an empty text for an argument that is not
 * given, JSON text for a list, an object or a boolean, and keys of their own beside the arguments. The spelling is read
 * here by the declared type. What could mean two things stays as it is, and the schema refuses it.
 */

type Path = readonly PropertyKey[];

/** What was read differently than it was written, as paths. */
interface Notes {
  readonly parsed: string[];
  readonly absent: string[];
  readonly listed: string[];
  readonly spelled: string[];
  problem: string | undefined;
}

/** The list, object or boolean that a text holds as JSON, if just that type is declared. */
function fromText(text: string, forms: readonly Form[]): ParsedText | undefined {
  if (forms.includes('open')) return undefined;
  const word = text.trim().toLowerCase();
  if (forms.includes('boolean') && (word === 'true' || word === 'false')) return { value: word === 'true' };
  const parsed = parseContainer(text);
  if (parsed === undefined || 'problem' in parsed) return parsed;
  return forms.includes(Array.isArray(parsed.value) ? 'list' : 'object') ? parsed : undefined;
}

type Shape = Readonly<Record<string, Schema>>;

/** The properties of the alternative that an object is meant for, and those of the others. */
interface Shapes {
  readonly own: Shape;
  readonly others: readonly Shape[];
}

/** Undefined if it is not certain which alternative is meant. */
function shapesFor(value: Record<string, unknown>, schemas: readonly Schema[]): Shapes | undefined {
  const shapes = schemas.flatMap((each) => (each instanceof z.ZodObject ? [each.def.shape] : []));
  // A literal that all have names the alternative, as `type` does for a button.
  const isNamed = (shape: Shape) =>
    Object.entries(shape).some(([key, each]) => {
      const written = value[key];
      const isName = each instanceof z.ZodLiteral && typeof written === 'string' && each.values.has(written);
      return isName && shapes.every((other) => other[key] instanceof z.ZodLiteral);
    });
  const [own, ...more] = shapes.length === 1 ? shapes : shapes.filter(isNamed);
  return own === undefined || more.length > 0 ? undefined : { own, others: shapes.filter((each) => each !== own) };
}

function readObject(
  value: Record<string, unknown>,
  { own, others }: Shapes,
  path: Path,
  notes: Notes,
): Record<string, unknown> {
  const absent = (place: Path): [] => {
    notes.absent.push(pathText(place));
    return [];
  };
  const entries = Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
    const place = [...path, key];
    const schema = Object.hasOwn(own, key) ? own[key] : undefined;
    if (schema === undefined) {
      // Clients that fill all keys they are shown also fill those of other alternatives.
      const foreign = others.flatMap((shape) => (Object.hasOwn(shape, key) ? (shape[key] ?? []) : []));
      const isFilled = foreign.length > 0 && (saysNothing(each) || foreign.some((other) => isChoice(each, other)));
      return each === null || isFilled ? absent(place) : [[key, each]];
    }
    const read = readValue(schema, each, place, notes);
    return schema._zod.optin !== undefined && meansAbsent(key, read, schema) ? absent(place) : [[key, read]];
  });
  return Object.fromEntries(entries);
}

/** The entry that an item of a list stands for; undefined if it has not just a name and a value. */
function entryOf(item: unknown, forms: readonly EntryKeys[]): readonly [string, unknown] | undefined {
  for (const form of isObject(item) ? forms : []) {
    const { [form.name]: name, [form.value]: value, ...rest } = asObject(item);
    if (typeof name === 'string' && value !== undefined && holdsNothing(rest)) return [name, value];
  }
  return undefined;
}

/** Open objects that were read: the reader meets some again, and one with the keys name and value is then no item. */
const objectsRead = new WeakSet<object>();

function remembered(object: Record<string, unknown>): Record<string, unknown> {
  objectsRead.add(object);
  return object;
}

/** An open object, also from the list of names and values that clients are shown in its place. */
function readRecord(given: unknown, record: z.ZodRecord, path: Path, notes: Notes): unknown {
  const read = (entries: (readonly [string, unknown])[]) =>
    Object.fromEntries(entries.map(([key, each]) => [key, readValue(record.valueType, each, [...path, key], notes)]));
  const form = entryKeysOf(record) ?? namedEntries;
  if (isObject(given)) {
    // One item without its list would be read as two entries.
    const isItem =
      !isPlainObject(record) && !objectsRead.has(given) && entryOf(given, [form, namedEntries]) !== undefined;
    if (!isItem) return remembered(read(Object.entries(given)));
    notes.problem ??= `${pathText(path)}: must be a list like [{"${form.name}": …, "${form.value}": …}]`;
  }
  if (!Array.isArray(given) || given.length === 0) return given;
  const entries = new Map<string, unknown>();
  for (const [index, item] of given.entries()) {
    const place = [...path, index];
    const parsed = typeof item === 'string' ? fromText(item, ['object']) : undefined;
    const isText = parsed !== undefined && 'value' in parsed;
    const entry = entryOf(isText ? parsed.value : item, [form, namedEntries]);
    if (isText) notes.parsed.push(pathText(place));
    if (entry === undefined) {
      notes.problem ??= `${pathText(place)}: must have just ${form.name} and ${form.value}`;
      return given;
    }
    const [name, value] = entry;
    if (entries.has(name)) notes.problem ??= `${pathText(path)}: has ${quoted(name)} twice`;
    if (name === '' && isBlank(value)) notes.absent.push(pathText(place));
    else entries.set(name, value);
  }
  const whole = Object.fromEntries(entries);
  notes.problem ??= structuralProblem(whole, path);
  return remembered(read(Object.entries(whole)));
}

/** The list that an object stands for, where the same values are an open object in other tools. */
function listFrom(given: Record<string, unknown>, form: EntryKeys, item: Schema, path: Path, notes: Notes): unknown {
  const names = Object.keys(given);
  const keys = alternatives(item).flatMap((each) => (each instanceof z.ZodObject ? Object.keys(each.def.shape) : []));
  const isItem = entryOf(given, [namedEntries]) !== undefined || names.some((name) => keys.includes(name));
  // A name of digits could be an id.
  if (names.length === 0 || isItem || names.some((name) => /^\d+$/.test(name))) return given;
  notes.listed.push(pathText(path));
  return names.map((name) => ({ [form.name]: name, [form.value]: given[name] }));
}

/** An item in the words of another list of names and values, in those of its own. */
function itemFrom(item: unknown, form: EntryKeys): unknown {
  const entry = entryOf(item, [namedEntries]);
  return entry === undefined ? item : { [form.name]: entry[0], [form.value]: entry[1] };
}

/** What may be declared for a value: at most one kind of list, of open object, and alternatives of other objects. */
interface Declared {
  readonly schemas: readonly Schema[];
  readonly list: z.ZodArray | undefined;
  readonly record: z.ZodRecord | undefined;
  readonly isJsonText: boolean;
}

function declaredBy(schema: Schema): Declared {
  const schemas = alternatives(schema);
  return {
    schemas,
    list: schemas.find((each) => each instanceof z.ZodArray),
    // An open object that clients are shown as JSON text holds what it likes, also a name and a value; one of texts does not.
    record: schemas
      .filter((each) => each instanceof z.ZodRecord)
      .find((each) => !isJsonText(each) || bare(each.valueType) instanceof z.ZodString),
    isJsonText: schemas.some(isJsonText),
  };
}

/** The choice that a text names, whatever its capitals. */
function choiceIn(text: string, schemas: readonly Schema[]): unknown {
  const choices = schemas.flatMap((each) => (each instanceof z.ZodEnum ? each.options : []));
  return choices.find((each) => String(each).toLowerCase() === text.trim().toLowerCase());
}

/** The value that a text holds as JSON, where its form is declared; other values as they are. */
function readText({ schemas, list, record, isJsonText }: Declared, given: unknown, path: Path, notes: Notes): unknown {
  if (typeof given !== 'string') return given;
  const choice = choiceIn(given, schemas);
  if (choice !== undefined && choice !== given) notes.spelled.push(pathText(path));
  if (choice !== undefined) return choice;
  const isEither = record !== undefined || (list !== undefined && entryKeysOf(list) !== undefined);
  const forms = [...schemas.map(formOf), ...(isEither ? (['list', 'object'] as const) : [])];
  const parsed = fromText(given, forms);
  if (parsed === undefined) {
    const isNoJson = isJsonText && !forms.includes('open') && !/^\s*(?:[[{]|$)/.test(given);
    if (isNoJson) notes.problem ??= `${pathText(path)}: must be JSON text of an object`;
    return given;
  }
  notes.problem ??=
    'problem' in parsed ? `${pathText(path)}: ${parsed.problem}` : structuralProblem(parsed.value, path);
  if (notes.problem !== undefined || 'problem' in parsed) return given;
  // Here a number is no id, and must stay a number.
  if (isJsonText && parsed.asText !== undefined) {
    notes.problem = `${pathText(path)}: ${inexactNumber(parsed.asText)}`;
    return given;
  }
  if (!isJsonText) notes.parsed.push(pathText(path));
  return parsed.value;
}

function readValue(schema: Schema, given: unknown, path: Path, notes: Notes): unknown {
  const declared = declaredBy(schema);
  const { schemas, list, record } = declared;
  const value = readText(declared, given, path, notes);
  if (record !== undefined) return readRecord(value, record, path, notes);
  if (list !== undefined) {
    const form = entryKeysOf(list);
    const items = form !== undefined && isObject(value) ? listFrom(value, form, list.element, path, notes) : value;
    if (!Array.isArray(items)) return items;
    return items.map((each, at) =>
      readValue(list.element, form === undefined ? each : itemFrom(each, form), [...path, at], notes),
    );
  }
  const shapes = isObject(value) ? shapesFor(value, schemas) : undefined;
  return isObject(value) && shapes !== undefined ? readObject(value, shapes, path, notes) : value;
}

/** The most paths that a warning names. */
const maxPaths = 12;

const pathsText = (paths: readonly string[]): string =>
  [...paths.slice(0, maxPaths), ...(paths.length > maxPaths ? [`… (${paths.length} in all)`] : [])].join(', ');

const reading = (
  input: unknown,
  { parsed, absent, listed, spelled, problem }: Notes,
  more: readonly string[] = [],
): Repaired => ({
  input,
  problem,
  warnings: [
    ...more,
    ...(parsed.length === 0 ? [] : [`Read from JSON text: ${pathsText(parsed)}.`]),
    ...(listed.length === 0 ? [] : [`Read as a list of names and values: ${pathsText(listed)}.`]),
    ...(spelled.length === 0 ? [] : [`Read without regard to capitals: ${pathsText(spelled)}.`]),
    ...(absent.length === 0 ? [] : [`Taken as not given, because null or empty: ${pathsText(absent)}.`]),
  ],
});

/** Reads a part of the arguments by its declared type; `path` is its place. */
export function readPart(schema: Schema, value: unknown, path: Path): Repaired {
  const notes: Notes = { parsed: [], absent: [], listed: [], spelled: [], problem: undefined };
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
  const notes: Notes = { parsed: [], absent: [], listed: [], spelled: [], problem: undefined };
  const keys = isObject(given) ? Object.keys(given) : [];
  const fromClient = clientIds.some((key) => keys.includes(key));
  const dropped = keys.filter(
    (key) => !Object.hasOwn(schema.shape, key) && (clientKeys.has(key) || (fromClient && accompanyingKeys.has(key))),
  );
  const kept =
    dropped.length === 0
      ? given
      : Object.fromEntries(Object.entries(asObject(given)).filter(([key]) => !dropped.includes(key)));
  const input = readValue(schema, kept ?? {}, [], notes);
  const ignored = dropped.length === 0 ? [] : [`Ignored, because clients add it: ${unknownKeysText(dropped)}.`];
  return reading(input, notes, ignored);
}

/** The keys that a schema declares at a place in a value; undefined if that is not certain. */
export function keysAt(schema: Schema, value: unknown, path: Path): readonly string[] | undefined {
  const schemas = alternatives(schema);
  const [key, ...rest] = path;
  const shape = isObject(value) ? shapesFor(value, schemas)?.own : undefined;
  if (key === undefined) return shape === undefined ? undefined : Object.keys(shape);
  const inner = Array.isArray(value)
    ? schemas.find((each) => each instanceof z.ZodArray)?.def.element
    : shape?.[String(key)];
  const below: unknown = Array.isArray(value) ? value[Number(key)] : asObject(value)[String(key)];
  return inner === undefined ? undefined : keysAt(inner, below, rest);
}
