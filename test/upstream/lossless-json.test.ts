import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/upstream/client/lossless-json.js';

describe('parseJson', () => {
  test('leaves ordinary numbers alone and answers undefined for what is not JSON', () => {
    expect(parseJson('[1, -2.5, 1e3, 1234567890123456]')).toEqual([1, -2.5, 1000, 1234567890123456]);
    expect(parseJson('[0.12345678901234567, 12345678901234567]')).toEqual([
      Number('0.12345678901234567'),
      '12345678901234567',
    ]);
    for (const text of ['', '<html>', '{"a":', '1234567890123456 7']) expect(parseJson(text)).toBeUndefined();
    expect(() => parseJson(`${'['.repeat(100_000)}1234567890123456`)).not.toThrow();
  });
});
