import { describe, expect, test } from 'vitest';
import { secretsIn } from '../../../src/config/accounts/keys.js';
import { configOf } from '../../support/config.js';

const access = (environment: Record<string, string>) => configOf(environment).account.access;

describe('keys', () => {
  test.each([
    ['plain-key'],
    ['  plain-key\n'],
    ['Bearer plain-key'],
    ['"plain-key"'],
    ["'Bearer plain-key'"],
    ['bearer "plain-key" '],
  ])('%j is read as plain-key', (pasted) => {
    expect(access({ MATON_API_KEY: pasted })).toEqual({ mode: 'maton', key: 'plain-key' });
  });

  test.each([
    ['<k3y-of-1234>', 'k3y-of-1234'],
    ['"<Bearer k3y-of-1234>"', 'k3y-of-1234'],
    ['your8f3k2', 'your8f3k2'],
    ['null0', 'null0'],
    ['my-test-key', 'my-test-key'],
  ])('%j is read as the key %s', (pasted, key) => {
    expect(access({ MATON_API_KEY: pasted })).toEqual({ mode: 'maton', key });
  });

  test.each([
    '$env:MATON_API_KEY',
    '$Env:MatonApiKey',
    '{{MATON_API_KEY}}',
    '{{ $env.MATON_API_KEY }}',
    '${{ secrets.MATON_API_KEY }}',
    '$(MATON_API_KEY)',
    '#{MATON_API_KEY}#',
    '__MATON_API_KEY__',
    '%MATON_API_KEY2%',
    '$MATON_API_KEY2',
    'process.env.MATON_API_KEY',
    'op://vault/maton/key',
    '<YOUR_API_KEY>',
    '"<your key>"',
    '[your-api-key]',
    'your-api-key-here',
    'YOUR_MATON_API_KEY',
    'Bearer your_token_here',
    'paste your key here',
    'replace-me',
    'changeme',
    'MATON_API_KEY',
    'xxxxxxxx',
    '...',
    'undefined',
    'null',
  ])('%j is a placeholder and no key', (pasted) => {
    for (const variable of ['MATON_API_KEY', 'MANYCHAT_API_KEY']) {
      expect(access({ [variable]: pasted })).toEqual({
        mode: 'none',
        reason: `${variable} contains a placeholder instead of a key`,
      });
    }
    // Such a word is not removed from the output.
    expect(secretsIn({ MATON_API_KEY: pasted })).toEqual([]);
  });

  test.each(['undefined', 'null', '{{X}}', '$env:X'])('%j in a setting is like none, unless it restricts', (value) => {
    expect(configOf({ MANYCHAT_MCP_LOG_LEVEL: value, MATON_CONNECTION_ID: value }).account.connection).toBeUndefined();
    expect(() => configOf({ MANYCHAT_MCP_READ_ONLY: value })).toThrow('contains a placeholder that was not replaced');
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
  ])(
    '%j is no configuration error: the account opens, and its access has the reason without the key',
    (environment, reason) => {
      const read = access(environment as Record<string, string>);
      expect(read.mode).toBe('none');
      if (read.mode === 'none') {
        expect(read.reason).toMatch(reason);
        expect(read.reason).not.toMatch(/two words|schlüssel|break$/);
      }
    },
  );

  test("ManyChat's key is used when Maton's is not set", () => {
    expect(access({ MANYCHAT_API_KEY: '1:a' })).toEqual({ mode: 'direct', key: '1:a', page: '1' });
  });

  test("ManyChat's key is used when Maton's is an unreplaced placeholder", () => {
    expect(access({ MANYCHAT_API_KEY: '1:a', MATON_API_KEY: '${MATON_API_KEY}' })).toEqual({
      mode: 'direct',
      key: '1:a',
      page: '1',
    });
  });

  test("Maton's key takes precedence over ManyChat's", () => {
    expect(access({ MANYCHAT_API_KEY: '1:a', MATON_API_KEY: 'm' })).toEqual({ mode: 'maton', key: 'm' });
  });

  const manychatKey = '1234567:0123456789abcdef0123';

  test("a ManyChat key in Maton's variable is refused with the variable it belongs in", () => {
    const read = access({ MATON_API_KEY: manychatKey });
    expect(read).toMatchObject({ mode: 'none', reason: expect.stringContaining('belongs in MANYCHAT_API_KEY') });
    expect(JSON.stringify(read)).not.toContain(manychatKey);
  });

  test.each(['MATON_CONNECTION_ID', 'MANYCHAT_MCP_TOOLS', 'HTTPS_PROXY'])(
    'a key in %s is a configuration error that does not show the key',
    (name) => {
      const read = (key: string) => () => configOf({ MATON_API_KEY: 'maton-key-0a1b2c3d', [name]: key });
      expect(read('maton-key-0a1b2c3d')).toThrow(`${name} contains the key that is set as MATON_API_KEY: remove it`);
      expect(read(manychatKey)).toThrow(`${name} contains what looks like a ManyChat key`);
      expect(read(manychatKey)).not.toThrow(manychatKey);
    },
  );
});
