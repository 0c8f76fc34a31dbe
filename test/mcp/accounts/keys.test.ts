import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openNamedBackends } from '../../../src/cli/commands/serve/backends.js';
import { readAccountsFile } from '../../../src/config/accounts/accounts-file.js';
import { agencyEnvironment, connectAccounts } from '../../support/accounts-server.js';
import { collectedLog } from '../../support/caller.js';
import { configOf } from '../../support/config.js';
import { useFolder } from '../../support/folder.js';
import { sandboxed } from '../../support/sandboxed.js';
import { manualClock } from '../../support/timing.js';

const write = useFolder();

/** A command that prints what is in the file `name` beside it, and notes that it ran. It can wait for the file. */
function command(name: string, waits = false): { command: string[] } {
  const wait = waits ? `while [ ! -s ${name} ]; do sleep 0.02; done\n` : '';
  const path = write(
    `${name}.sh`,
    `#!/bin/sh\ncd "$(dirname "$0")"\necho ${name} >> runs\necho $$ > ${name}.pid\n${wait}cat ${name}\n`,
  );
  chmodSync(path, 0o700);
  return { command: [path] };
}

/** A server of these accounts; `folder` is where their keys are, and `runs` which commands ran. */
async function served(accounts: (key: typeof command) => object) {
  const { sandbox } = await sandboxed({ limits: false });
  const path = write('accounts.json', JSON.stringify({ accounts: accounts(command) }));
  const folder = dirname(path);
  const runs = (): string[] => {
    const file = join(folder, 'runs');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };
  const environment = agencyEnvironment(sandbox, path);
  return {
    sandbox,
    path,
    runs,
    put: (name: string, key: string) => writeFileSync(join(folder, name), key),
    environment,
  };
}

test('a key is read with the first call for its account, once', async () => {
  const names = Array.from({ length: 50 }, (_, index) => `client-${index}`);
  const { environment, runs, put, sandbox } = await served((key) =>
    Object.fromEntries(names.map((name) => [name, { manychat_key: key(name) }])),
  );
  const { client, call } = await connectAccounts(environment);
  expect((await client.listTools()).tools.length).toBeGreaterThan(30);
  await client.listResources();
  await client.listPrompts();
  expect(await call('get_page', {})).toHaveProperty('failure');
  expect(runs()).toEqual([]);
  put('client-7', sandbox.manychatKey);
  const calls = await Promise.all([1, 2, 3].map(() => call('get_page', { account: 'Client 7' })));
  for (const each of calls) expect(each).toHaveProperty('result');
  expect(runs()).toEqual(['client-7']);
});

test('a key that could not be read is read again with the next call, and disturbs no other account', async () => {
  const { environment, put, runs, sandbox } = await served((key) => ({
    locked: { manychat_key: key('locked') },
    open: { manychat_key: { env: 'FIRST_KEY' } },
  }));
  const { call, stderr, client } = await connectAccounts(environment);
  const locked = await call('get_page', { account: 'locked' });
  expect(locked.failure).toMatchObject({ kind: 'not_configured', performed: 'no' });
  expect(locked.failure.message).toMatch(/^The key of account "locked" cannot be read: .* exit code 1/);
  expect(locked.failure.hint).toContain('The next call reads it again.');
  expect(await call('get_page', { account: 'open' })).toHaveProperty('result');
  // A locked password manager may succeed with a message in place of a key.
  put('locked', 'please unlock the vault');
  expect((await call('get_page', { account: 'locked' })).failure.kind).toBe('not_configured');
  put('locked', sandbox.secondManychatKey);
  expect(await call('get_page', { account: 'locked' })).toMatchObject({
    result: { page: { name: 'Sunrise Wholesale' } },
  });
  expect(await call('get_page', { account: 'locked' })).toHaveProperty('result');
  expect(runs()).toEqual(['locked', 'locked', 'locked']);
  await client.close();
  expect(stderr()).toMatch(/"account":"locked","reason":"[^"]*(\\"[^"]*)*","msg":"not configured"/);
  expect(stderr()).not.toContain(sandbox.secondManychatKey);
});

test('a key that takes too long fails the call in time, holds up no other account, and is used once it is there', async () => {
  const { environment, path, put, runs, sandbox } = await served((key) => ({
    slow: { manychat_key: key('slow', true) },
    quick: { manychat_key: { env: 'FIRST_KEY' } },
  }));
  const config = configOf(environment);
  const clock = manualClock();
  const file = readAccountsFile(path, 'linux');
  const log = collectedLog(config, []);
  const { open, close } = await openNamedBackends(config, file, { environment }, { log, clock });
  onTestFinished(close);
  const page = async (account: string) => {
    const { call, tool } = await open(account);
    return call(tool('manychat_get_page'), {}, { signal: new AbortController().signal });
  };
  const late = page('slow');
  expect(await page('quick')).toMatchObject({ ok: true });
  clock.advance(45_000);
  expect(await late).toMatchObject({
    ok: false,
    failure: {
      kind: 'not_configured',
      message: 'The key of account "slow" is still being read after 45 seconds',
    },
  });
  const next = page('slow');
  put('slow', sandbox.secondManychatKey);
  expect(await next).toMatchObject({ ok: true, result: { page: { name: 'Sunrise Wholesale' } } });
  expect(runs()).toEqual(['slow']);
});

test('no account shows the key of another', async () => {
  const { environment, put, sandbox } = await served((key) => ({
    direct: { manychat_key: { env: 'FIRST_KEY' } },
    variable: { maton_key: { env: 'MATON_KEY' } },
    command: { manychat_key: key('command') },
  }));
  put('command', sandbox.secondManychatKey);
  const { call, stderr, client } = await connectAccounts(environment);
  const tagged = async (name: string) => JSON.stringify(await call('create_tag', { account: 'direct', name }));
  expect(await tagged(`a ${sandbox.matonKey}`)).toMatch(/"result".*a \[redacted\]/);
  expect(JSON.stringify(await call('get_page', { account: sandbox.matonKey }))).toMatch(/no account .*\[redacted\]/);
  expect(await call('get_page', { account: 'command' })).toHaveProperty('result');
  // Opened before that key was read.
  expect(await tagged(`b ${sandbox.secondManychatKey}`)).toMatch(/"result".*b \[redacted\]/);
  expect(await tagged(`c ${sandbox.manychatKey}`)).toMatch(/"result".*c \[redacted\]/);
  await client.close();
  expect(stderr()).not.toMatch(
    new RegExp([sandbox.matonKey, sandbox.secondManychatKey, sandbox.manychatKey].join('|')),
  );
});

test('a command that still runs ends with the server', async () => {
  const { environment, path, runs } = await served((key) => ({
    slow: { manychat_key: key('slow', true) },
    quick: { manychat_key: { env: 'FIRST_KEY' } },
  }));
  const { client, call } = await connectAccounts(environment);
  const pending = call('get_page', { account: 'slow' }).catch(() => 'closed');
  const pid = await vi.waitFor(() => Number(readFileSync(join(dirname(path), 'slow.pid'), 'utf8')), 30_000);
  expect(() => process.kill(pid, 0)).not.toThrow();
  await client.close();
  expect(await pending).toBe('closed');
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 30_000);
  expect(runs()).toEqual(['slow']);
});
