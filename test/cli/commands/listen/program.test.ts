import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../../../src/sandbox/index.js';
import { useFolder } from '../../../support/folder.js';
import { inboundSecret } from '../../../support/inbound.js';
import { apart, pinnedTo, program } from '../../../support/program.js';
import { startUpstream } from '../../../support/upstream.js';

const write = useFolder();
const forwardSecret = `whsec_${Buffer.alloc(32, 'key').toString('base64')}`;
const maria = '24958501110451908';

/** What a program writes, as it comes. */
function linesOf(stream: NodeJS.ReadableStream | null) {
  let text = '';
  let changed: () => void = () => undefined;
  stream?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
    changed();
  });
  return {
    text: () => text,
    /** Waits for a line with a text. */
    async line(part: string): Promise<string> {
      for (;;) {
        const found = text.split('\n').find((line) => line.includes(part));
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      }
    },
  };
}

/** Starts `listen` over a sandbox whose contacts reach it. */
async function startListening(
  args: readonly string[],
  environment: Record<string, string> = {},
  mode: 'ack' | 'reply' = 'reply',
) {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const child: ChildProcess = spawn(
    process.execPath,
    [program, 'listen', '--port', '0', '--inbound-mode', mode, ...args],
    {
      env: {
        ...apart,
        ...pinnedTo(sandbox),
        MANYCHAT_MCP_INBOUND_SECRET: inboundSecret,
        MANYCHAT_MCP_INBOUND_PAUSE_MS: '0',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const [stdout, stderr] = [linesOf(child.stdout), linesOf(child.stderr)];
  const { inbound } = JSON.parse(await stderr.line('"inbound"'));
  sandbox.addHooks({
    name: 'Ask',
    kind: 'block',
    on: 'message',
    url: `${inbound}/default/block`,
    method: 'POST',
    headers: { 'X-ManyChat-Secret': inboundSecret },
    body: '{"subscriber_id":"{{Contact Id}}","text":"{{Last Text Input}}","last_interaction":"{{Last Interaction}}"}',
  });
  /** What the page has sent to the contact, once the call for its message has ended. */
  async function answersTo(text: string): Promise<unknown[]> {
    sandbox.contactWrites(maria, { text });
    await sandbox.callsSettled();
    return sandbox.conversation(maria).flatMap((entry) => ('messages' in entry ? entry.messages : []));
  }
  return { sandbox, child, stdout, stderr, answersTo };
}

test('prints each message as one line, and ends with exit code 0', async () => {
  const { sandbox, child, stdout, stderr } = await startListening([], {}, 'ack');
  sandbox.contactWrites(maria, { text: 'Are you "open"?\nToday?' });
  const line = JSON.parse(await stdout.line('open'));
  expect(line).toMatchObject({ subscriber_id: maria, from_contact: 'Are you "open"?\nToday?' });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(stderr.text()).not.toContain(inboundSecret);
});

test('answers with what a program writes, in the response of the call, and starts no shell', async () => {
  const script = write(
    'answer.mjs',
    `let text = '';
for await (const chunk of process.stdin) text += chunk;
const { from_contact: words } = JSON.parse(text);
process.stdout.write([words, process.argv[2], process.env.MATON_API_KEY, process.env.MANYCHAT_MCP_INBOUND_SECRET].join('|'));`,
  );
  const mark = join(script, '..', 'pwned');
  const { answersTo, sandbox } = await startListening(['--exec', process.execPath, '--', script, `$(touch ${mark})`]);
  const words = `"; touch ${mark}; $(touch ${mark})`;
  expect(await answersTo(words)).toEqual([{ type: 'text', text: `${words}|$(touch ${mark})||` }]);
  expect(existsSync(mark)).toBe(false);
  expect(sandbox.calls()).toHaveLength(1);
});

test('answers with what a signed address returns', async () => {
  const upstream = await startUpstream();
  onTestFinished(() => upstream.close());
  upstream.reply = { body: { text: 'Until 18:00' } };
  const { answersTo } = await startListening(['--forward', `${upstream.url}/hook`], {
    MANYCHAT_MCP_FORWARD_SECRET: forwardSecret,
  });
  expect(await answersTo('When?')).toEqual([{ type: 'text', text: 'Until 18:00' }]);
  const [post] = upstream.arrived;
  const verified = new Webhook(forwardSecret).verify(post?.rawBody ?? '', {
    'webhook-id': String(post?.headers['webhook-id']),
    'webhook-timestamp': String(post?.headers['webhook-timestamp']),
    'webhook-signature': String(post?.headers['webhook-signature']),
  });
  expect(verified).toMatchObject({ subscriber_id: maria, from_contact: 'When?' });
});

test('says which message was not answered, and why', async () => {
  const script = write('fail.mjs', "console.error('no idea'); process.exit(1);");
  const { sandbox, stderr } = await startListening(['--exec', process.execPath, '--', script], {}, 'ack');
  sandbox.contactWrites(maria, { text: 'Hello' });
  expect(await stderr.line('was not answered')).toContain('it ended with exit code 1. It comes again in two minutes');
  expect(stderr.text()).toContain('no idea');
});

const key = { MANYCHAT_API_KEY: '123456789:0123456789abcdef' };
const heard = { ...key, MANYCHAT_MCP_INBOUND_SECRET: inboundSecret };

test.each<[string, string[], Record<string, string>, RegExp]>([
  ['without a secret', ['--port', '0'], key, /secret.*manychat-mcp inbound secret/s],
  ['with nothing shared and no port', [], { ...heard, MANYCHAT_MCP_STATE_FILE: 'off' }, /listen needs --port/],
  ['with two ways to answer', ['--exec', 'true', '--forward', 'https://example.com/'], heard, /omit one/],
  ['with an address on a private network', ['--forward', 'https://10.0.0.7/'], heard, /leads to a private address/],
  ['with plain http', ['--forward', 'http://example.com/'], heard, /must be an https address/],
  ['without a secret to sign with', ['--port', '0', '--forward', 'https://example.com/'], heard, /webhook-secret/],
  ['with words that are for nobody', ['answer.js'], heard, /after --exec/],
  ['with a time limit beyond the lease', ['--time-limit', '500'], heard, /from 1 to 100/],
])('refuses to start %s', (_, args, environment, message) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [program, 'listen', ...args], {
    env: { ...apart, ...environment },
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain(inboundSecret);
});

test('prints a secret that can sign', () => {
  const { stdout } = spawnSync(process.execPath, [program, 'inbound', 'webhook-secret'], {
    env: apart,
    encoding: 'utf8',
  });
  expect(stdout).toMatch(/^whsec_[A-Za-z0-9+/]{43}=\n$/);
  expect(() => new Webhook(stdout.trim())).not.toThrow();
});
