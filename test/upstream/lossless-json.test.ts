import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/upstream/client/lossless-json.js';

describe('parseJson', () => {
  test('returns ordinary numbers as numbers', () => {
    expect(parseJson('[1, -2.5, 1e3, 1234567890123456]')).toEqual([1, -2.5, 1000, 1234567890123456]);
  });

  test('rounds a long fraction, as JSON.parse does', () => {
    expect(parseJson('[0.12345678901234567]')).toEqual([Number('0.12345678901234567')]);
  });

  test('returns an integer that a number cannot hold as its digits', () => {
    expect(parseJson('[12345678901234567]')).toEqual(['12345678901234567']);
  });

  test.each(['', '<html>', '{"a":', '1234567890123456 7'])('returns undefined for what is no JSON: %j', (text) => {
    expect(parseJson(text)).toBeUndefined();
  });

  test('does not throw for any depth of nesting', () => {
    expect(() => parseJson(`${'['.repeat(100_000)}1234567890123456`)).not.toThrow();
  });
});
