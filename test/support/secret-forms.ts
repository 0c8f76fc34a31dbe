import type { Upstream } from './upstream.js';

const each = (text: string, change: (character: string) => string): string => [...text].map(change).join('');
const code = (character: string): number => character.charCodeAt(0);
const hexOf = (character: string): string => code(character).toString(16).padStart(2, '0');
/** A text in base64. */
export const base64 = (text: string): string => Buffer.from(text).toString('base64');
const middle = (text: string, between: string): string => {
  const at = Math.floor(text.length * 0.6);
  return text.slice(0, at) + between + text.slice(at);
};
const odd = (character: string): boolean => /[^\w]/.test(character);

/** Forms in which servers, proxies and people write a key. */
export const forms: Readonly<Record<string, (key: string) => string>> = {
  'as is': (key) => key,
  'in a header': (key) => `authorization: Bearer ${key}`,
  'after an equals sign': (key) => `token=${key}`,
  'percent-encoded': encodeURIComponent,
  'percent-encoded in lower case': (key) => encodeURIComponent(key).replace(/%../g, (it) => it.toLowerCase()),
  'percent-encoded throughout': (key) => each(key, (it) => `%${hexOf(it).toUpperCase()}`),
  'percent-encoded twice': (key) => encodeURIComponent(encodeURIComponent(key)),
  'percent-encoded throughout, twice': (key) => each(key, (it) => `%25${hexOf(it)}`),
  'in base64': base64,
  'in base64 without padding': (key) => base64(key).replace(/=+$/, ''),
  'in base64url': (key) => Buffer.from(key).toString('base64url'),
  'in base64 at offset 1': (key) => base64(`k${key} and so on`),
  'in base64 at offset 2': (key) => base64(`ke${key} and so on`),
  'in base64 at offset 3': (key) => base64(`key${key} and so on`),
  'in base64 on several lines': (key) => base64(`Bearer ${key}`).replace(/.{20}/g, '$&\r\n'),
  'in hex': (key) => Buffer.from(key).toString('hex'),
  'in upper-case hex': (key) => Buffer.from(key).toString('hex').toUpperCase(),
  'in decimal entities': (key) => each(key, (it) => (odd(it) ? `&#${code(it)};` : it)),
  'in decimal entities throughout': (key) => each(key, (it) => `&#${code(it)};`),
  'in hexadecimal entities': (key) => each(key, (it) => (odd(it) ? `&#x${hexOf(it)};` : it)),
  'in named entities': (key) =>
    key
      .replaceAll('&', '&amp;')
      .replaceAll(':', '&colon;')
      .replaceAll('/', '&sol;')
      .replaceAll('+', '&plus;')
      .replaceAll('=', '&equals;')
      .replaceAll('.', '&period;'),
  'in entities, twice': (key) => each(key, (it) => (odd(it) ? `&amp;#${code(it)};` : it)),
  'in JSON escapes': (key) => each(key, (it) => (odd(it) ? `\\u00${hexOf(it)}` : it)),
  'in JSON escapes throughout': (key) => each(key, (it) => `\\u00${hexOf(it)}`),
  'in JSON escapes, twice': (key) => each(key, (it) => (odd(it) ? `\\\\u00${hexOf(it)}` : it)),
  'in \\x escapes': (key) => each(key, (it) => `\\x${hexOf(it)}`),
  'in upper case': (key) => key.toUpperCase(),
  'in lower case': (key) => key.toLowerCase(),
  'broken by a space': (key) => middle(key, ' '),
  'broken by a line break': (key) => middle(key, '\r\n'),
  'broken by a soft hyphen': (key) => middle(key, '\u00ad'),
  'broken by a zero-width space': (key) => middle(key, '\u200b'),
  'broken by a joiner after each character': (key) => each(key, (it) => `${it}\u2060`),
  'broken by <wbr>': (key) => middle(key, '<wbr>'),
  'broken by &shy;': (key) => middle(key, '&shy;'),
  'split by bold tags': (key) => middle(key, '</b><b>'),
  'in quoted-printable': (key) => middle(key.replaceAll('=', '=3D'), '=\r\n'),
  'in quoted-printable throughout': (key) => each(key, (it) => `=${hexOf(it).toUpperCase()}`),
  'without the part before its colon': (key) => key.slice(key.indexOf(':') + 1),
  'in full-width letters': (key) => each(key, (it) => String.fromCharCode(code(it) + 0xfee0)),
  'cut off in the middle': (key) => `${key.slice(0, Math.ceil(key.length * 0.75))}…`,
};

const refusal = (more: object) => ({ status: 400, body: { status: 'error', ...more } });
/** Places of a response in which a key may appear. */
export const places: Readonly<Record<string, (form: string) => Upstream['reply']>> = {
  'the message': (form) => refusal({ message: `Bad: ${form}` }),
  'the message, before it is cut': (form) => refusal({ message: `${'x '.repeat(240)}${form}` }),
  'a list of details': (form) => refusal({ message: 'Validation error', details: { messages: [{ message: form }] } }),
  'a map of details': (form) => refusal({ message: 'Validation error', details: { [form]: [form] } }),
  "the gateway's message": (form) => ({ status: 403, body: { error: { message: `Bad: ${form}` } } }),
  'a JSON text in the message': (form) => refusal({ message: JSON.stringify({ sent: { authorization: form } }) }),
  'the status': (form) => ({ status: 200, body: { status: form } }),
  'a value of a result': (form) => ({ body: { status: 'success', data: { id: 1, name: form, about: form } } }),
  'a key of a result': (form) => ({ body: { status: 'success', data: { id: 1, [form]: 'x', more: { [form]: 1 } } } }),
  'a page of HTML': (form) => ({ status: 502, body: `<!doctype html><title>Oops</title><p>${form}</p>` }),
  'a page of HTML, before it is cut': (form) => ({ status: 502, body: `<p>${'x '.repeat(90)}${form}</p>` }),
  'a plain body': (form) => ({ status: 500, body: `failed with ${form}` }),
  'a body of base64': (form) => ({ status: 500, body: base64(form) }),
  'a header of a redirect': (form) => ({
    status: 302,
    body: '',
    headers: { location: `https://example.com/${encodeURIComponent(form)}/x` },
  }),
};
