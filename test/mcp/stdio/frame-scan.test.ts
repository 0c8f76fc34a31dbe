import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanFrame } from '../../../src/mcp/stdio/frame-scan.js';

/** The result of scanning a text in pieces of `size` bytes. */
function scanned(text: string, size = Number.POSITIVE_INFINITY) {
  const scan = scanFrame();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) scan.push(bytes.subarray(at, at + size));
  return scan.result();
}

describe('the scanned id', () => {
  test.each([
    ['{"jsonrpc":"2.0","id":7,"method":"x"}', 7],
    ['{"params":{"id":1,"x":[{"id":2}]},"id":"seven"}', 'seven'],
    [' \t{ "id" : -3 , "method":"x"}\r\n', -3],
    ['{"id":1.5}', 1.5],
    ['{"id":"ключ \\"}, 🌻\\\\"}', 'ключ "}, 🌻\\'],
    ['{"\\u0069d":4}', 4],
    ['{"params":"\\",\\"id\\":1,{[","id":5}', 5],
    ['{"params":{"a":"}}","id":1},"id":6,"method":"x"}', 6],
    ['{"id":1,"id":2}', 2],
    // Of a frame that was cut off, too.
    ['{"id":8,"params":{"text":"…', 8],
    [`{"id":"${'i'.repeat(1_000)}"}`, 'i'.repeat(1_000)],
  ])('is found in %s', (text, id) => {
    expect(scanned(text).id).toBe(id);
    expect(scanned(text, 1).id).toBe(id);
  });

  test.each([
    ['{"params":{"id":1}}'],
    ['[{"id":1}]'],
    ['"{\\"id\\":1}"'],
    ['{"x":"id","y":1}'],
    ['{"id":null}'],
    ['{"id":true}'],
    ['{"id":{"id":1}}'],
    ['{"id":[1]}'],
    ['{"id":1'],
    ['{"id":9007199254740993}'],
    ['{"id":1e999}'],
    ['{"id":1x}'],
    ['{"id":1}{"id":2}'],
    [`{"id":"${'i'.repeat(2_000)}"}`],
    ['x'.repeat(100)],
    [''],
  ])('is undefined in %s', (text) => {
    expect(scanned(text).id).toBeUndefined();
    expect(scanned(text, 1).id).toBeUndefined();
  });

  test('is the one that JSON.parse finds, whatever else is in the frame and however it is cut', () => {
    const key = fc.oneof(fc.constantFrom('id', 'method', 'params', '"id"', '\\'), fc.string({ unit: 'grapheme' }));
    const value = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.integer(), fc.string({ unit: 'grapheme', maxLength: 20 }));
    const entries = fc.array(fc.tuple(key, value), { maxLength: 6 });
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 9 }), fc.boolean(), (list, size, wide) => {
        const frame = Object.fromEntries(list);
        const text = JSON.stringify(frame, undefined, wide ? 2 : 0);
        const { id } = JSON.parse(text);
        const known = typeof id === 'string' || (typeof id === 'number' && Math.abs(id) <= Number.MAX_SAFE_INTEGER);
        // JSON.stringify writes -0 as 0.
        expect(scanned(text, size).id).toBe(known ? id : undefined);
      }),
      { numRuns: 2_000, seed: 20_260_731 },
    );
  });
});

test('a response is distinguished from a request', () => {
  expect(scanned('{"id":1,"result":{"x":1}}').isResponse).toBe(true);
  expect(scanned('{"error":{"code":1},"id":1}').isResponse).toBe(true);
  expect(scanned('{"id":1,"method":"x"}').isResponse).toBe(false);
  expect(scanned('{"id":1,"method":"x","result":{}}').isResponse).toBe(false);
  expect(scanned('{"id":1}').isResponse).toBe(false);
});
