import { chmodSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { namedAccounts } from '../../../src/config/accounts/choice.js';
import { isOpenToOthers } from '../../../src/config/accounts/json-file.js';
import { exposedKeyFiles } from '../../../src/config/accounts/sources/exposed-files.js';
import { configOf } from '../../support/config.js';
import { useFolder } from '../../support/folder.js';
import { serveProgram } from '../../support/http-program.js';
import { inboundSecret } from '../../support/inbound.js';
import { apart, connectProgram } from '../../support/program.js';
import { runHere } from '../../support/shell.js';

const key = '123456789:0123456789abcdef0123456789abcdef';

describe.skipIf(process.platform === 'win32')('files with keys that other users can read', () => {
  const write = useFolder();

  /** An account whose key and secret are in files with these permissions. */
  function account(keyMode: number, secretMode: number) {
    chmodSync(write('key', key), keyMode);
    chmodSync(write('secret', inboundSecret), secretMode);
    const inbound = { secret: [{ file: 'secret' }, { file: 'missing' }, { env: 'OTHER' }] };
    const accounts = { Museum: { manychat_key: { file: 'key' }, inbound } };
    return { MANYCHAT_MCP_ACCOUNTS: write('accounts.json', JSON.stringify({ accounts })) };
  }

  async function exposed(environment: Record<string, string>, platform = 'linux') {
    const surroundings = { environment, platform };
    const file = await namedAccounts(configOf(environment), surroundings);
    return file && exposedKeyFiles(file, surroundings);
  }

  test.each([
    [0o600, 0o600, []],
    [0o644, 0o600, ['key']],
    [0o600, 0o602, ['secret']],
    [0o666, 0o604, ['key', 'secret']],
  ])('a key with the mode %o and a secret with %o: %j', async (keyMode, secretMode, names) => {
    const found = await exposed(account(keyMode, secretMode));
    expect(found).toEqual(names.map((name) => expect.stringMatching(new RegExp(`/${name} holds a key, .*chmod 600`))));
  });

  test('are not looked for on Windows', async () => {
    expect(await exposed(account(0o666, 0o666), 'win32')).toEqual([]);
  });

  test('are those of the administrator only if all can read them, or the group can change them', () => {
    const open = [0o640, 0o644, 0o660].map((mode) => isOpenToOthers({ mode, owner: 0 }));
    expect(open).toEqual([false, true, true]);
    expect(isOpenToOthers({ mode: 0o640, owner: 1000 })).toBe(true);
  });

  test('are logged when a server starts, over stdio and over HTTP', async () => {
    chmodSync(write('key', key), 0o644);
    const accounts = { Museum: { manychat_key: { file: 'key' } } };
    const environment = { ...apart, MANYCHAT_MCP_ACCOUNTS: write('accounts.json', JSON.stringify({ accounts })) };
    const line = /key holds a key, and other users can read or change it: .*"msg":"key not private"/;
    const { client, stderr } = await connectProgram(environment);
    await client.close();
    expect(stderr()).toMatch(line);
    expect(await (await serveProgram(environment)).line('key not private')).toMatch(line);
  });

  test('are shown by doctor, without the key', async () => {
    const environment = { ...account(0o644, 0o600), MANYCHAT_API_URL: 'http://127.0.0.1:1' };
    const { out } = await runHere(['doctor', '--account', 'Museum'], environment);
    expect(out).toMatch(/^warning {2}key file: it is not private\n {11}\/.*\/key holds a key, and other users/m);
    expect(out).not.toContain(key);
    chmodSync(write('key', key), 0o600);
    expect((await runHere(['doctor', '--account', 'Museum'], environment)).out).not.toContain('key file');
  });
});
