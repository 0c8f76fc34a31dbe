import { asObject, isObject, type Result } from '../../../tools/contract/json.js';

const propertiesOf = (schema: unknown): [string, Record<string, unknown>][] =>
  Object.entries(asObject(asObject(schema).properties)).map(([key, each]) => [key, asObject(each)]);

/** The properties of an object schema that may be left out. */
export function optionalIn(schema: unknown): string[] {
  const { required } = asObject(schema);
  return propertiesOf(schema)
    .map(([key]) => key)
    .filter((key) => !(Array.isArray(required) && required.includes(key)));
}

/**
 * A value as a model writes it that can send only what a schema declares: JSON text where a text stands for an object,
 * a list of two properties, a name and a value, where a list stands for a map.
 */
function fittedValue(schema: unknown, value: unknown): unknown {
  const { type, items } = asObject(schema);
  if (type === 'string' && typeof value === 'object' && value !== null) return JSON.stringify(value);
  if (type === 'array' && isObject(value)) {
    const [name = 'name', entry = 'value'] = propertiesOf(items).map(([key]) => key);
    return Object.entries(value).map(([key, each]) => ({ [name]: key, [entry]: each }));
  }
  if (Array.isArray(value)) return value.map((each) => fittedValue(items, each));
  return isObject(value) ? fitted(schema, value) : value;
}

/** Arguments as a model writes them that can send only what a schema declares. */
export function fitted(schema: unknown, args: Result): Result {
  const properties = Object.fromEntries(propertiesOf(schema));
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, fittedValue(properties[key], value)]));
}

/** Arguments with null for every optional property that they do not set, at every level, as strict modes send them. */
export function withNulls(schema: unknown, args: Result): Result {
  const properties = Object.fromEntries(propertiesOf(schema));
  const set = Object.entries(args).map(([key, value]) => [key, nullsIn(properties[key], value)]);
  const unset = optionalIn(schema).filter((key) => !(key in args));
  return Object.fromEntries([...set, ...unset.map((key) => [key, null])]);
}

function nullsIn(schema: unknown, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => nullsIn(asObject(schema).items, each));
  return isObject(value) ? withNulls(schema, value) : value;
}
