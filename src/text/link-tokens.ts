import { isObject } from '../../tools/contract/json.js';

/** Names under which an answer about connections holds the token of a link. */
const tokenName = /token|secret|session|ticket|nonce|auth|code/i;

/**
 * What looks like a token: an answer could otherwise make any word one, and no failure would say it any more. A shorter
 * one does where its name says that it is one.
 */
const looksRandom = /^(?=.*(?:\d|[a-z][A-Z]))[\w.~+/=-]{12,}$/;
const isNamedToken = (name: string, value: string): boolean =>
  tokenName.test(name) && /^(?:(?=.*(?:\d|[a-z][A-Z]))[\w.~+/=-]{8,}|[\w.~+/=-]{20,})$/.test(value);

/** Levels of an answer that are looked at. */
const deepest = 8;

/** The parts of an address that may be its token. */
function* tokensOfLink(link: string): Generator<string> {
  const { searchParams, pathname, hash } = new URL(link);
  for (const [name, value] of [...searchParams, ...new URLSearchParams(hash.slice(1))]) {
    if (isNamedToken(name, value) || looksRandom.test(value)) yield value;
  }
  for (const part of pathname.split('/')) if (looksRandom.test(part)) yield part;
}

function* candidatesIn(value: unknown, name: string, depth: number): Generator<string> {
  if (depth > deepest) return;
  if (typeof value === 'string') {
    if (isNamedToken(name, value)) yield value;
    if (/^https?:/i.test(value) && URL.canParse(value)) yield* tokensOfLink(value);
    return;
  }
  if (Array.isArray(value)) for (const each of value) yield* candidatesIn(each, name, depth + 1);
  if (!isObject(value)) return;
  for (const [key, each] of Object.entries(value)) yield* candidatesIn(each, key, depth + 1);
}

/** Everything that is an id in an answer, and therefore no token although it may stand in a link. */
function* idsIn(value: unknown, depth = 0): Generator<string> {
  if (depth > deepest) return;
  if (Array.isArray(value)) for (const each of value) yield* idsIn(each, depth + 1);
  if (!isObject(value)) return;
  for (const [key, each] of Object.entries(value)) {
    if (/(^|_)id$/i.test(key) && typeof each === 'string') yield each;
    else yield* idsIn(each, depth + 1);
  }
}

/** The tokens of the one-time links in an answer of the connections API, whatever they are called. */
export function tokensIn(body: unknown): string[] {
  const ids = new Set(idsIn(body));
  return [...new Set(candidatesIn(body, '', 0))].filter((token) => !ids.has(token));
}
