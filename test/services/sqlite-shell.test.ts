import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Client } from '@modelcontextprotocol/client';
import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import { followers } from '../support/people.js';
import { apart, connectProgram, pinnedTo, program } from '../support/program.js';
import { lost, reached } from '../support/sandboxed.js';
import { busiest } from './support/processes-contract.js';
import { temporaryFolder } from './support/temporary.js';

/** Calls that Maton allows a key in any second. */
const allowed = 10;

const content = (words: string) => ({ version: 'v2', content: { messages: [{ type: 'text', text: words }] } });

/** A sandbox, and processes of one user on its state file: servers, and commands at a shell. */
async function startUser(count: number) {
  const sandbox = await startSandbox({ followers: count });
  onTestFinished(() => sandbox.close());
  const folder = temporaryFolder();
  const environment = {
    ...apart,
    ...pinnedTo(sandbox),
    MANYCHAT_MCP_DEADLINE_MS: '600000',
    MANYCHAT_MCP_STATE_FILE: join(folder, 'state.db'),
  };
  const contacts = followers(count);
  const table = join(folder, 'contacts.csv');
  writeFileSync(table, `id\n${contacts.join('\n')}\n`);
  return {
    sandbox,
    contacts,
    table,
    async server(): Promise<Client> {
      const { client } = await connectProgram(environment);
      onTestFinished(() => client.close());
      return client;
    },
    /** Runs a command to its end. */
    async shell(...words: readonly string[]) {
      const child = spawn(process.execPath, [program, ...words], { env: environment, cwd: folder, stdio: 'pipe' });
      child.stdin.end();
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
      return { code: child.exitCode, out, err };
    },
  };
}

/** The result or the failure of a call of a server. */
async function called(client: Client, name: string, args: Record<string, unknown>) {
  const { content: parts } = await client.callTool({ name, arguments: args }, { timeout: 600_000 });
  const [first] = parts;
  return JSON.parse(first?.type === 'text' ? first.text : '');
}

test('a server, a bulk run and calls at a shell keep to the limits together', async () => {
  const { sandbox, contacts, table, server, shell } = await startUser(40);
  const client = await server();
  const [bulk, ...others] = await Promise.all([
    shell('bulk', table, '--add-tag', 'VIP', '--yes', '--json'),
    ...contacts.slice(0, 3).map((id) => shell('call', 'get_subscriber', `subscriber_id=${id}`)),
    ...contacts.map((id) => called(client, 'manychat_get_subscriber', { subscriber_id: id })),
  ]);
  expect(bulk).toMatchObject({ code: 0 });
  for (const other of others) expect(JSON.stringify(other)).not.toMatch(/"error":|"code":[1-9]/);
  const requests = sandbox.requests();
  expect(requests.filter(({ path }) => path.endsWith('/addTagByName'))).toHaveLength(40);
  expect(requests.filter(({ status }) => status === 429)).toEqual([]);
  expect(busiest(requests.map(({ time }) => Date.parse(time)))).toBeLessThanOrEqual(allowed);
});

test('a send of a server whose outcome is unknown is repeated by bulk with --retry-unknown only', async () => {
  const { sandbox, contacts, table, server, shell } = await startUser(2);
  const [first = '', second = ''] = contacts;
  const client = await server();
  sandbox.injectFault(lost('sendContent', true));
  const send = { subscriber_id: first, data: content('Hello') };
  const unknown = { error: { performed: 'unknown' } };
  expect(await called(client, 'manychat_send_content', send)).toMatchObject(unknown);
  expect(reached(sandbox)).toEqual([first]);

  const call = await shell('call', 'send_content', `subscriber_id=${first}`, `data=${JSON.stringify(send.data)}`);
  expect(call.code).toBe(3);
  expect(await called(await server(), 'manychat_send_content', send)).toMatchObject(unknown);
  const words = ['bulk', table, '--send-text', 'Hello', '--yes', '--json'];
  expect(await shell(...words)).toMatchObject({ code: 3, out: expect.stringContaining('"unknown":1') });
  expect(reached(sandbox)).toEqual([first, second]);

  expect(await shell(...words, '--retry-unknown')).toMatchObject({ code: 0 });
  expect(reached(sandbox)).toEqual([first, second, first]);
});

test('a job for many is resumed by its handle after its server has ended, and reaches each contact once', async () => {
  const { sandbox, contacts, server } = await startUser(20);
  const first = await server();
  sandbox.injectFault({ match: { path: 'sendContent' }, after: 3, status: 401, body: { error: 'unauthorized' } });
  const job = { subscriber_ids: contacts, action: 'send_content', data: content('Hello') };
  const begun = await called(first, 'manychat_for_each_subscriber', job);
  expect(begun).toMatchObject({ failed: [], unknown: [], resume: expect.any(String) });
  expect(begun.accepted).toBe(reached(sandbox).length);
  expect(begun.remaining).toBe(contacts.length - begun.accepted);
  expect(begun.remaining).toBeGreaterThan(0);
  await first.close();
  const resumed = await called(await server(), 'manychat_for_each_subscriber', { resume: begun.resume });
  expect(resumed).toMatchObject({ accepted: 20, remaining: 0, failed: [], unknown: [] });
  expect(reached(sandbox).toSorted()).toEqual(contacts.toSorted());
});
