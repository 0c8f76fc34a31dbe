import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config.js';
import { configOf } from '../support/config.js';

describe('the configuration', () => {
  test('has a default for every setting, even if a client passes unreplaced placeholders', () => {
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

  test('reports all problems together, one per line', () => {
    const environment = {
      MANYCHAT_MCP_READONLY: '1',
      MANYCHAT_MCP_CONFIRM: '${CONFIRM}',
      MANYCHAT_MCP_DEADLINE_MS: '10',
      MANYCHAT_MCP_TOOLS: 'send_txt',
    };
    const message = (): string => {
      try {
        return JSON.stringify(configOf(environment));
      } catch (error) {
        return error instanceof ConfigError ? error.message : String(error);
      }
    };
    expect(message().split('\n')).toEqual([
      expect.stringMatching(/^MANYCHAT_MCP_READONLY /),
      expect.stringMatching(/^MANYCHAT_MCP_CONFIRM contains a placeholder/),
      expect.stringMatching(/^MANYCHAT_MCP_DEADLINE_MS must be at least 1000/),
      expect.stringMatching(/^MANYCHAT_MCP_TOOLS contains "send_txt"/),
    ]);
  });

  test.each(['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'])('reads %s in lower case too, and prefers upper case', (name) => {
    const proxyOf = (environment: Record<string, string>) => JSON.stringify(configOf(environment).host.proxy);
    const lower = { [name.toLowerCase()]: 'http://lower.example:1' };
    expect(proxyOf(lower)).toContain('lower.example');
    const both = proxyOf({ ...lower, [name]: 'http://upper.example:1' });
    expect(both).toContain('upper.example');
    expect(both).not.toContain('lower.example');
  });

  test('lists as secrets every key, even one that is not in use, and the credentials of proxies', () => {
    const { host } = configOf({
      MATON_API_KEY: 'maton-key',
      MANYCHAT_API_KEY: 'manychat-key',
      HTTPS_PROXY: 'http://user:pass%20word@10.0.0.1:3128',
    });
    expect(host.secrets.toSorted()).toEqual(
      ['maton-key', 'manychat-key', 'user', 'pass word', 'user:pass word'].toSorted(),
    );
  });
});

describe('the identity of an account', () => {
  const identity = (environment: Record<string, string>) => configOf(environment).account.identity;

  test('depends on the key and on how ManyChat is reached, and on nothing else', () => {
    const same = identity({ MATON_API_KEY: 'one' });
    expect(identity({ MATON_API_KEY: '"Bearer one"', MATON_CONNECTION_ID: 'c1' })).toBe(same);
    expect(identity({ MATON_API_KEY: 'two' })).not.toBe(same);
    expect(identity({ MANYCHAT_API_KEY: 'one' })).not.toBe(same);
  });

  test('does not contain the key', () => {
    expect(identity({ MATON_API_KEY: 'one' })).toMatch(/^[\da-f]{64}$/);
  });
});

describe.each([
  'MANYCHAT_MCP_READ_ONLY',
  'MANYCHAT_MCP_DRY_RUN',
  'MANYCHAT_MCP_EXCLUDE_TOOLS',
  'MANYCHAT_MCP_TOOLS',
  'MANYCHAT_MCP_TOOLSETS',
  'MANYCHAT_MCP_CONFIRM',
])('%s, which restricts', (name) => {
  test.each(['${user_config.read_only}', ' ${READ_ONLY}', '%READ_ONLY%', '$READ_ONLY'])(
    'is refused with the unreplaced placeholder %j',
    (value) => {
      expect(() => configOf({ [name]: value })).toThrow(ConfigError);
      expect(() => configOf({ [name]: value })).toThrow(
        `${name} contains a placeholder that was not replaced: ${value.trim()}`,
      );
    },
  );

  test('is reported together with the problem of another setting', () => {
    expect(() => configOf({ [name]: '${a}', MANYCHAT_MCP_DEADLINE_MS: '10' })).toThrow(
      /placeholder.*\n.*at least 1000/,
    );
  });

  test.each(['', ' '])('counts as not set with the value %j', (empty) => {
    expect(configOf({ [name]: empty })).toMatchObject({ account: { policy: { readOnly: false, dryRun: false } } });
  });
});
