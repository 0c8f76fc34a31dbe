import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { namedAccounts, withOneAccount } from '../../../src/config/accounts/choice.js';
import { configOf } from '../../support/config.js';
import { useFolder } from '../../support/folder.js';

const key = '123456789:0123456789abcdef0123456789abcdef';
const accounts = {
  'Sunrise Coffee': { maton_key: { env: 'FIRST' }, connection: 'Sunrise' },
  Harbour: { manychat_key: { env: 'SECOND' } },
  Open: { maton_key: { env: 'FIRST' } },
};

describe('the choice of accounts', () => {
  const write = useFolder();
  const file = (content: object = accounts) => write('accounts.json', JSON.stringify({ accounts: content }));
  const surroundings = (environment: Record<string, string>) => ({ environment, platform: 'linux' });
  const chosen = async (environment: Record<string, string>) =>
    (await namedAccounts(configOf(environment), surroundings(environment)))?.accounts.map(({ name }) => name);
  const one = async (environment: Record<string, string>) => {
    const { account, host } = await withOneAccount(configOf(environment), surroundings(environment));
    return { ...account, secrets: host.secrets };
  };

  test('is all accounts of the file without a name, in the order of the file', async () => {
    expect(await chosen({ MANYCHAT_MCP_ACCOUNTS: file() })).toEqual(['Sunrise Coffee', 'Harbour', 'Open']);
  });

  test.each(['Sunrise Coffee', 'sunrise-coffee', 'SUNRISE_COFFEE', ' sunrise  coffee '])(
    'finds an account as %j',
    async (name) => {
      expect(await chosen({ MANYCHAT_MCP_ACCOUNTS: file(), MANYCHAT_MCP_ACCOUNT: name })).toEqual(['Sunrise Coffee']);
    },
  );

  test('is several accounts if several are named', async () => {
    const environment = { MANYCHAT_MCP_ACCOUNTS: file(), MANYCHAT_MCP_ACCOUNT: 'open, sunrise coffee,Open' };
    expect(await chosen(environment)).toEqual(['Sunrise Coffee', 'Open']);
  });

  test('refuses a name that is not in the file, with the closest', async () => {
    await expect(chosen({ MANYCHAT_MCP_ACCOUNTS: file(), MANYCHAT_MCP_ACCOUNT: 'Harbor' })).rejects.toThrow(
      /There is no account "Harbor"; the closest is "Harbour"/,
    );
  });

  test('refuses to choose one of several that is not named', async () => {
    await expect(one({ MANYCHAT_MCP_ACCOUNTS: file() })).rejects.toThrow(
      /has 3 accounts: name one with --account. There are "Sunrise Coffee", "Harbour", "Open"/,
    );
  });

  test('takes the only account of a file', async () => {
    const path = file({ Harbour: accounts.Harbour });
    expect(await one({ MANYCHAT_MCP_ACCOUNTS: path, SECOND: `Bearer ${key}\n` })).toMatchObject({
      name: 'Harbour',
      access: { mode: 'direct', key },
      secrets: [key],
    });
  });

  describe('without a path', () => {
    const atHome = (content: object = accounts) => {
      const home = dirname(file(content));
      mkdirSync(join(home, '.config', 'manychat-mcp'), { recursive: true });
      write('.config/manychat-mcp/accounts.json', JSON.stringify({ accounts: content }));
      return home;
    };

    test('reads the file in the configuration folder', async () => {
      const HOME = atHome();
      expect(await chosen({ HOME })).toHaveLength(3);
      expect(await chosen({ XDG_CONFIG_HOME: join(HOME, '.config') })).toHaveLength(3);
      const environment = { APPDATA: join(HOME, '.config') };
      const onWindows = { environment, platform: 'win32' };
      expect((await namedAccounts(configOf(environment), onWindows))?.accounts).toHaveLength(3);
    });

    test('leaves that file alone if a key is set, unless an account is named', async () => {
      const HOME = atHome();
      expect(await chosen({ HOME, MATON_API_KEY: 'k3y-of-1234' })).toBeUndefined();
      expect(await chosen({ HOME, MANYCHAT_API_KEY: key })).toBeUndefined();
      expect(await chosen({ HOME, MATON_API_KEY: 'not a key' })).toBeUndefined();
      // A variable that a client did not replace must not change whom it writes to.
      expect(await chosen({ HOME, MATON_API_KEY: '${COFFEE_KEY}' })).toBeUndefined();
      expect(await chosen({ HOME, MANYCHAT_API_KEY: 'YOUR_API_KEY' })).toBeUndefined();
      expect(await chosen({ HOME, MATON_API_KEY: ' ' })).toHaveLength(3);
      // Installation dialogs pass placeholders for settings that were left empty.
      expect(await chosen({ HOME, MATON_API_KEY: '${user_config.key}' })).toHaveLength(3);
      expect(await chosen({ HOME, MATON_API_KEY: 'k3y-of-1234', MANYCHAT_MCP_ACCOUNT: 'Open' })).toEqual(['Open']);
    });

    test('uses the keys of the environment if there is no file, and refuses a name', async () => {
      const HOME = dirname(write('x', ''));
      expect(await chosen({ HOME })).toBeUndefined();
      await expect(chosen({ HOME, MANYCHAT_MCP_ACCOUNT: 'Open' })).rejects.toThrow(
        /there is none: \S+accounts.json does not exist/,
      );
      await expect(chosen({ MANYCHAT_MCP_ACCOUNT: 'Open' })).rejects.toThrow(/there is none: name it with --accounts/);
    });
  });

  test('is the sandbox if that is asked for, and not both', async () => {
    expect(await chosen({ MANYCHAT_MCP_ACCOUNTS: file(), MANYCHAT_MCP_SANDBOX: '1' })).toBeUndefined();
    await expect(chosen({ MANYCHAT_MCP_SANDBOX: '1', MANYCHAT_MCP_ACCOUNT: 'Open' })).rejects.toThrow(
      /omit one of them/,
    );
  });

  test('finds a file that is named from home', async () => {
    const HOME = dirname(file());
    expect(await chosen({ HOME, MANYCHAT_MCP_ACCOUNTS: '~/accounts.json' })).toHaveLength(3);
  });

  test('refuses a list without a name', async () => {
    for (const name of [',', ' , '])
      await expect(chosen({ MANYCHAT_MCP_ACCOUNTS: file(), MANYCHAT_MCP_ACCOUNT: name })).rejects.toThrow(
        /names no account/,
      );
  });

  test('refuses a placeholder for the file, which would be another', () => {
    expect(() => configOf({ MANYCHAT_MCP_ACCOUNTS: '${ACCOUNTS}' })).toThrow(/MANYCHAT_MCP_ACCOUNTS contains a placeh/);
  });

  test('refuses a placeholder for the name, which would offer all', () => {
    expect(() => configOf({ MANYCHAT_MCP_ACCOUNTS: 'a', MANYCHAT_MCP_ACCOUNT: '${ACCOUNT}' })).toThrow(
      /MANYCHAT_MCP_ACCOUNT contains a placeholder/,
    );
  });

  test('combines a connection with one Maton account that has none', async () => {
    const environment = { MANYCHAT_MCP_ACCOUNTS: file(), MATON_CONNECTION_ID: 'c1', FIRST: 'k3y-of-1234' };
    expect(await one({ ...environment, MANYCHAT_MCP_ACCOUNT: 'Open' })).toMatchObject({ connection: 'c1' });
    for (const name of ['Harbour', 'Sunrise Coffee', 'Open,Harbour'])
      await expect(one({ ...environment, MANYCHAT_MCP_ACCOUNT: name })).rejects.toThrow(
        /--connection goes with one account/,
      );
  });

  describe('the key of an account', () => {
    const access = async (manychat_key: unknown, environment: Record<string, string> = {}) => {
      const path = file({ a: { manychat_key } });
      return (await one({ MANYCHAT_MCP_ACCOUNTS: path, ...environment })).access;
    };
    const reason = async (source: unknown, environment: Record<string, string> = {}) => {
      const found = await access(source, environment);
      return found.mode === 'none' ? found.reason : JSON.stringify(found);
    };

    test('is read from a variable, from a file beside the accounts file or at home, or from a command', async () => {
      const usable = { mode: 'direct', key, page: '123456789' };
      expect(await access({ env: 'A' }, { A: key })).toEqual(usable);
      const folder = dirname(write('harbour.key', `${key}\r\n`));
      expect(await access({ file: 'harbour.key' })).toEqual(usable);
      expect(await access({ file: '~/harbour.key' }, { HOME: folder })).toEqual(usable);
      expect(await access({ file: join(folder, 'harbour.key') })).toEqual(usable);
      expect(await access({ command: [process.execPath, '-p', `"${key}"`.replace(':', '" + ":" + "')] })).toEqual(
        usable,
      );
    });

    test.each([
      [{ env: 'A' }, /^The key of account "a" cannot be read: the variable A is not set$/],
      [{ file: 'none' }, /cannot be read: the file \S+none cannot be read \(ENOENT\)/],
      [
        { command: ['no-such-program-here'] },
        /the command "no-such-program-here" printed no key: there is no such program/,
      ],
      [
        { command: [process.execPath, '-e', 'console.error("s3cret"); process.exit(3)'] },
        /it failed with exit code 3; run it yourself/,
      ],
      [{ command: [process.execPath, '-e', ''] }, /the key of account "a" is empty/i],
      [
        { command: [process.execPath, '-e', 'process.stdout.write("s3cret".repeat(20_000))'] },
        /printed no key: it printed too much for a key/,
      ],
      [{ file: '.' }, /\S+ is a folder, not a file with a key/],
      [{ file: '/dev/zero' }, /\/dev\/zero is no file with a key/],
    ])('that cannot be read is told: %j', async (source, message) => {
      expect(await reason(source)).toMatch(message);
      expect(await reason(source)).not.toContain('s3cret');
    });

    test('in a file that is too large is told', async () => {
      write('large.key', 'k'.repeat(100_000));
      expect(await reason({ file: 'large.key' })).toMatch(/large\.key is no file with a key, or too large for one/);
    });

    test.each([
      ['a pipe that nobody writes to', { file: 'pipe' }, /the pipe \S+pipe gave no key: it was stopped/],
      [
        'a command that goes on after SIGTERM',
        { command: ['sh', '-c', 'trap "" TERM; sleep 3'] },
        /the command "sh" printed no key: it was stopped/,
      ],
    ])('that is waited for ends with the program: %s', async (_, source, message) => {
      const path = file({ a: { manychat_key: source } });
      const folder = dirname(path);
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      const ending = new AbortController();
      const environment = { MANYCHAT_MCP_ACCOUNTS: path };
      const reading = withOneAccount(configOf(environment), { ...surroundings(environment), ending: ending.signal });
      ending.abort();
      const { access } = (await reading).account;
      expect(access.mode === 'none' && access.reason).toMatch(message);
    });

    test('comes from a pipe when it is written there', async () => {
      const path = file({ a: { manychat_key: { file: 'pipe' } } });
      const pipe = join(dirname(path), 'pipe');
      execFileSync('mkfifo', [pipe]);
      const reading = one({ MANYCHAT_MCP_ACCOUNTS: path });
      await writeFile(pipe, `${key}\n`);
      expect((await reading).access).toEqual({ mode: 'direct', key, page: '123456789' });
    });

    test('that is malformed is told', async () => {
      expect(await reason({ env: 'A' }, { A: 'two words' })).toMatch(/^The key of account "a" contains white space/);
      expect(await reason({ env: 'A' }, { A: '${KEY}' })).toMatch(/contains a placeholder instead of a key/);
    });

    test('of ManyChat is not taken for one of Maton', async () => {
      const path = file({ a: { maton_key: { env: 'A' } } });
      expect((await one({ MANYCHAT_MCP_ACCOUNTS: path, A: key })).access).toEqual({
        mode: 'none',
        reason: 'The key of account "a" contains a ManyChat key, which belongs in manychat_key',
      });
    });
  });
});
