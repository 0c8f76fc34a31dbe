import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config.js';
import { documentedSettings, restrictingNames, settingNames } from '../../src/config/settings.js';
import { configOf } from '../support/config.js';

describe('an invalid value', () => {
  test.each([
    [{ MATON_GATEWAY_URL: 'http://gateway.example' }, /MATON_GATEWAY_URL must use https/],
    [{ MATON_GATEWAY_URL: 'http://127.0.0.1.example.com' }, /must use https/],
    [{ MATON_CONTROL_URL: 'gateway' }, /MATON_CONTROL_URL must be an address/],
    [{ MANYCHAT_API_URL: 'https://user:word@api.example' }, /MANYCHAT_API_URL must not contain a user/],
    [{ MATON_CONNECTION_ID: 'a\nb' }, /MATON_CONNECTION_ID must be the id or the page name/],
    [{ MANYCHAT_MCP_DEADLINE_MS: '45s' }, /MANYCHAT_MCP_DEADLINE_MS must be a number of milliseconds/],
    [{ MANYCHAT_MCP_DEADLINE_MS: '10' }, /at least 1000/],
    [{ MANYCHAT_MCP_DEADLINE_MS: '600001' }, /at most 600000/],
    [{ MANYCHAT_MCP_DEADLINE_MS: '1500.5' }, /a whole number of milliseconds/],
    [{ MANYCHAT_MCP_LOG_LEVEL: 'loud' }, /must be one of debug/],
    [{ MANYCHAT_MCP_SANDBOX: 'perhaps' }, /MANYCHAT_MCP_SANDBOX must be one of/],
    [{ MANYCHAT_MCP_READ_ONLY: 'ture' }, /MANYCHAT_MCP_READ_ONLY must be one of/],
    [{ MANYCHAT_MCP_DRY_RUN: '2' }, /MANYCHAT_MCP_DRY_RUN must be one of/],
    [{ MANYCHAT_MCP_CONFIRM: 'yes' }, /MANYCHAT_MCP_CONFIRM must be one of/],
    [{ MANYCHAT_MCP_RESULTS: 'json' }, /MANYCHAT_MCP_RESULTS must be one of both, text, structured/],
    [{ MANYCHAT_MCP_HTTP_HOST: 'http://0.0.0.0' }, /MANYCHAT_MCP_HTTP_HOST must be a host name or an IP address/],
    [{ MANYCHAT_MCP_HTTP_PORT_NUMBER: '70000' }, /MANYCHAT_MCP_HTTP_PORT_NUMBER must be a port from 0 to 65535/],
    [
      { MANYCHAT_MCP_PUBLIC_URL: 'http://manychat.example.com' },
      /MANYCHAT_MCP_PUBLIC_URL must be an address like https/,
    ],
    [{ MANYCHAT_MCP_PUBLIC_URL: 'https://manychat.example.com/mcp' }, /without a path/],
    [{ MANYCHAT_MCP_UNCONFIRMED: 'ask' }, /MANYCHAT_MCP_UNCONFIRMED must be one of allow, refuse/],
    [
      { MANYCHAT_MCP_INBOUND_SECRET: 'short' },
      /MANYCHAT_MCP_INBOUND_SECRET must have at least 16 characters: .*inbound secret/,
    ],
    [{ MANYCHAT_MCP_INBOUND_SECRET: 'a-secret-of-this-server,x' }, /MANYCHAT_MCP_INBOUND_SECRET must have at least 16/],
    [
      { MANYCHAT_MCP_INBOUND_SECRET: 'a secret of this server' },
      /MANYCHAT_MCP_INBOUND_SECRET must have neither blanks/,
    ],
    [{ MANYCHAT_MCP_INBOUND_HEADER: 'X: Secret' }, /MANYCHAT_MCP_INBOUND_HEADER must be the name of a header/],
    [{ MANYCHAT_MCP_INBOUND_HEADER: 'Content-Type' }, /MANYCHAT_MCP_INBOUND_HEADER is a header with another meaning/],
    [{ MANYCHAT_MCP_INBOUND_MODE: 'answer' }, /MANYCHAT_MCP_INBOUND_MODE must be one of ack, reply, draft/],
    [{ MANYCHAT_MCP_INBOUND_PAUSE_MS: '9000' }, /MANYCHAT_MCP_INBOUND_PAUSE_MS must be at most 5000/],
    [{ MANYCHAT_MCP_INBOUND_ANSWERS: '20' }, /MANYCHAT_MCP_INBOUND_ANSWERS must be two numbers such as 20\/10/],
    [{ MANYCHAT_MCP_INBOUND_ANSWERS: '0/10' }, /MANYCHAT_MCP_INBOUND_ANSWERS must be two numbers/],
    [{ MANYCHAT_MCP_INBOUND_WHATSAPP: 'Answer' }, /MANYCHAT_MCP_INBOUND_WHATSAPP must be a custom field and the ns/],
    [{ MANYCHAT_MCP_CONFIRM: 'all' }, /MANYCHAT_MCP_CONFIRM must be one of nothing, destroy, sends/],
  ])('in %j is refused, and the setting is named', (environment, message) => {
    expect(() => configOf(environment as Record<string, string>)).toThrow(ConfigError);
    expect(() => configOf(environment as Record<string, string>)).toThrow(message);
  });
});

describe('a valid value', () => {
  test.each(['localhost:1', '127.0.0.1:1', '[::1]:1'])('can be an address with plain http on loopback: %s', (host) => {
    expect(configOf({ MATON_GATEWAY_URL: `http://${host}` }).account.addresses.gateway.host).toBe(host);
  });

  test.each([
    ['1', true],
    ['TRUE', true],
    ['yes', true],
    ['on', true],
    ['0', false],
    ['False', false],
    ['no', false],
    ['off', false],
  ])('can be the switch %j, which means %s', (word, on) => {
    expect(configOf({ MANYCHAT_MCP_READ_ONLY: word }).account.policy.readOnly).toBe(on);
  });

  test('can be a proxy without a scheme, which means http', () => {
    expect(configOf({ HTTPS_PROXY: '10.0.0.1:3128' }).host.proxy.https).toBe('http://10.0.0.1:3128');
  });
});

describe('the table of settings', () => {
  const isProxy = (name: string) => name.endsWith('_PROXY');

  test('documents every setting except the proxy variables, in its order', () => {
    expect(documentedSettings.map(({ name }) => name)).toEqual(settingNames.filter((name) => !isProxy(name)));
  });

  test('gives every setting either a flag or a reason to have none: it is a key or a secret, or an address that a key is sent to', () => {
    const withoutFlag = documentedSettings.filter(({ flag }) => flag === undefined).map(({ name }) => name);
    expect(withoutFlag).toEqual(
      settingNames.filter((name) => /_(KEY|SECRET|URL)$/.test(name) && name !== 'MANYCHAT_MCP_PUBLIC_URL'),
    );
  });

  test('gives no flag to two settings', () => {
    const flags = documentedSettings.flatMap(({ flag }) => flag ?? []);
    expect(new Set(flags).size).toBe(flags.length);
  });

  test('gives a value or a list only to settings with a flag', () => {
    const odd = documentedSettings.filter(
      ({ flag, value, list }) => (flag === undefined && value !== undefined) || (value === undefined && list === true),
    );
    expect(odd).toEqual([]);
  });

  test('marks as restricting the settings of the policy, the choice of accounts and what is shared, and no others', () => {
    expect(restrictingNames).toEqual([
      'MANYCHAT_MCP_ACCOUNTS',
      'MANYCHAT_MCP_ACCOUNT',
      'MANYCHAT_MCP_TOOLSETS',
      'MANYCHAT_MCP_TOOLS',
      'MANYCHAT_MCP_EXCLUDE_TOOLS',
      'MANYCHAT_MCP_READ_ONLY',
      'MANYCHAT_MCP_DRY_RUN',
      'MANYCHAT_MCP_CONFIRM',
      'MANYCHAT_MCP_UNCONFIRMED',
      'MANYCHAT_MCP_REDIS_URL',
      'MANYCHAT_MCP_SIGN_IN',
      'MANYCHAT_MCP_TOKENS',
      'MANYCHAT_MCP_OAUTH_ISSUER',
      'MANYCHAT_MCP_OAUTH_AUDIENCE',
      'MANYCHAT_MCP_OAUTH_SCOPE_CLAIM',
      'MANYCHAT_MCP_OAUTH_PROFILE_CLAIM',
      'MANYCHAT_MCP_INBOUND_SECRET',
    ]);
  });
});
