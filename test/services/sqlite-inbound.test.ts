import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serveProgram } from '../support/http-program.js';
import { inboundSecret } from '../support/inbound.js';
import { apart, program } from '../support/program.js';
import { temporaryFolder } from './support/temporary.js';

/** Contacts are heard without a call to ManyChat. */
const environmentOf = (path: string): Record<string, string> => ({
  ...apart,
  MANYCHAT_API_KEY: '123456789:0123456789abcdef',
  MANYCHAT_MCP_INBOUND_SECRET: inboundSecret,
  MANYCHAT_MCP_STATE_FILE: path,
});

const call = (url: string, text: string) =>
  fetch(`${url}/inbound/default/request`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-manychat-secret': inboundSecret },
    body: JSON.stringify({ subscriber_id: '1', text }),
  });

const run = (args: string[], env: Record<string, string>) =>
  spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' });

test('what was accepted stays when the process is stopped or killed, until it is forgotten', async () => {
  const environment = environmentOf(join(temporaryFolder(), 'state.db'));
  const first = await serveProgram({
    ...environment,
    MANYCHAT_MCP_INBOUND_MODE: 'reply',
    MANYCHAT_MCP_INBOUND_PAUSE_MS: '0',
  });
  const ask = async () => (await call(first.url, 'a')).json();
  const calls = [ask(), ask()];
  // Whichever arrives second is answered at once, and shows that the other one waits.
  expect(await Promise.race(calls)).toEqual({ status: 'duplicate', answer: '' });
  const stopped = once(first.process, 'exit');
  first.process.kill('SIGTERM');
  expect(await Promise.all(calls)).toContainEqual({ status: 'later', answer: '' });
  await stopped;
  const second = await serveProgram({ ...environment, MANYCHAT_MCP_INBOUND_PAUSE_MS: '0' });
  expect(await (await call(second.url, 'b')).json()).toEqual({ status: 'later', answer: '' });
  await second.close();
  expect(run(['inbound', 'forget', '1'], environment)).toMatchObject({
    status: 0,
    stdout: 'Erased 2 entries of contact 1.\n',
  });
  expect(run(['inbound', 'forget', '1', '--json'], environment).stdout).toBe('{"contact":"1","erased":0}\n');
});

test('messages are refused while the state file cannot be used, and kept again after that', async () => {
  const path = join(temporaryFolder(), 'state.db');
  const server = await serveProgram(environmentOf(path));
  expect((await call(server.url, 'a')).status).toBe(200);
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
  mkdirSync(path);
  const refused = await call(server.url, 'b');
  expect([refused.status, await refused.json()]).toEqual([
    503,
    { status: 'refused', reason: expect.stringContaining('messages cannot be kept') },
  ]);
  rmSync(path, { recursive: true });
  await expect.poll(async () => (await call(server.url, 'c')).status).toBe(200);
  await server.line('messages are kept in the state file');
});
