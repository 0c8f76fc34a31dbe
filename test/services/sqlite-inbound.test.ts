import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import { serveProgram } from '../support/http-program.js';
import { inboundSecret } from '../support/inbound.js';
import { apart, directlyTo, program } from '../support/program.js';
import { temporaryFolder } from './support/temporary.js';

/** Contacts are heard without a call to ManyChat. */
const environmentOf = (path: string): Record<string, string> => ({
  ...apart,
  MANYCHAT_API_KEY: '123456789:0123456789abcdef',
  MANYCHAT_MCP_INBOUND_SECRET: inboundSecret,
  MANYCHAT_MCP_STATE_FILE: path,
});

const call = (url: string, text: string, contact = '1') =>
  fetch(`${url}/inbound/default/request`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-manychat-secret': inboundSecret },
    body: JSON.stringify({ subscriber_id: contact, text }),
  });

/** Runs a command while this process serves the sandbox. */
const run = (args: string[], env: Record<string, string>) =>
  new Promise<{ status: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) =>
      resolve({ status: error?.code ?? 0, stdout, stderr }),
    );
  });

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
  expect(await run(['inbound', 'forget', '1'], environment)).toMatchObject({
    status: 0,
    stdout: 'Erased 2 entries of contact 1.\n',
  });
  expect((await run(['inbound', 'forget', '1', '--json'], environment)).stdout).toBe('{"contact":"1","erased":0}\n');
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

test('a draft is listed, rejected, and approved once by a person at a shell', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const environment = {
    ...environmentOf(join(temporaryFolder(), 'state.db')),
    ...directlyTo(sandbox),
    MANYCHAT_MCP_INBOUND_MODE: 'draft',
    MANYCHAT_MCP_INBOUND_PAUSE_MS: '0',
  };
  const server = await serveProgram(environment);
  const contact = '24958501110451908';
  expect((await call(server.url, 'When do you open?', contact)).status).toBe(200);
  const tool = async (name: string, args: object) => {
    const { stdout } = await run(['call', name, JSON.stringify(args), '--json'], environment);
    return JSON.parse(stdout);
  };
  const { messages } = await tool('manychat_wait_for_messages', { wait_seconds: 0 });
  const id: string = messages[0].message_id ?? messages[0].id;
  const reply = (text: string) => tool('manychat_reply', { message_id: id, text });
  expect(await reply('At nine.')).toMatchObject({ answered: 'draft' });
  const { stdout: drafts } = await run(['inbound', 'drafts'], environment);
  expect(drafts).toContain(`${id}  ${contact}`);
  expect(drafts).toContain('wrote:  "When do you open?"\n  answer: "At nine."\n');
  expect(await run(['inbound', 'reject', id], environment)).toMatchObject({ status: 0 });
  expect(await reply('At ten.')).toMatchObject({ answered: 'draft' });
  expect(sandbox.messages()).toEqual([]);
  expect(await run(['inbound', 'approve', id], environment)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('sent'),
  });
  expect(await run(['inbound', 'approve', id], environment)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('no draft answers'),
  });
  expect(JSON.stringify(sandbox.messages())).toContain('At ten.');
  expect(sandbox.messages()).toHaveLength(1);
});
