import { manychatKeyShape, readKey } from '../../../config/accounts/keys.js';
import type { OwnAccess } from '../principal.js';

/** The headers in which callers bring their own key, and what it is a key of. Some clients send only the second. */
const keyHeaders = [
  ['X-Maton-Key', 'maton'],
  ['X-Api-Key', 'maton'],
  ['X-ManyChat-Key', 'direct'],
] as const;

/**
 * The form of keys that callers bring. Maton's have no known shape; these bounds leave out words and punctuation of the log,
 * and keys that would be slow to search for.
 */
const matonKeyForm = /^[\w.~+/=-]{16,400}$/;
const maxManychatKey = 200;

/** The credential that a caller brings, or a sentence about what is wrong with the headers. It never shows a key. */
export function keyIn(headers: Headers): OwnAccess | string {
  const given = keyHeaders.filter(([header]) => (headers.get(header) ?? '') !== '');
  const [first, ...others] = given;
  if (first === undefined)
    return 'Send your key in the header X-Maton-Key (or X-Api-Key), or a ManyChat key in X-ManyChat-Key';
  const [header, mode] = first;
  if (others.length > 0) return `${given.map(([each]) => each).join(' and ')} are both sent: send one key`;
  const text = headers.get(header) ?? '';
  // Headers that are sent twice arrive joined.
  if (text.includes(',')) return `${header} is sent twice: send one key`;
  if (mode === 'maton' && manychatKeyShape.test(text.trim()))
    return `${header} has a ManyChat key, which goes in X-ManyChat-Key`;
  const key = readKey(header, text, mode);
  if (key.state !== 'usable') return key.reason ?? `${header} is empty`;
  if (mode === 'maton' && !matonKeyForm.test(key.key))
    return `${header} is not a key: those have 16 to 400 letters, digits and . _ ~ + / = -`;
  if (mode === 'direct' && !(manychatKeyShape.test(key.key) && key.key.length <= maxManychatKey))
    return `${header} is not a ManyChat key: those are digits, a colon and hexadecimal digits. A Maton key goes in X-Maton-Key`;
  return { mode, key: key.key };
}
