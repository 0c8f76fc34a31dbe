import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJsonText } from '../../ui/message-view/json-text.js';

describe('JSON text', () => {
  test.each([
    ['{"a":1,"b":"tex', { a: 1, b: 'tex' }],
    ['{"a":1,"b":"te\\', { a: 1, b: 'te' }],
    ['{"a":"\\u00e', { a: '' }],
    ['{"a":"x\\\\', { a: 'x\\' }],
    ['{"a":"say \\"hi', { a: 'say "hi' }],
    ['{"a":1,"b', { a: 1 }],
    ['{"a":1,"b":', { a: 1 }],
    ['{"a":1,"b":tru', { a: 1 }],
    ['{"a":[1,2', { a: [1, 2] }],
    ['{"a":[{"b":1},{"c":', { a: [{ b: 1 }, {}] }],
    ['{"a":[{"b":1},', { a: [{ b: 1 }] }],
    ['[', []],
    ['{', {}],
    [' {"a":1} ', { a: 1 }],
  ])('%s is read as far as it goes', (text, value) => {
    expect(readJsonText(text)).toEqual(value);
  });

  test.each(['', 'text', '"text"', '1', 'null', '}'])('%j is none', (text) => {
    expect(readJsonText(text)).toBeUndefined();
  });

  test('is read at every length, and never says less of a list than it did', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: 1, maxLength: 5 }), (list) => {
        const text = JSON.stringify(list);
        let known = 0;
        for (let length = 1; length <= text.length; length += 1) {
          const read = readJsonText(text.slice(0, length));
          expect(Array.isArray(read)).toBe(true);
          if (!Array.isArray(read)) return;
          // What is complete stays; the last may still change.
          const complete = Math.max(0, known - 1);
          expect(read.length).toBeGreaterThanOrEqual(complete);
          expect(read.slice(0, complete)).toEqual(JSON.parse(text).slice(0, complete));
          known = Math.max(known, read.length);
        }
        expect(readJsonText(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 100 },
    );
  });
});
