import { rejectUnknownKeys } from '../control/checks.js';
import { isRecord } from '../http/json.js';
import type { Problems } from './problems.js';

/** A check of one value: returns it in its type, or throws a Refusal that begins with its place. */
type Check<Value> = (place: string, value: unknown) => Value;

/** The properties of a JSON object. What is wrong with them is collected, and the fallback used instead. */
export interface Properties {
  readonly place: string;
  /** Where what is wrong is collected. */
  readonly problems: Problems;
  has(key: string): boolean;
  /** An optional property; `fallback` if it is left out. */
  get<Value, Fallback>(key: string, check: Check<Value>, fallback: Fallback): Value | Fallback;
  /** A required property; undefined if it is missing or wrong. */
  need<Value>(key: string, check: Check<Value>): Value | undefined;
  /** The elements of an optional list, each with its place. */
  each(key: string, read: (place: string, value: unknown) => void): void;
  /** The entries of an optional object whose keys are names, each with its place. */
  entries(key: string, read: (place: string, name: string, value: unknown) => void): void;
}

/** The place of an entry whose key can be any name. */
const entryPlace = (place: string, key: string): string =>
  /^\w{1,60}$/.test(key) ? `${place}.${key}` : `${place}[${JSON.stringify(key.slice(0, 60))}]`;

/** The properties of an object that may only have known keys; without any if it is no object. */
export function propertiesOf(value: unknown, place: string, known: readonly string[], problems: Problems): Properties {
  const record = isRecord(value) ? value : {};
  if (!isRecord(value)) problems.add(`${place} must be an object with some of these keys: ${known.join(', ')}.`);
  for (const key of Object.keys(record)) problems.during(() => rejectUnknownKeys([key], known, place), undefined);
  const has = (key: string): boolean => Object.hasOwn(record, key);
  const placeOf = (key: string): string => (place === account ? key : `${place}.${key}`);
  return {
    place,
    problems,
    has,
    get: (key, check, fallback) => {
      if (!has(key)) return fallback;
      return problems.during<ReturnType<typeof check> | typeof fallback>(
        () => check(placeOf(key), record[key]),
        fallback,
      );
    },
    need(key, check) {
      if (has(key)) return problems.during(() => check(placeOf(key), record[key]), undefined);
      if (isRecord(value)) problems.add(`${placeOf(key)} is required.`);
      return undefined;
    },
    each(key, read) {
      const list = record[key];
      if (!has(key)) return;
      if (!Array.isArray(list)) problems.add(`${placeOf(key)} must be a list.`);
      else for (const [index, item] of list.entries()) read(`${placeOf(key)}[${index}]`, item);
    },
    entries(key, read) {
      const object = record[key];
      if (!has(key)) return;
      if (!isRecord(object)) problems.add(`${placeOf(key)} must be an object.`);
      else for (const [each, item] of Object.entries(object)) read(entryPlace(placeOf(key), each), each, item);
    },
  };
}

/** The place of a whole account, which its properties leave out. */
export const account = 'account';
