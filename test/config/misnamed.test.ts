import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config.js';
import { isServiceVariable } from '../../src/config/misnamed.js';
import { settingNames } from '../../src/config/settings.js';
import { configOf } from '../support/config.js';
import { examined } from '../support/examined.js';
import { program } from '../support/program.js';
import { runHere } from '../support/shell.js';

const secret = 'do-not-show-me';

describe('a misspelt setting', () => {
  test.each([
    ['MANYCHAT_MCP_READONLY', 'MANYCHAT_MCP_READ_ONLY'],
    ['MANYCHAT_MCP_DRYRUN', 'MANYCHAT_MCP_DRY_RUN'],
    ['MANYCHAT_MCP_EXCLUDE_TOOL', 'MANYCHAT_MCP_EXCLUDE_TOOLS'],
    ['MANYCHAT_MCP_EXCLUDED', 'MANYCHAT_MCP_EXCLUDE_TOOLS'],
    ['MANYCHAT_MCP_CONFIRMATION', 'MANYCHAT_MCP_CONFIRM'],
    ['manychat_mcp_readonly', 'MANYCHAT_MCP_READ_ONLY'],
    ['manychat_mcp_read_only', 'MANYCHAT_MCP_READ_ONLY'],
    ['Manychat_Mcp_Confirm', 'MANYCHAT_MCP_CONFIRM'],
    ['MANYCHAT_MPC_READ_ONLY', 'MANYCHAT_MCP_READ_ONLY'],
    ['MANYCHT_MCP_DRY_RUN', 'MANYCHAT_MCP_DRY_RUN'],
    ['MATON_API_KY', 'MATON_API_KEY'],
    ['maton_api_key', 'MATON_API_KEY'],
    ['MATON_CONECTION_ID', 'MATON_CONNECTION_ID'],
    ['MATON_GATEWAY_URLS', 'MATON_GATEWAY_URL'],
    ['MANYCHAT_API_KY', 'MANYCHAT_API_KEY'],
    ['MANYCHAT_APIKEY', 'MANYCHAT_API_KEY'],
    ['MANYCHAT_READ_ONLY', 'MANYCHAT_MCP_READ_ONLY'],
    ['manychat_dry_run', 'MANYCHAT_MCP_DRY_RUN'],
    ['MANYCHAT_MCP_MATON_API_KEY', 'MATON_API_KEY'],
    ['MANYCHAT_MCP_PORT', 'MANYCHAT_MCP_HTTP_PORT_NUMBER'],
  ])('%s is refused, and %s is suggested', (name, near) => {
    const read = () => configOf({ [name]: secret });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(`${name} is not a setting; the nearest is ${near}`);
    expect(read).not.toThrow(secret);
  });

  test.each([['MANYCHAT_MCP_X'], ['MANYCHAT_MCP_VOLUME'], ['MANYCHAT_MCP_DEBUG'], ['MANYCHAT_MCP_LANGUAGE']])(
    '%s is refused without a suggestion, because none is close',
    (name) => expect(() => configOf({ [name]: secret })).toThrow(`${name} is not a setting; --help lists them`),
  );

  test('is quoted if its name ends with a space', () => {
    expect(() => configOf({ 'MANYCHAT_MCP_READ_ONLY ': '1' })).toThrow(/^"MANYCHAT_MCP_READ_ONLY " is not a setting/);
  });

  test('is reported together with all other problems', () => {
    const environment = { MANYCHAT_MCP_READONLY: '1', MANYCHAT_MCP_DRYRUN: '1', MANYCHAT_MCP_DEADLINE_MS: '10' };
    expect(() => configOf(environment)).toThrow(/READONLY is no.*\n.*DRYRUN is no.*\n.*at least 1000/);
  });

  test('is shown with at most 80 characters of its name, without control characters', () => {
    // 80 characters: the prefix has 13, "[2J" has 3.
    const name = `MANYCHAT_MCP_\u001b[2J${'X'.repeat(5_000)}`;
    expect(() => configOf({ [name]: '1' })).toThrow(/^"MANYCHAT_MCP_\[2JX{64}…" is not a setting/);
  });

  test.each([
    ['MATON_KEY'],
    ['MATON_HOME'],
    ['MCP_READ_ONLY'],
    ['MCP_LOG_LEVEL'],
    ['MATON_API_URL'],
    ['MANYCHAT_API_TOKEN'],
    ['MANYCHAT_PAGE'],
    ['ALL_PROXY'],
    ['FTP_PROXY'],
    ['API_KEY'],
    ['MATON_ and 100,000 characters', `MATON_${'X'.repeat(100_000)}`],
  ])('is not seen in a variable of another program: %s', (label, name = label) => {
    expect(() => configOf({ [name]: secret })).not.toThrow();
  });

  test.each(['', ' ', undefined])('counts as not set with the value %j', (value) => {
    expect(() => configOf({ MANYCHAT_MCP_READONLY: value, MATON_API_KY: value })).not.toThrow();
  });
});

describe('the variables that Kubernetes sets for a service', () => {
  const variables = {
    MANYCHAT_MCP_SERVICE_HOST: '10.96.0.12',
    MANYCHAT_MCP_SERVICE_PORT: '8080',
    MANYCHAT_MCP_SERVICE_PORT_HTTP: '8080',
    MANYCHAT_MCP_PORT: 'tcp://10.96.0.12:8080',
    MANYCHAT_MCP_PORT_8080_TCP: 'tcp://10.96.0.12:8080',
    MANYCHAT_MCP_PORT_8080_TCP_PROTO: 'tcp',
    MANYCHAT_MCP_PORT_8080_TCP_PORT: '8080',
    MANYCHAT_MCP_PORT_8080_TCP_ADDR: 'fd00:10:96::c',
    MANYCHAT_MCP_SANDBOX_SERVICE_HOST: '10.96.0.13',
    MANYCHAT_MCP_SANDBOX_PORT: 'udp://[fd00:10:96::d]:53',
  };

  test('are ignored', () => {
    expect(configOf(variables)).toEqual(configOf({}));
  });

  test('are recognised by their values too: another value makes them misspelt settings', () => {
    for (const name of Object.keys(variables)) {
      expect(() => configOf({ [name]: 'true' }), name).toThrow(`${name} is not a setting`);
    }
  });

  test('are never taken for settings: no setting has such a name', () => {
    const values = ['1', '8080', '10.96.0.12', 'tcp', 'tcp://10.96.0.12:8080'];
    const mistaken = settingNames.filter((name) => values.some((value) => isServiceVariable(name, value)));
    expect(mistaken).toEqual([]);
  });
});

describe('a command that reads the settings', () => {
  const environment = { MANYCHAT_MCP_READONLY: '1' };

  test.each([
    [['call', 'create_tag', '{"name":"x"}', '--sandbox']],
    [['tools']],
    [['connect']],
    [['serve']],
    [['bulk', 'nothing.csv', '--add-tag', 'x']],
  ])('%j fails with the misspelt name and the nearest setting', async (args) => {
    await expect(runHere(args, environment)).rejects.toThrow(
      'MANYCHAT_MCP_READONLY is not a setting; the nearest is MANYCHAT_MCP_READ_ONLY',
    );
  });

  test('serve exits with code 2, writes the reason to stderr and nothing to stdout', () => {
    const env = { PATH: process.env.PATH ?? '', ...environment };
    const { status, stdout, stderr } = spawnSync(process.execPath, [program], { env, input: '', encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(
      'manychat-mcp: MANYCHAT_MCP_READONLY is not a setting; the nearest is MANYCHAT_MCP_READ_ONLY\n',
    );
  });

  test('doctor reports a failed check', async () => {
    const { code, statuses, text } = await examined(environment);
    expect(code).toBe(1);
    expect(statuses.settings).toBe('failed');
    expect(text('settings')).toContain('MANYCHAT_MCP_READONLY is not a setting; the nearest is MANYCHAT_MCP_READ_ONLY');
  });
});
