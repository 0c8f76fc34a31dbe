import { describe, expect, test } from 'vitest';
import { configOf } from '../support/config.js';

const access = (environment: Record<string, string>) => configOf(environment).account.access;

describe('keys', () => {
  test.each([
    ['plain-key'],
    ['  plain-key\n'],
    ['Bearer plain-key'],
    ['"plain-key"'],
    ["'Bearer plain-key'"],
    ['bearer "plain-key" '],
  ])('%j is taken as plain-key', (pasted) => {
    expect(access({ MATON_API_KEY: pasted })).toEqual({ mode: 'maton', key: 'plain-key' });
  });

  test.each([
    [{ MATON_API_KEY: 'two words' }, /MATON_API_KEY contains white space/],
    [{ MATON_API_KEY: 'line\r\nbreak' }, /MATON_API_KEY contains white space/],
    [{ MATON_API_KEY: 'schlüssel' }, /MATON_API_KEY contains/],
    [{ MATON_API_KEY: '${MATON_API_KEY}' }, /MATON_API_KEY contains a placeholder/],
    [{ MATON_API_KEY: 'YOUR_API_KEY' }, /MATON_API_KEY contains a placeholder/],
    [{ MANYCHAT_API_KEY: '1: a' }, /MANYCHAT_API_KEY contains/],
    [{ MATON_API_KEY: '' }, /Neither MATON_API_KEY nor MANYCHAT_API_KEY/],
    [{ MATON_API_KEY: '""' }, /Neither/],
    [{}, /Neither/],
    [{ MATON_API_KEY: 'two words', MANYCHAT_API_KEY: '1:a' }, /MATON_API_KEY contains/],
  ])('%j: starts, and says what is wrong without showing it', (environment, reason) => {
    const read = access(environment as Record<string, string>);
    expect(read.mode).toBe('none');
    if (read.mode === 'none') {
      expect(read.reason).toMatch(reason);
      expect(read.reason).not.toMatch(/two words|schlüssel|break$/);
    }
  });

  test("ManyChat's own key works where Maton's is not set, and only there", () => {
    expect(access({ MANYCHAT_API_KEY: '1:a' })).toEqual({ mode: 'direct', key: '1:a' });
    expect(access({ MANYCHAT_API_KEY: '1:a', MATON_API_KEY: '${MATON_API_KEY}' })).toEqual({
      mode: 'direct',
      key: '1:a',
    });
    expect(access({ MANYCHAT_API_KEY: '1:a', MATON_API_KEY: 'm' })).toEqual({ mode: 'maton', key: 'm' });
  });
});
