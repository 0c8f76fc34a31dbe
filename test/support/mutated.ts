import { type Era, openings, request, toolCall } from './framed.js';

type Mutation = (frame: string, random: () => number) => string | Buffer;

const place = (length: number, random: () => number): number => Math.floor(random() * length);
/** A random item. */
export const pick = (items: readonly string[], random: () => number): string =>
  items[place(items.length, random)] ?? '';

/** Replaces a random `"name":` of a frame. */
const atKey = (frame: string, random: () => number, change: (key: string) => string): string => {
  const keys = [...frame.matchAll(/"[\w/.]+":/g)];
  const found = keys[place(keys.length, random)];
  if (found === undefined) return frame;
  return frame.slice(0, found.index) + change(found[0]) + frame.slice(found.index + found[0].length);
};

const values = ['null', 'true', '0', '-1', '""', '[]', '{}', '[[]]', '"x"', '{"toString":1}', '{"__proto__":{"id":1}}'];
const numbers = ['1e999', '-1e999', '9'.repeat(400), '9007199254740993', '0.1', '-0', '1e-400', '18446744073709551616'];
const ids = [...values, ...numbers, '"opening"', '"\\u0000"', `"${'i'.repeat(10_000)}"`];

/** The mutations of frames, by name. */
export const mutationsByKind: Record<string, Mutation> = {
  'flipped bytes': (frame, random) => {
    const bytes = Buffer.from(frame);
    for (let count = place(4, random); count >= 0; count -= 1) {
      const at = place(bytes.length, random);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << place(8, random));
    }
    return bytes;
  },
  'cut frames': (frame, random) => frame.slice(0, place(frame.length, random)),
  'frames without a beginning': (frame, random) => frame.slice(place(frame.length, random)),
  'duplicated keys': (frame, random) => atKey(frame, random, (key) => `${key}${pick(values, random)},${key}`),
  'renamed keys': (frame, random) =>
    atKey(frame, random, (key) =>
      pick([`"x${key.slice(1)}`, '"__proto__":', '"constructor":', key.toUpperCase()], random),
    ),
  'values of other types': (frame, random) =>
    frame.replace(/:("[^"]*"|\{\}|\d+)/g, (value) => (random() < 0.3 ? `:${pick(values, random)}` : value)),
  'wrong ids': (frame, random) => frame.replace(/"id":("[^"]*"|\d+)/, `"id":${pick(ids, random)}`),
  'wrong versions': (frame, random) =>
    frame
      .replace('"jsonrpc":"2.0"', `"jsonrpc":${pick(['"1.0"', '2.0', '"2"', 'null', '"2.0"'], random)}`)
      .replace(/20\d\d-\d\d-\d\d/, pick(['1999-01-01', '2025-03-26', '2099-12-31', '', 'x'.repeat(1_000)], random)),
  'giant numbers': (frame, random) => atKey(frame, random, (key) => `${key}${pick(numbers, random)},"_":`),
  'invalid UTF-8': (frame, random) => {
    const at = place(frame.length, random);
    const wrong = Buffer.from([0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0xf5].slice(place(7, random)));
    return Buffer.concat([Buffer.from(frame.slice(0, at)), wrong, Buffer.from(frame.slice(at))]);
  },
  'lone surrogates': (frame, random) =>
    frame.replace(/"(?=[a-z])/g, (quote) =>
      random() < 0.2 ? `"${pick(['\\ud83d', '\\udc00', '\\ud800\\ud800'], random)}` : quote,
    ),
  'CRLF and blank lines': (frame, random) =>
    pick([`${frame}\r`, `\r\n\n\n${frame}\r\n \t\n`, `\ufeff${frame}`, '\r'], random),
  batches: (frame, random) => pick([`[${frame}]`, `[${frame},${frame}]`, '[]', `[[${frame}],null]`], random),
};

/** Frames as clients send them. Without a key they have no effect. */
export function frames(era: Era): string[] {
  const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'Hello' }] } };
  return [
    ...openings[era],
    toolCall(era, 7, 'manychat_get_page'),
    toolCall(era, 8, 'manychat_send_content', { subscriber_id: '1', data }),
    toolCall(era, 'nine', 'manychat_set_bot_fields', { fields: [{ field_id: 1, field_value: 2 }] }),
    toolCall(era, 10, 'manychat_nonsense', { a: 1 }),
    request(era, 11, 'ping'),
    request(era, 12, 'resources/list'),
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7,"reason":"x"}}',
    '{"jsonrpc":"2.0","id":13,"result":{}}',
    '{"jsonrpc":"2.0","id":14,"error":{"code":-1,"message":"no"}}',
  ];
}
