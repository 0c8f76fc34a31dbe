import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { manageTokens, type TokensRequest } from '../../src/cli/accounts/tokens.js';
import { digestOf, isToken } from '../../src/config/accounts/sign-in/tokens-file.js';
import { configOf } from '../support/config.js';
import { useFolder } from '../support/folder.js';
import { recordingShell, runHere } from '../support/shell.js';

const now = Date.parse('2026-03-01T09:00:00Z');
const write = useFolder();

const profiles = {
  Readers: { accounts: 'all', read_only: true },
  Senders: { when: { tokens: ['n8n'] }, accounts: ['Coffee'] },
};

const accountsFile = (): string =>
  write('accounts.json', JSON.stringify({ accounts: { Coffee: { maton_key: { env: 'K' } } }, profiles }));

/** Runs `tokens` at a fixed time. */
async function tokens(path: string, request: Partial<TokensRequest>, accounts?: string) {
  const environment = { MANYCHAT_MCP_TOKENS: path, ...(accounts !== undefined && { MANYCHAT_MCP_ACCOUNTS: accounts }) };
  const { shell, out, err } = recordingShell(environment);
  const all = {
    action: 'list',
    name: undefined,
    profile: undefined,
    expires: undefined,
    path: undefined,
    json: false,
    ...request,
  };
  await manageTokens(configOf(environment), all, shell, () => now);
  return { out: out.join('\n'), err: err.join('\n') };
}

const folder = (): string => dirname(write('x', ''));

describe('tokens create', () => {
  test('prints the token once, and stores its digest in a file that only the user can read', async () => {
    const path = join(folder(), 'new', 'tokens.json');
    const { out, err } = await tokens(path, { action: 'create', name: 'n8n' });
    expect(isToken(out)).toBe(true);
    expect(err).toBe(`Token "n8n", expires 2026-05-30. It is shown only now; ${path} has its digest.`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, 'utf8');
    expect(text).not.toContain(out.slice('mmcp_'.length));
    expect(JSON.parse(text)).toEqual({
      tokens: {
        n8n: { sha256: digestOf(out), created: '2026-03-01T09:00:00.000Z', expires: '2026-05-30T09:00:00.000Z' },
      },
    });
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  test('makes another token each time, and keeps the others', async () => {
    const path = join(folder(), 'tokens.json');
    const first = await tokens(path, { action: 'create', name: 'first' });
    const second = await tokens(path, { action: 'create', name: 'second' });
    expect(first.out).not.toBe(second.out);
    expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')).tokens)).toEqual(['first', 'second']);
  });

  test.each([
    ['12h', '2026-03-01T21:00:00.000Z'],
    ['2w', '2026-03-15T09:00:00.000Z'],
    ['1y', '2027-03-01T09:00:00.000Z'],
    ['2026-12-31', '2026-12-31T00:00:00.000Z'],
    ['never', undefined],
  ])('takes --expires %s', async (expires, until) => {
    const path = join(folder(), 'tokens.json');
    const { out } = await tokens(path, { action: 'create', name: 'a', expires, json: true });
    expect(JSON.parse(out).expires).toBe(until);
  });

  test.each(['90', '0d', '-1d', '1m', '2026-02-28', 'soon', ''])('refuses --expires %j', async (expires) => {
    const path = join(folder(), 'tokens.json');
    await expect(tokens(path, { action: 'create', name: 'a', expires })).rejects.toThrow(
      /--expires must be a time from now such as 90d/,
    );
    expect(existsSync(path)).toBe(false);
  });

  test('takes a profile of the accounts file, in any spelling', async () => {
    const path = join(folder(), 'tokens.json');
    const { out } = await tokens(
      path,
      { action: 'create', name: 'ci', profile: 'readers', json: true },
      accountsFile(),
    );
    expect(JSON.parse(out).profile).toBe('Readers');
  });

  test('needs no profile for a token that a profile names', async () => {
    const path = join(folder(), 'tokens.json');
    const { out } = await tokens(path, { action: 'create', name: 'N8N', json: true }, accountsFile());
    expect(JSON.parse(out)).not.toHaveProperty('profile');
  });

  test.each([
    [{ name: 'ci' }, /name a profile for the token with --profile: there are "Readers", "Senders"/],
    [{ name: 'ci', profile: 'Writers' }, /there is no profile "Writers"; there are "Readers", "Senders"/],
    [{ name: 'n8n', profile: 'Readers' }, /the profile "Senders" in the accounts file names the token "n8n"/],
    [{ name: '../ci', profile: 'Readers' }, /"..\/ci" is not a name/],
    [{ profile: 'Readers' }, /name the token: tokens create NAME/],
  ])('refuses %j', async (request, message) => {
    const path = join(folder(), 'tokens.json');
    await expect(tokens(path, { action: 'create', ...request }, accountsFile())).rejects.toThrow(message);
    expect(existsSync(path)).toBe(false);
  });

  test('refuses a profile where the accounts file has none', async () => {
    const path = join(folder(), 'tokens.json');
    await expect(tokens(path, { action: 'create', name: 'a', profile: 'Readers' })).rejects.toThrow(
      /the accounts file has no profiles: omit --profile/,
    );
  });

  test('refuses a name that a token has', async () => {
    const path = join(folder(), 'tokens.json');
    await tokens(path, { action: 'create', name: 'My agent' });
    const before = readFileSync(path, 'utf8');
    await expect(tokens(path, { action: 'create', name: 'my-agent' })).rejects.toThrow(
      /there is a token "My agent" already: revoke it first/,
    );
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  test('leaves a file alone that another command is changing', async () => {
    const path = join(folder(), 'tokens.json');
    write('tokens.json.new', '');
    await expect(tokens(path, { action: 'create', name: 'a' })).rejects.toThrow(
      `another command is changing ${path}, or one was interrupted: then delete ${path}.new`,
    );
    expect(existsSync(path)).toBe(false);
    expect(existsSync(`${path}.new`)).toBe(true);
  });
});

describe('tokens list', () => {
  test('shows names, profiles and times, and no digest', async () => {
    const path = join(folder(), 'tokens.json');
    const accounts = accountsFile();
    await tokens(path, { action: 'create', name: 'ci', profile: 'Readers', expires: 'never' }, accounts);
    const content = JSON.parse(readFileSync(path, 'utf8'));
    content.tokens.old = {
      sha256: 'a'.repeat(64),
      profile: 'Gone',
      created: '2026-01-01T00:00:00Z',
      expires: '2026-02-01T00:00:00Z',
    };
    write('tokens.json', JSON.stringify(content));
    const { out, err } = await tokens(path, {}, accounts);
    expect(out).toBe(
      [
        'ci   never expires, created 2026-03-01, profile "Readers"',
        'old  expired 2026-02-01, created 2026-01-01, profile "Gone" (which does not exist)',
      ].join('\n'),
    );
    expect(err).toBe(`2 tokens in ${path}.`);
    const { out: json } = await tokens(path, { json: true });
    expect(json).not.toContain('a'.repeat(64));
    expect(JSON.parse(json).tokens[1]).toMatchObject({ name: 'old', expired: true });
  });

  test('of no file is empty', async () => {
    const path = join(folder(), 'tokens.json');
    expect(await tokens(path, {})).toEqual({ out: '', err: `0 tokens in ${path}.` });
  });

  test('refuses a file that others can read', async () => {
    const path = write('tokens.json', '{"tokens": {}}');
    chmodSync(path, 0o644);
    await expect(tokens(path, {})).rejects.toThrow(`can be read or changed by other users. Run: chmod 600 ${path}`);
  });
});

describe('tokens revoke', () => {
  test('removes a token and no other', async () => {
    const path = join(folder(), 'tokens.json');
    for (const name of ['one', 'two']) await tokens(path, { action: 'create', name });
    const { out, err } = await tokens(path, { action: 'revoke', name: 'ONE' });
    expect(out).toBe('');
    expect(err).toBe('Token "ONE" is revoked. Servers refuse it from their next request on.');
    expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')).tokens)).toEqual(['two']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('of a token that is not there says which are', async () => {
    const path = join(folder(), 'tokens.json');
    await tokens(path, { action: 'create', name: 'one' });
    await expect(tokens(path, { action: 'revoke', name: 'two' })).rejects.toThrow(
      `there is no token "two" in ${path}; there are "one"`,
    );
  });
});

describe('the command line of tokens', () => {
  test('uses the file beside the accounts file by default', async () => {
    const accounts = accountsFile();
    const { out, err } = await runHere(['tokens', 'create', 'ci', '--profile', 'Readers', '--accounts', accounts], {});
    const path = join(dirname(accounts), 'tokens.json');
    expect(err).toContain(`${path} has its digest`);
    expect(readFileSync(path, 'utf8')).toContain(digestOf(out));
    const other = join(folder(), 'other.json');
    await runHere(['tokens', 'create', 'a', '--tokens', other], {});
    expect(existsSync(other)).toBe(true);
    const home = folder();
    const { err: atHome } = await runHere(['tokens', 'list'], { HOME: home });
    expect(atHome).toBe(`0 tokens in ${join(home, '.config', 'manychat-mcp', 'tokens.json')}.`);
  });

  test.each([
    [['tokens', 'make', 'a'], /tokens takes create, list, revoke, not "make"/],
    [['tokens', 'list', 'a'], /tokens list takes no name/],
    [
      ['tokens', 'revoke', 'a', '--expires', '1d'],
      /--profile and --expires are for tokens create, not for tokens revoke/,
    ],
    [['tokens', 'revoke'], /name the token: tokens revoke NAME/],
  ])('refuses %j', async (args, message) => {
    await expect(runHere(args, { MANYCHAT_MCP_TOKENS: join(folder(), 'tokens.json') })).rejects.toThrow(message);
  });
});
