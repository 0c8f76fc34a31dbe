import type * as z from 'zod';
import { quoted } from '../contract/quoted.js';

const nameOfType = (value: unknown): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'object'
        ? 'an object'
        : `a ${typeof value}`;

/** One sentence for what zod found wrong; declarations that say it better bring their own message. */
export function issueMessage(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined && issue.code !== 'unrecognized_keys' && issue.code !== 'custom') return 'is required';
  switch (issue.code) {
    case 'invalid_type': {
      const article = /^[aeio]/.test(issue.expected) ? 'an' : 'a';
      return `must be ${article} ${issue.expected}, not ${nameOfType(issue.input)}`;
    }
    case 'invalid_union':
      return `has a type that is not taken: ${nameOfType(issue.input)}`;
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      return `must have at least ${issue.minimum} ${issue.origin === 'array' ? 'item(s)' : 'character(s)'}`;
    case 'too_big':
      return `must have at most ${issue.maximum} ${issue.origin === 'array' ? 'item(s)' : 'character(s)'}`;
    default:
      return issue.message ?? 'is not valid';
  }
}

/** `fields[1].field_value`, as a caller would write it. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = String(part);
    // A key that the caller has chosen, as the name of a field.
    if (!/^[^\p{C}"\\]{1,60}$/u.test(name)) return `${text}[${quoted(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** Unknown keys that a complaint names. */
const mostKeys = 12;

/** Keys that are not known, for a sentence that says so. */
export const unknownKeysText = (keys: readonly string[]): string =>
  [...keys.slice(0, mostKeys).map((key) => quoted(key)), ...(keys.length > mostKeys ? ['…'] : [])].join(', ');

/** What is wrong, and where. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const where = pathText(issue.path);
  const said = issue.code === 'unrecognized_keys' ? `${unknownKeysText(issue.keys)} not known here` : issue.message;
  return where === '' ? said : `${where}: ${said}`;
}

/** Adds an issue to those that a schema's `check` has found; `path` is its place in the input. */
export function addIssue({ issues, value }: z.core.ParsePayload, path: readonly PropertyKey[], message: string): void {
  issues.push({ code: 'custom', input: value, path: [...path], message });
}
