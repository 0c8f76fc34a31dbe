import { cut } from '../../tools/contract/quoted.js';
import { readJsonText } from './json-text.js';

/** An object of unknown content. */
export type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fromJson = (value: unknown): unknown => (typeof value === 'string' ? (readJsonText(value) ?? value) : value);

/** An object, also from JSON text. */
export function fieldsIn(value: unknown): Fields | undefined {
  const read = fromJson(value);
  return isFields(read) ? read : undefined;
}

/** A list, also from JSON text. */
export function listIn(value: unknown): readonly unknown[] | undefined {
  const read = fromJson(value);
  return Array.isArray(read) ? read : undefined;
}

/** The most characters of a text that are drawn. */
const drawnLength = 20_000;

/** A text as it is drawn: cut if it is very long. */
export const drawnText = (text: string): string => cut(text, drawnLength);

/** A text, also from a number. Undefined if there is none, or only white space. */
export function textIn(value: unknown): string | undefined {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  return typeof text === 'string' && text.trim() !== '' ? text : undefined;
}

/** A value of the wrong form, as JSON. */
export function rawText(value: unknown): string {
  try {
    return cut(JSON.stringify(value) ?? String(value), 200);
  } catch {
    return typeof value;
  }
}
