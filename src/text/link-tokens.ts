import { isObject } from '../../tools/contract/json.js';

/** Keys and parameters that hold a token. */
const tokenName = /token|secret|session|ticket|nonce|auth|code/i;

/**
 * Looks like a token. Without this check a response could turn any word into a token, and no failure could contain the
 * word any more. A value whose name says that it is a token can be shorter.
 */
const looksRandom = /^(?=.*(?:\d|[a-z][A-Z]))[\w.~+/=-]{12,}$/;
const isNamedToken = (name: string, value: string): boolean =>
  tokenName.test(name) && /^(?:(?=.*(?:\d|[a-z][A-Z]))[\w.~+/=-]{8,}|[\w.~+/=-]{20,})$/.test(value);

/** Levels of nesting that are searched. */
const maxDepth = 8;

/** The parts of a link that can be its token. */
function* tokensOfLink(link: string): Generator<string> {
  const { searchParams, pathname, hash } = new URL(link);
  for (const [name, value] of [...searchParams, ...new URLSearchParams(hash.slice(1))]) {
    if (isNamedToken(name, value) || looksRandom.test(value)) yield value;
  }
  for (const part of pathname.split('/')) if (looksRandom.test(part)) yield part;
}

function* candidatesIn(value: unknown, name: string, depth: number): Generator<string> {
  if (depth > maxDepth) return;
  if (typeof value === 'string') {
    if (isNamedToken(name, value)) yield value;
    if (/^https?:/i.test(value) && URL.canParse(value)) yield* tokensOfLink(value);
    return;
  }
  if (Array.isArray(value)) for (const each of value) yield* candidatesIn(each, name, depth + 1);
  if (!isObject(value)) return;
  for (const [key, each] of Object.entries(value)) yield* candidatesIn(each, key, depth + 1);
}

/** The ids in a response. They are no tokens, although links contain them. */
function* idsIn(value: unknown, depth = 0): Generator<string> {
  if (depth > maxDepth) return;
  if (Array.isArray(value)) for (const each of value) yield* idsIn(each, depth + 1);
  if (!isObject(value)) return;
  for (const [key, each] of Object.entries(value)) {
    if (/(^|_)id$/i.test(key) && typeof each === 'string') yield each;
    else yield* idsIn(each, depth + 1);
  }
}

/** The tokens of the one-time links in a response of the connections API, under whatever name. */
export function tokensIn(body: unknown): string[] {
  const ids = new Set(idsIn(body));
  return [...new Set(candidatesIn(body, '', 0))].filter((token) => !ids.has(token));
}
