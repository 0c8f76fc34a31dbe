import { describe, expect, onTestFinished, test } from 'vitest';
import { showAccounts } from '../../src/cli/accounts/command.js';
import { createHttpClient } from '../../src/upstream/client/http-client.js';
import { configOf } from '../support/config.js';
import { drivenClock } from '../support/driven.js';
import { useFolder } from '../support/folder.js';
import { through } from '../support/program.js';
import { sandboxed } from '../support/sandboxed.js';
import { recordingShell, runHere } from '../support/shell.js';
import { type Arrived, startUpstream } from '../support/upstream.js';

const write = useFolder();
const fileWith = (accounts: object): string => write('accounts.json', JSON.stringify({ accounts }));

/** A sandbox with both pages connected, and a file with an account for each, and one whose key is refused. */
async function agency() {
  const { sandbox, environment } = await sandboxed({ secondConnection: 'ACTIVE', limits: false });
  const path = fileWith({
    'Sunrise Coffee': { maton_key: { env: 'MATON' }, connection: sandbox.connectionId },
    Wholesale: { manychat_key: { env: 'WHOLESALE' } },
    Museum: { manychat_key: { env: 'MUSEUM' } },
    Harbour: { manychat_key: { env: 'NOT_SET' } },
  });
  const keys = {
    MATON: sandbox.matonKey,
    WHOLESALE: sandbox.secondManychatKey,
    MUSEUM: '555:0123456789abcdef0123456789abcdef',
  };
  const { MATON_API_KEY: _, ...addresses } = environment;
  return {
    sandbox,
    path,
    environment: { ...addresses, ...keys, MANYCHAT_API_URL: sandbox.url, MANYCHAT_MCP_ACCOUNTS: path },
  };
}

describe('accounts', () => {
  test('shows the page of each account, and why an account does not work', async () => {
    const { environment, path } = await agency();
    const { code, out, err } = await runHere(['accounts'], environment);
    expect(out).toBe(
      [
        'Sunrise Coffee  ok  "Sunrise Coffee" (page 123456789), through Maton',
        'Wholesale       ok  "Sunrise Wholesale" (page 104000000000777), with ManyChat\'s own key',
        "Museum          failed  with ManyChat's own key",
        '    manychat_auth: Wrong token. The person who runs this server corrects the key',
        '    of account "Museum" in the accounts file and restarts it. Calling again does',
        '    not help.',
        "Harbour         failed  with ManyChat's own key",
        '    not_configured: The key of account "Harbour" cannot be read: the variable',
        '    NOT_SET is not set. The person who runs this server makes the key of account',
        '    "Harbour" readable, with a restart if the accounts file or a variable',
        '    changes. The next call reads it again.',
      ].join('\n'),
    );
    expect(err).toBe(`4 accounts in ${path}: 2 ok, 2 failed.`);
    expect(code).toBe(1);
  });

  test('checks only those that are named, and prints JSON', async () => {
    const { environment, path } = await agency();
    const { code, out } = await runHere(['accounts', '--account', 'wholesale', '--json'], environment);
    const page = { id: '104000000000777', name: 'Sunrise Wholesale' };
    expect(JSON.parse(out)).toEqual({
      path,
      accounts: [{ name: 'Wholesale', through: 'manychat', status: 'ok', page }],
    });
    expect(code).toBe(0);
  });

  test('says how to check one account if its name comes without --account', async () => {
    await expect(runHere(['accounts', 'wholesale'], {})).rejects.toThrow('name an account with --account NAME');
  });

  test('refuses what cannot be a key of ManyChat before any request', async () => {
    const { environment, sandbox } = await agency();
    const pasted = { ...environment, WHOLESALE: sandbox.matonKey };
    const { code, out } = await runHere(['accounts', '--account', 'wholesale', '--json'], pasted);
    expect(out).toContain('is not a ManyChat key: those begin with digits and a colon');
    expect(out).not.toContain(sandbox.matonKey);
    expect(sandbox.requests()).toEqual([]);
    expect(code).toBe(1);
  });

  test('makes no request with --offline, and reports no key that is missing', async () => {
    const { environment, sandbox } = await agency();
    const { code, out } = await runHere(['accounts', '--offline'], environment);
    expect(out.split('\n')).toHaveLength(4);
    expect(out).toMatch(/^Sunrise Coffee {2}not checked {2}connection "\S+", through Maton$/m);
    expect(sandbox.requests()).toEqual([]);
    expect(code).toBe(0);
  });

  test('warns about two accounts that reach the same page', async () => {
    const { environment, sandbox } = await agency();
    const path = fileWith({
      Coffee: { maton_key: { env: 'MATON' }, connection: sandbox.connectionId },
      Copy: { manychat_key: { env: 'COPY' } },
    });
    const again = { ...environment, MANYCHAT_MCP_ACCOUNTS: path, COPY: sandbox.manychatKey };
    const { code, out } = await runHere(['accounts'], again);
    expect(out).toMatch(
      /^Coffee {2}warning .*\n {4}The same page as "Copy"\.\nCopy {4}warning .*\n {4}The same page as "Coffee"\.$/,
    );
    expect(code).toBe(0);
  });

  test('shows no key, whatever a page is called', async () => {
    const { environment, sandbox } = await agency();
    const upstream = await startUpstream({
      body: { status: 'success', data: { id: 1, name: `Key ${sandbox.matonKey} of ${environment.WHOLESALE}` } },
    });
    onTestFinished(() => upstream.close());
    const { out } = await runHere(['accounts'], {
      ...environment,
      ...through(upstream.url),
      MANYCHAT_API_URL: upstream.url,
    });
    expect(out).toContain('Key ');
    for (const key of [sandbox.matonKey, environment.WHOLESALE, environment.MUSEUM]) expect(out).not.toContain(key);
  });

  test('says where a file would be if there is none, and why one is not used', async () => {
    await expect(runHere(['accounts'], {})).rejects.toThrow(/there is no accounts file: name one with --accounts/);
    await expect(runHere(['accounts'], { HOME: '/none' })).rejects.toThrow(
      /no accounts file \/none\/.config\/manychat-mcp\/accounts.json/,
    );
    await expect(runHere(['accounts', '--sandbox'], {})).rejects.toThrow(/omit --sandbox/);
  });

  test.each(['id', 'name'])(
    'checks fifty accounts of one Maton account in one run, at its limit of 10 requests in a second, with connections by %s',
    async (by) => {
      const clock = drivenClock();
      const arrivals: number[] = [];
      const upstream = await startUpstream((request: Arrived, response) => {
        arrivals.push(clock.now());
        const id = Number(String(request.headers['maton-connection']).split('-')[1]);
        const connections = ids.map((connection_id) => ({ connection_id, status: 'ACTIVE' }));
        const page = { status: 'success', data: { id, name: `Page ${id}` } };
        response.end(JSON.stringify(request.path === '/connections' ? { connections } : page));
      });
      onTestFinished(() => upstream.close());
      const ids = Array.from({ length: 50 }, (_, index) => `00000000-${String(index + 1000)}-4000-8000-000000000000`);
      const connectionOf = (id: string, index: number): string => (by === 'id' ? id : `Page ${index + 1000}`);
      const path = fileWith(
        Object.fromEntries(
          ids.map((id, index) => [
            `Client ${index}`,
            { maton_key: { env: 'MATON' }, connection: connectionOf(id, index) },
          ]),
        ),
      );
      const environment = {
        ...through(upstream.url),
        MATON: 'agency-key-1',
        MANYCHAT_MCP_ACCOUNTS: path,
        MANYCHAT_MCP_LOG_LEVEL: 'silent',
      };
      const { shell, out, err } = recordingShell(environment);
      const code = await showAccounts(configOf(environment), { offline: false, json: false }, shell, {
        clock,
        http: clock.watched(createHttpClient({})),
      });
      expect(out).toHaveLength(50);
      expect(err).toEqual([`50 accounts in ${path}: 50 ok.`]);
      expect(code).toBe(0);
      // By name, the list and each page are read once, for all accounts of the key.
      expect(arrivals).toHaveLength(by === 'id' ? 50 : 101);
      for (const [index, at] of arrivals.slice(10).entries())
        expect(at - (arrivals[index] ?? 0)).toBeGreaterThanOrEqual(1_000);
      expect(Math.max(...arrivals) - Math.min(...arrivals)).toBeLessThan(by === 'id' ? 6_000 : 12_000);
    },
  );
});

describe('--account', () => {
  test.each([
    ['Sunrise Coffee', '123456789'],
    ['wholesale', '104000000000777'],
  ])('makes call use the account %s', async (name, page) => {
    const { environment } = await agency();
    const { code, out } = await runHere(['call', 'get_page', '--account', name, '--json'], environment);
    expect(JSON.parse(out).page.id).toBe(page);
    expect(code).toBe(0);
  });

  test('has to be given if there are several accounts', async () => {
    const { environment } = await agency();
    const command = ['call', 'get_page'];
    await expect(runHere(command, environment)).rejects.toThrow(/has 4 accounts: name one with --account/);
  });

  test('names the account and the file in commands to copy', async () => {
    const { environment, path } = await agency();
    const { out } = await runHere(['doctor', '--accounts', path, '--account', 'Sunrise Coffee'], environment);
    expect(out).toMatch(/ok +page: "Sunrise Coffee"/);
    const { err } = await runHere(
      ['call', 'get_pag', '--accounts', path, '--account', 'Sunrise Coffee'],
      environment,
    ).catch((error: unknown) => ({ err: String(error) }));
    expect(err).toContain(`--accounts ${path} --account 'Sunrise Coffee'`);
  });
});

test('the example of a tool names no account in place of the one that is meant', async () => {
  const { environment } = await agency();
  const { out } = await runHere(['tools', 'send_text'], environment);
  expect(out.split('\nExample\n')[1]).toMatch(/ call manychat_send_text account=NAME /);
});

describe('doctor with an accounts file', () => {
  test('says how to check one account and how to check all, if none is named', async () => {
    const { environment } = await agency();
    const { code, out } = await runHere(['doctor'], environment);
    expect(out).toMatch(
      /^failed {3}account: .* has 4 accounts.*\n.*manychat-mcp doctor --account NAME\n.*manychat-mcp accounts$/m,
    );
    expect(out).toMatch(/^skipped {2}page: no account is named$/m);
    expect(code).toBe(1);
  });

  test('checks the key of the account that is named', async () => {
    const { environment } = await agency();
    const good = await runHere(['doctor', '--account', 'Wholesale'], environment);
    expect(good.out).toMatch(
      /^ok {7}key: the key of account "Wholesale" is well formed: calls go to ManyChat without Maton$/m,
    );
    expect(good.code).toBe(0);
    const bad = await runHere(['doctor', '--account', 'Harbour'], environment);
    expect(bad.out).toMatch(/^failed {3}key: The key of account "Harbour" cannot be read/m);
    expect(bad.code).toBe(1);
  });

  test('reports a file that is not valid', async () => {
    const path = fileWith({});
    const { code, out } = await runHere(['doctor', '--accounts', path], {});
    expect(out).toMatch(/^failed {3}settings: the accounts file \S+ is not valid:/m);
    expect(code).toBe(1);
  });
});
