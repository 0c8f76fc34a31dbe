import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transformWithOxc } from 'vite';
import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import { hookOf } from '../support/inbound-runs/guests.js';
import { apart, directlyTo, program } from '../support/program.js';

const run = promisify(execFile);
const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);
const expected = 'Maria got the message once, although the response was lost.\n';

/** An example as JavaScript: Node.js 20 cannot run TypeScript. It is removed with the test. */
async function built(path: string): Promise<string> {
  const { code } = await transformWithOxc(readFileSync(path, 'utf8'), 'example.ts');
  const folder = mkdtempSync(join('examples', '.built-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'example.mjs'), code);
  return join(folder, 'example.mjs');
}

test('the TypeScript example runs against the built program', async () => {
  const { stdout } = await run(process.execPath, [await built('examples/agent-test.ts'), process.execPath, program]);
  expect(stdout).toBe(expected);
});

test.skipIf(python === undefined)('the Python example runs against the built program', async () => {
  const { stdout } = await run(python ?? '', ['examples/agent_test.py', process.execPath, program]);
  expect(stdout.replaceAll('\r', '')).toBe(expected);
});

/** A contact who writes to a sandbox, whose flow calls what an example listens with. */
async function writing() {
  const contact = { id: '1000000001', channel: 'messenger' } as const;
  const sandbox = await startSandbox({
    account: { tags: [{ name: 'Human' }], contacts: [{ id: contact.id, last_interaction_minutes_ago: 5 }] },
    limits: false,
  });
  onTestFinished(() => sandbox.close());
  const secret = 'a-secret-of-this-test';
  const environment = {
    ...apart,
    ...directlyTo(sandbox),
    MANYCHAT_MCP_INBOUND_SECRET: secret,
    MANYCHAT_MCP_INBOUND_MODE: 'reply',
    MANYCHAT_MCP_INBOUND_PAUSE_MS: '0',
  };

  /** Starts an example. The sandbox calls it as soon as it says where it listens. */
  async function start(file: string, args: readonly string[]): Promise<void> {
    const child = spawn(process.execPath, [file, ...args], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(child, 'exit');
    onTestFinished(async () => {
      child.kill();
      await ended;
    });
    let written = '';
    const origin = await new Promise<string>((resolve, reject) => {
      child.stderr.on('data', (chunk: Buffer) => {
        written += chunk.toString('utf8');
        const [, found] = /"inbound":"(http:\/\/[^/"]+)/.exec(written) ?? [];
        if (found !== undefined) resolve(found);
      });
      void ended.then(() => reject(new Error(`the example ended: ${written}`)));
    });
    sandbox.addHooks(hookOf(contact.channel, 'block', origin, secret));
  }

  /** What the contact wrote and was sent so far, once it is so many turns. */
  async function talked(turns: number): Promise<unknown[]> {
    for (;;) {
      const conversation = sandbox.conversation(contact.id);
      if (conversation.length >= turns)
        return conversation.map((turn) => (turn.from === 'contact' ? turn.text : Object(turn.messages[0]).text));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  return { sandbox, start, talked, write: (text: string) => sandbox.contactWrites(contact.id, { text }) };
}

test('the example of a hand-over leaves a contact to people as long as it has the tag', async () => {
  const { sandbox, start, talked, write } = await writing();
  await start(await built('examples/hand-over/agent.ts'), [process.execPath, program, '--inbound', '0']);
  write('Do you ship?');
  expect(await talked(2)).toEqual(['Do you ship?', 'Thank you for your message: Do you ship?']);
  write('A person, please');
  expect((await talked(4)).slice(2)).toEqual(['A person, please', 'A colleague will write to you soon.']);
  expect(sandbox.account().contacts?.[0]?.tags).toEqual(['Human']);
  const lookUp = '/subscriber/getInfo';
  const before = sandbox.requests().filter(({ path }) => path.includes(lookUp)).length;
  write('Hello?');
  await sandbox.waitForRequests(before + 1, lookUp);
  const headers = { authorization: `Bearer ${sandbox.manychatKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ subscriber_id: '1000000001', tag_name: 'Human' });
  await fetch(`${sandbox.url}/fb/subscriber/removeTagByName`, { method: 'POST', headers, body });
  write('And now?');
  expect((await talked(7)).slice(4)).toEqual(['Hello?', 'And now?', 'Thank you for your message: And now?']);
});

test('the example script answers what it knows, through listen', async () => {
  const { start, talked, write } = await writing();
  const command = ['--exec', process.execPath, '--', 'examples/exec/answer.js'];
  await start(program, ['listen', '--port', '0', ...command]);
  write('When do you ship?');
  expect(await talked(2)).toEqual(['When do you ship?', 'We ship every Monday.']);
  write('Who are you?');
  write('And when are you open?');
  expect((await talked(5)).slice(2).toSorted()).toEqual([
    'And when are you open?',
    'We are open from 8:00 to 18:00, Monday to Saturday.',
    'Who are you?',
  ]);
});
