import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config.js';
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

describe('other settings', () => {
  test('have their defaults, also when a client passes an unset variable on', () => {
    const config = configOf({
      MATON_GATEWAY_URL: '${MATON_GATEWAY_URL}',
      MATON_CONNECTION_ID: '',
      MANYCHAT_MCP_SANDBOX: '',
    });
    expect(config.account.addresses.gateway.href).toBe('https://gateway.maton.ai/');
    expect(config.account.addresses.control.href).toBe('https://ctrl.maton.ai/');
    expect(config.account.addresses.manychat.href).toBe('https://api.manychat.com/');
    expect(config).toMatchObject({
      account: { connection: undefined, deadlineMs: 45_000 },
      host: { logLevel: 'info' },
      sandbox: false,
    });
  });

  test.each([
    [{ MATON_GATEWAY_URL: 'http://gateway.example' }, /MATON_GATEWAY_URL must use https/],
    [{ MATON_GATEWAY_URL: 'http://127.0.0.1.example.com' }, /must use https/],
    [{ MATON_CONTROL_URL: 'gateway' }, /MATON_CONTROL_URL must be an address/],
    [{ MANYCHAT_API_URL: 'https://user:word@api.example' }, /MANYCHAT_API_URL must not contain a user/],
    [{ MATON_CONNECTION_ID: 'a b' }, /MATON_CONNECTION_ID must be a connection id/],
    [{ MANYCHAT_MCP_DEADLINE_MS: '45s' }, /MANYCHAT_MCP_DEADLINE_MS must be a number of milliseconds/],
    [{ MANYCHAT_MCP_DEADLINE_MS: '10' }, /at least 1000/],
    [{ MANYCHAT_MCP_LOG_LEVEL: 'loud' }, /must be one of debug/],
    [{ MANYCHAT_MCP_SANDBOX: 'perhaps' }, /MANYCHAT_MCP_SANDBOX must be one of/],
    [{ MANYCHAT_MCP_READ_ONLY: 'ture' }, /MANYCHAT_MCP_READ_ONLY must be one of/],
    [{ MANYCHAT_MCP_DRY_RUN: '2' }, /MANYCHAT_MCP_DRY_RUN must be one of/],
    [{ MANYCHAT_MCP_CONFIRM: 'yes' }, /MANYCHAT_MCP_CONFIRM must be one of/],
  ])('%j is refused by name', (environment, words) => {
    expect(() => configOf(environment as Record<string, string>)).toThrow(ConfigError);
    expect(() => configOf(environment as Record<string, string>)).toThrow(words);
  });

  test.each([
    'MANYCHAT_MCP_READ_ONLY',
    'MANYCHAT_MCP_DRY_RUN',
    'MANYCHAT_MCP_EXCLUDE_TOOLS',
    'MANYCHAT_MCP_TOOLS',
    'MANYCHAT_MCP_TOOLSETS',
    'MANYCHAT_MCP_CONFIRM',
  ])('%s is not ignored when nothing replaced it, since it restrains; an empty one is', (name) => {
    for (const given of ['${user_config.read_only}', ' ${READ_ONLY}', '%READ_ONLY%', '$READ_ONLY']) {
      expect(() => configOf({ [name]: given })).toThrow(ConfigError);
      expect(() => configOf({ [name]: given })).toThrow(
        `${name} contains a placeholder that was not replaced: ${given.trim()}`,
      );
    }
    expect(() => configOf({ [name]: '${a}', MANYCHAT_MCP_DEADLINE_MS: '10' })).toThrow(
      /placeholder.*\n.*at least 1000/,
    );
    for (const empty of ['', ' '])
      expect(configOf({ [name]: empty })).toMatchObject({ account: { policy: { readOnly: false, dryRun: false } } });
  });

  test('plain http is for loopback', () => {
    for (const host of ['localhost:1', '127.0.0.1:1', '[::1]:1']) {
      expect(configOf({ MATON_GATEWAY_URL: `http://${host}` }).account.addresses.gateway.host).toBe(host);
    }
  });
});
