import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { useFolder } from '../../support/folder.js';
import { serveProgram } from '../../support/http-program.js';
import { inboundSecret, otherSecret } from '../../support/inbound.js';
import { apart, connectProgram, program } from '../../support/program.js';

const headers = { 'content-type': 'application/json', 'x-manychat-secret': inboundSecret };

/** Calls as ManyChat does. */
const call = (url: string, path: string, body: object, more: Record<string, string> = {}) =>
  fetch(`${url}/inbound/${path}`, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) });

const said = (text: string, contact = '1') => ({ subscriber_id: contact, text });

const run = (args: string[], environment: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    env: { ...apart, ...environment },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

/** An account whose key need not be right: contacts are heard without a call to ManyChat. */
const account = { MANYCHAT_API_KEY: '123456789:0123456789abcdef', MANYCHAT_MCP_INBOUND_SECRET: inboundSecret };

describe('serve --http', () => {
  const write = useFolder();

  test('takes the calls on its own port, beside MCP, whatever host they name, and logs neither secret nor text', async () => {
    const server = await serveProgram({
      ...apart,
      MANYCHAT_MCP_SANDBOX: '1',
      MANYCHAT_MCP_INBOUND_SECRET: inboundSecret,
    });
    expect(JSON.parse(await server.line('"inbound"'))).toEqual({ inbound: `${server.url}/inbound` });
    const response = await call(server.url, 'default/request', said('private words'));
    expect([response.status, await response.json()]).toEqual([200, { status: 'later', answer: '' }]);
    expect((await call(server.url, 'default/block', said('x'), { 'x-manychat-secret': otherSecret })).status).toBe(401);
    expect((await fetch(`${server.url}/mcp`)).status).toBe(405);
    await server.line('"state":"new"');
    expect(server.stderr()).not.toMatch(new RegExp(`${inboundSecret}|${otherSecret}|private`));
    expect(server.stdout()).toBe('');
  });

  test('ends calls that wait without an answer when it is stopped', async () => {
    const server = await serveProgram({ ...apart, ...account, MANYCHAT_MCP_INBOUND_MODE: 'reply' });
    const ask = async () => (await call(server.url, 'default/request', said('a'))).json();
    const calls = [ask(), ask()];
    // Whichever arrives second is answered at once, and shows that the other one waits.
    expect(await Promise.race(calls)).toEqual({ status: 'duplicate', answer: '' });
    const ended = once(server.process, 'exit');
    server.process.kill('SIGTERM');
    expect(await Promise.all(calls)).toContainEqual({ status: 'later', answer: '' });
    expect(await ended).toEqual([0, null]);
  });

  test('serves the accounts of a file that have a secret, each with its own', async () => {
    const path = write(
      'accounts.json',
      JSON.stringify({
        accounts: {
          'Old Town': { manychat_key: { env: 'KEY' }, inbound: { secret: { env: 'OLD_TOWN' }, header: 'X-Old-Town' } },
          bar: { manychat_key: { env: 'KEY' }, inbound: { secret: { env: 'BAR' } } },
          quiet: { manychat_key: { env: 'KEY' } },
        },
      }),
    );
    chmodSync(path, 0o600);
    const environment = { ...apart, KEY: account.MANYCHAT_API_KEY, OLD_TOWN: inboundSecret, BAR: otherSecret };
    const server = await serveProgram({ ...environment, MANYCHAT_MCP_ACCOUNTS: path });
    const statuses = await Promise.all([
      call(server.url, 'Old%20Town/request', said('a'), { 'x-old-town': inboundSecret }),
      call(server.url, 'old-town/request', said('b'), { 'x-old-town': inboundSecret }),
      call(server.url, 'bar/request', said('a'), { 'x-manychat-secret': otherSecret }),
      call(server.url, 'bar/request', said('a')),
      call(server.url, 'quiet/request', said('a')),
      call(server.url, 'default/request', said('a')),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 401, 401, 401]);
    expect(server.stderr()).not.toMatch(new RegExp(`${inboundSecret}|${otherSecret}`));
    const same = run(['serve', '--http', '--port', '0'], {
      ...environment,
      BAR: inboundSecret,
      MANYCHAT_MCP_ACCOUNTS: path,
    });
    expect([same.status, same.stderr]).toEqual([
      2,
      expect.stringMatching(/"Old Town" and "bar" have the same inbound secret/),
    ]);
    expect(same.stderr).not.toContain(inboundSecret);
  });
});

describe('beside stdio', () => {
  test('--inbound takes the calls on a loopback port, and writes nothing else to stdout', async () => {
    const { client, stderr } = await connectProgram(
      { MANYCHAT_MCP_SANDBOX: '1', MANYCHAT_MCP_INBOUND_SECRET: inboundSecret },
      ['serve', '--inbound', '0', '--public-url', 'https://inbound.example.com'],
    );
    onTestFinished(() => client.close());
    const { inbound } = JSON.parse(/^\{"inbound".*$/m.exec(stderr())?.[0] ?? '{}');
    expect(inbound).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/inbound$/);
    const { origin } = new URL(inbound);
    expect(await (await call(origin, 'default/request', said('a'))).json()).toEqual({ status: 'later', answer: '' });
    expect((await fetch(`${origin}/mcp`)).status).toBe(404);
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
  });

  test('a port that is in use leaves the calls to the one that has it, and is reported', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const address = taken.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const { client, stderr } = await connectProgram(
      { MANYCHAT_MCP_SANDBOX: '1', MANYCHAT_MCP_INBOUND_SECRET: inboundSecret },
      ['serve', '--inbound', port],
    );
    onTestFinished(() => client.close());
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    expect(stderr()).toContain('another process listens there');
  });
});

describe('a start is refused', () => {
  test.each([
    [
      ['serve', '--inbound', '0'],
      {},
      /^manychat-mcp: --inbound needs a secret .*The command manychat-mcp inbound secret prints one/,
    ],
    [['serve', '--http', '--inbound', '0'], {}, /--inbound goes with stdio/],
    [['serve', '--public-url', 'https://x.example.com'], {}, /--public-url goes with --http/],
    [['serve', '--inbound', '0'], { MANYCHAT_MCP_INBOUND_SECRET: '${SECRET}' }, /placeholder that was not replaced/],
    [
      ['serve', '--http', '--sign-in', 'client-key'],
      { MANYCHAT_MCP_INBOUND_SECRET: inboundSecret },
      /with --sign-in client-key callers bring theirs/,
    ],
  ])('%j', (args, environment, reason) => {
    const { status, stdout, stderr } = run(args, environment as Record<string, string>);
    expect([status, stdout, stderr]).toEqual([2, '', expect.stringMatching(reason)]);
  });
});

describe('inbound secret', () => {
  test('prints a new secret of 32 bytes, which is accepted, and nothing else', () => {
    const [first, second] = [run(['inbound', 'secret']), run(['inbound', 'secret'])];
    expect(first).toMatchObject({ status: 0, stdout: expect.stringMatching(/^[\w-]{43}\n$/), stderr: '' });
    expect(second.stdout).not.toBe(first.stdout);
  });
});

describe('inbound', () => {
  test.each([
    [['inbound', 'forget'], {}, /inbound forget needs the id of a contact/],
    [['inbound', 'forget', 'ana'], {}, /"ana" is not the id of a contact/],
    [['inbound', 'forget', '1'], { MANYCHAT_API_KEY: 'k' }, /does not hear what its contacts write/],
    [['inbound', 'forget', '1'], account, /in the memory of the process that hears them/],
    [
      ['inbound', 'drafts', '--sandbox'],
      { MANYCHAT_MCP_INBOUND_SECRET: inboundSecret },
      /in the memory of the process that hears them/,
    ],
    [
      ['inbound', 'secrets'],
      {},
      /inbound has the actions secret, webhook-secret, forget, drafts, approve, reject, not "secrets"/,
    ],
    [['inbound', 'secret', 'x'], {}, /inbound secret takes nothing more/],
  ])('says what is wrong with %j', (args, environment, reason) => {
    const { status, stdout, stderr } = run(args, environment as Record<string, string>);
    expect([status, stdout, stderr]).toEqual([2, '', expect.stringMatching(reason)]);
  });
});
