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

/** The default message for an issue that zod found. A schema's own message takes precedence. */
export function issueMessage(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined && issue.code !== 'unrecognized_keys' && issue.code !== 'custom') return 'is required';
  switch (issue.code) {
    case 'invalid_type': {
      const article = /^[aeio]/.test(issue.expected) ? 'an' : 'a';
      return `must be ${article} ${issue.expected}, not ${nameOfType(issue.input)}`;
    }
    case 'invalid_union':
      return `has a type that is not accepted: ${nameOfType(issue.input)}`;
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

/** A path in dotted form: `fields[1].field_value`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = String(part);
    // A caller can choose keys, such as names of fields.
    if (!/^[^\p{C}"\\]{1,60}$/u.test(name)) return `${text}[${quoted(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** The most unknown keys that a message names. */
const maxKeys = 12;

/** Unknown keys as a list inside a sentence. */
export const unknownKeysText = (keys: readonly string[]): string =>
  [...keys.slice(0, maxKeys).map((key) => quoted(key)), ...(keys.length > maxKeys ? ['…'] : [])].join(', ');

/** The issues without those that follow from another: the length of a value whose type is wrong means nothing. */
export function ownIssues(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const wrongTypes = new Set(
    issues.filter(({ code }) => code.startsWith('invalid_')).map(({ path }) => pathText(path)),
  );
  return issues.filter(
    ({ code, path }) => (code !== 'too_big' && code !== 'too_small') || !wrongTypes.has(pathText(path)),
  );
}

/** An issue with its path. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const where = pathText(issue.path);
  const problem = issue.code === 'unrecognized_keys' ? `${unknownKeysText(issue.keys)} not known here` : issue.message;
  return where === '' ? problem : `${where}: ${problem}`;
}

/** Adds an issue from inside a schema's `check`; `path` is its place in the input. */
export function addIssue({ issues, value }: z.core.ParsePayload, path: readonly PropertyKey[], message: string): void {
  issues.push({ code: 'custom', input: value, path: [...path], message });
}
