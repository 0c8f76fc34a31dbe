import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config.js';
import { configOf } from '../support/config.js';

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
});
