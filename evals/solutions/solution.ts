import { asObject, type Result, toList } from '../../tools/contract/json.js';

/** A call that a solution wants to make. */
export interface Call {
  readonly tool: string;
  readonly args: Result;
}

/** Yields calls, is given the result of each, and returns the last answer. It knows the words of the person, and nothing else. */
export type Solution = (words: string) => Generator<Call, string, Result>;

export const call = (tool: string, args: Result): Call => ({ tool: `manychat_${tool}`, args });

/** The list at a path in a result; empty if there is none. */
export const listAt = (result: unknown, ...path: readonly string[]): Result[] =>
  (toList(path.reduce<unknown>((value, key) => asObject(value)[key], result)) ?? []).map(asObject);

/** The text at a path in a result; empty if there is none. */
export function textAt(result: unknown, ...path: readonly string[]): string {
  const value = path.reduce<unknown>((each, key) => asObject(each)[key], result);
  return value === undefined || value === null ? '' : String(value);
}

/** What matches a pattern in a text, or its first group. */
export const partsOf = (text: string, pattern: RegExp): string[] =>
  Array.from(text.matchAll(pattern), ([whole, group]) => group ?? whole);

/** The first part that matches. @throws Error if there is none */
export function partOf(text: string, pattern: RegExp): string {
  const [first] = partsOf(text, pattern);
  if (first === undefined) throw new Error(`nothing matches ${pattern}`);
  return first;
}

/** The words that the person put into double quotes, in their order. */
export const quotesIn = (words: string): string[] => partsOf(words, /"([^"]+)"/g);

/** The lines after the first one: a list that the person pasted. */
export const pastedLines = (words: string): string[] => words.split('\n').slice(1);

/** The names and the dates (ISO 8601) in words like "Ana Lima 12 April 1990". */
export const datesByName = (words: string): { name: string; date: string }[] =>
  Array.from(words.matchAll(/([A-Z]\w+ [A-Z]\w+) (\d{1,2} [A-Z][a-z]+ \d{4})/g), ([, name = '', date = '']) => ({
    name,
    date: new Date(`${date} UTC`).toISOString().slice(0, 10),
  }));
