import type { Result } from '../tools/endpoint.js';
import { isObject } from '../tools/object.js';

/**
 * Characters that a reader does not see and that can hide or reorder text: controls but tab and line feed, line
 * separators, and all that Unicode shows nothing for (zero-width, bidirectional, tag characters). Joiners and the
 * variation selectors of emoji have their own rule.
 */
const hidden = /[[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029]--[\t\n\u200c\u200d\ufe0e\ufe0f]]/gv;

/** Joiners outside emoji sequences and the scripts that are not the same text without them. */
const strayJoiner =
  /(?<![[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}]--\p{Script=Latin}])[\u200c\u200d]+|[\u200c\u200d]+(?![[\p{L}\p{M}\p{Extended_Pictographic}]--\p{Script=Latin}])/gv;

/** Text written by strangers without the characters that hide or reorder it. */
export function visible(text: string): string {
  return /^[\t\n\x20-\x7e]*$/.test(text) ? text : text.toWellFormed().replace(hidden, '').replace(strayJoiner, '');
}

/** Deeper nesting than any answer has is cut, so that no answer can exhaust the stack. */
const maxDepth = 32;

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

function compactValue(value: unknown, clean: (text: string) => string, depth: number): unknown {
  if (typeof value === 'string') return clean(value);
  if (depth > maxDepth) return undefined;
  if (Array.isArray(value))
    return value.map((each) => compactValue(each, clean, depth + 1)).filter((each) => !isEmpty(each));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      // A key that would change is none of the API's, and must not take the place of one that is.
      .filter(([key]) => clean(key) === key)
      .map(([key, each]) => [key, compactValue(each, clean, depth + 1)] as const)
      .filter(([, each]) => !isEmpty(each)),
  );
}

/** A result without nulls and empty values, its texts cleaned; its own named keys stay even when they are empty. */
export function compact(result: Result, clean: (text: string) => string): Result {
  return Object.fromEntries(
    Object.entries(result).map(([key, value]) => [key, value === null ? null : compactValue(value, clean, 0)]),
  );
}

/** Replaces each secret, as it is or percent-encoded, wherever it stands, by `[redacted]`. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.filter((secret) => secret !== '').flatMap((secret) => [secret, encodeURIComponent(secret)]);
  return (text) => forms.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
}

/** A one-time link lets whoever has it connect an account: no message shows its token, however it is written. */
export const withoutSessionToken = (text: string): string =>
  text.replace(/(session_token(?:%25|%3D|25|3D|[^\w%])*)([^\s"'&<>\\]+)/gi, (whole, name: string, token: string) =>
    token === 'redacted]' ? whole : `${name}[redacted]`,
  );

/** No single text of an upstream needs more; what is longer is cut and marked. */
const textLimit = 500;

/** Cuts a quoted text to a length that a reader needs. */
export function cut(text: string, limit: number = textLimit): string {
  return text.length <= limit ? text : `${text.slice(0, limit).toWellFormed()}…`;
}
