import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport as OldTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pathOf } from '../../scripts/root.js';
import { createManychatServer, openAccount, type Settings } from '../../src/cli/library/library.js';
import { kinds } from '../../tools/contract/failure.js';
import { declarations } from '../../tools/index.js';
import { useFolder } from '../support/folder.js';
import { inboundSecret } from '../support/inbound.js';
import { john } from '../support/people.js';
import { directlyTo } from '../support/program.js';
import { useSandbox } from '../support/sandboxed.js';

const write = useFolder();

describe('an account that is opened by import', () => {
  const sandbox = useSandbox();

  async function opened(settings: Settings = {}) {
    const account = await openAccount({ ...directlyTo(sandbox), ...settings });
    onTestFinished(() => account.close());
    return account;
  }

  test('calls a tool and returns its result', async () => {
    const account = await opened();
    const outcome = await account.call('manychat_get_subscriber', { subscriber_id: john });
    expect(outcome).toMatchObject({ ok: true, result: { subscriber: { id: john } } });
  });

  test('returns a failure of a closed kind for what is refused', async () => {
    const account = await opened({ MANYCHAT_MCP_READ_ONLY: true });
    expect(account.tools).not.toContain('manychat_create_tag');
    const outcome = await account.call('manychat_get_subscriber', { subscriber_id: '999' });
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'not_found', performed: 'no' } });
  });

  test('throws for a tool that it does not offer, naming similar ones', async () => {
    const account = await opened();
    await expect(account.call('manychat_get_suscriber')).rejects.toThrow(/no tool .*manychat_get_subscriber/);
  });

  test('answers what a contact writes with what a function returns', async () => {
    const account = await opened({
      MANYCHAT_MCP_INBOUND_SECRET: inboundSecret,
      MANYCHAT_MCP_INBOUND_MODE: 'reply',
      MANYCHAT_MCP_INBOUND_PAUSE_MS: 0,
    });
    const { url, stop } = await account.onMessage((message) => `You wrote: ${message.from_contact}`, { port: 0 });
    const response = await fetch(`${url}/default/request`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-manychat-secret': inboundSecret },
      body: JSON.stringify({ subscriber_id: john, text: 'Hello' }),
    });
    expect(await response.json()).toEqual({ status: 'answered', answer: 'You wrote: Hello' });
    await stop();
    await expect(fetch(`${url}/default/request`)).rejects.toThrow();
    const silent = await opened();
    await expect(silent.onMessage(() => 'x')).rejects.toThrow('MANYCHAT_MCP_INBOUND_SECRET');
  });

  test('gives a call up when its signal aborts', async () => {
    const account = await opened();
    const outcome = await account.call('manychat_get_page', {}, { signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'cancelled', performed: 'no' } });
  });

  const accountsFile = () =>
    write(
      'accounts.json',
      JSON.stringify({
        accounts: {
          Shop: { manychat_key: { env: 'SHOP_KEY' } },
          Wholesale: { manychat_key: { file: 'wholesale.key' } },
        },
      }),
    );

  test('opens the account of the accounts file that is named, whatever key is set besides', async () => {
    write('wholesale.key', sandbox.secondManychatKey);
    const account = await opened({ MANYCHAT_MCP_ACCOUNTS: accountsFile(), MANYCHAT_MCP_ACCOUNT: 'wholesale' });
    const outcome = await account.call('manychat_get_page');
    expect(outcome).toMatchObject({ ok: true, result: { page: { name: 'Sunrise Wholesale' } } });
  });

  test('is refused if the accounts file has several accounts and none is named, or if its key is not there', async () => {
    const settings = { ...directlyTo(sandbox), MANYCHAT_MCP_ACCOUNTS: accountsFile() };
    await expect(openAccount(settings)).rejects.toThrow('name one with --account. There are "Shop", "Wholesale"');
    await expect(openAccount({ ...settings, MANYCHAT_MCP_ACCOUNT: 'Shop' })).rejects.toThrow('SHOP_KEY');
  });

  test('makes no call without the store that it shares with other processes', async () => {
    const account = await opened({ MANYCHAT_MCP_REDIS_URL: 'redis://127.0.0.1:1', MANYCHAT_MCP_DEADLINE_MS: 1000 });
    expect(await account.call('manychat_get_page')).toMatchObject({ ok: false, failure: { performed: 'no' } });
    expect(sandbox.requests()).toEqual([]);
  });

  test.each([
    [{}, 'MANYCHAT_API_KEY'],
    [{ MANYCHAT_API_KEY: '1:0123456789abcdef0123456789abcdef', MANYCHAT_MCP_READONLY: true }, 'MANYCHAT_MCP_READ_ONLY'],
  ])('is refused with what is wrong with the settings %j', async (settings, named) => {
    await expect(openAccount(settings)).rejects.toThrow(named);
  });
});

describe('a server that is created by import', () => {
  const sandbox = useSandbox();

  async function served(settings: Settings = {}) {
    const server = await createManychatServer({ ...directlyTo(sandbox), ...settings });
    onTestFinished(() => server.close());
    return server;
  }

  const page = { name: 'manychat_get_page', arguments: {} };
  const called = { structuredContent: { page: { name: expect.any(String) } } };

  test.each(['auto', undefined])('serves a client of the second SDK, negotiating %s', async (mode) => {
    const server = await served();
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    await server.connect(ours);
    const client = new Client({ name: 'test', version: '1' }, mode === 'auto' ? { versionNegotiation: { mode } } : {});
    await client.connect(theirs);
    expect(client.getNegotiatedProtocolVersion()).toBe(mode === 'auto' ? '2026-07-28' : '2025-11-25');
    expect(await client.callTool(page)).toMatchObject(called);
    await client.close();
  });

  test('serves several clients, also of the first SDK', async () => {
    const server = await served();
    const clients = await Promise.all(
      [0, 1].map(async () => {
        const [ours, theirs] = OldTransport.createLinkedPair();
        await server.connect(ours);
        const client = new OldClient({ name: 'test', version: '1' });
        await client.connect(theirs);
        return client;
      }),
    );
    for (const client of clients) expect(await client.callTool(page)).toMatchObject(called);
    await clients[0]?.close();
    expect(await clients[1]?.callTool(page)).toMatchObject(called);
  });

  test('is refused with a setting that is for the program', async () => {
    await expect(served({ MANYCHAT_MCP_HTTP: true })).rejects.toThrow('MANYCHAT_MCP_HTTP');
  });
});

describe('the package, as another program imports it', () => {
  const types = readFileSync(pathOf('dist/library.d.ts'), 'utf8');

  test('declares every export, tool and kind of failure, and imports nothing', () => {
    const declared = Array.from(types.matchAll(/^export declare (?:const|function) (\w+)/gm), ([, name]) => name);
    const script = `console.log(JSON.stringify(Object.keys(await import('manychat-mcp'))))`;
    const run = [process.execPath, ['--input-type=module', '--eval', script]] as const;
    const exported: string[] = JSON.parse(execFileSync(...run, { cwd: installed(''), encoding: 'utf8' }));
    expect(declared.toSorted()).toEqual(exported.toSorted());
    for (const { name } of declarations) expect(types.split(`readonly ${name}: `)).toHaveLength(3);
    for (const kind of kinds) expect(types).toContain(`| "${kind}"`);
    expect(types).not.toMatch(/^import\b|\bimport\(|^\/\/\/ <reference/m);
  });

  /** Installs what is published into a folder of its own, beside a program that imports it. */
  function installed(source: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'manychat-mcp-library-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const target = join(folder, 'node_modules', 'manychat-mcp');
    const { files } = JSON.parse(readFileSync(pathOf('package.json'), 'utf8'));
    for (const file of ['package.json', ...files]) {
      mkdirSync(dirname(join(target, file)), { recursive: true });
      cpSync(pathOf(file), join(target, file), { recursive: true });
    }
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'program.ts'), source);
    return folder;
  }

  const program = `
import { createManychatServer, openAccount, version, type Kind } from 'manychat-mcp';
const account = await openAccount({ MANYCHAT_MCP_SANDBOX: true });
const outcome = await account.call('manychat_send_text', { subscriber_id: '123456789', text: 'Hello' });
// @ts-expect-error: the contact is missing
const missing = await account.call('manychat_send_text', { text: 'Hello' });
// @ts-expect-error: there is no such tool
const unknown = account.call('manychat_send_txt', {}).catch((error: Error) => error.message);
const kind: Kind | undefined = missing.ok ? undefined : missing.failure.kind;
// @ts-expect-error: no such kind
const impossible: Kind = 'broken';
const channel: unknown = outcome.ok ? outcome.result.channel : outcome.failure.message;
const server = await createManychatServer({ MANYCHAT_MCP_SANDBOX: true });
await server.close();
await account.close();
declare const console: { log(text: string): void };
console.log(JSON.stringify([typeof version, outcome.ok, channel, kind, await unknown, typeof impossible]));
`;

  test('compiles with skipLibCheck off and without another package, and ends by itself', () => {
    const folder = installed(program);
    const options = {
      compilerOptions: {
        strict: true,
        module: 'nodenext',
        target: 'es2023',
        lib: ['es2023'],
        types: [],
        skipLibCheck: false,
      },
      include: ['program.ts'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
    execFileSync(process.execPath, [pathOf('node_modules/typescript/bin/tsc'), '-p', folder], { stdio: 'pipe' });
    const output = execFileSync(process.execPath, [join(folder, 'program.js')], { encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual([
      'string',
      true,
      'messenger',
      'invalid_input',
      expect.stringContaining('manychat_send_text'),
      'string',
    ]);
  });

  test('starts nothing and prints nothing when it is imported', () => {
    // The streams of the process, and files that were just read.
    const script = `await import('manychat-mcp');
      const own = new Set(['PipeWrap', 'CloseReq']);
      console.log(JSON.stringify(process.getActiveResourcesInfo().filter((name) => !own.has(name))))`;
    const run = [process.execPath, ['--input-type=module', '--eval', script]] as const;
    expect(execFileSync(...run, { cwd: installed(''), encoding: 'utf8' })).toBe('[]\n');
  });
});
