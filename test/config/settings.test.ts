import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config.js';
import { configOf } from '../support/config.js';

describe('other settings', () => {
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

  test('plain http is for loopback', () => {
    for (const host of ['localhost:1', '127.0.0.1:1', '[::1]:1']) {
      expect(configOf({ MATON_GATEWAY_URL: `http://${host}` }).account.addresses.gateway.host).toBe(host);
    }
  });
});
