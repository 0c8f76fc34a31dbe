import { describe, expect, onTestFinished, test } from 'vitest';
import { isLocal } from '../../src/cli/sandboxed/sandbox-time.js';
import { UsageError } from '../../src/config/usage-error.js';
import { ask } from '../support/asking.js';
import { configOf } from '../support/config.js';
import { useFolder } from '../support/folder.js';
import { connectProgram, directlyTo, through } from '../support/program.js';
import { sandboxed } from '../support/sandboxed.js';
import { runHere } from '../support/shell.js';

const file = useFolder();

/** A server, called through a client. */
async function serving(environment: Record<string, string>, ...args: string[]) {
  const { client, stderr } = await connectProgram(environment, args);
  onTestFinished(() => client.close());
  const call = async (tool: string, input: Record<string, unknown>) => {
    const { content } = await client.callTool({ name: `manychat_${tool}`, arguments: input });
    const [first] = content;
    return JSON.parse(first?.type === 'text' ? first.text : '{}');
  };
  return { call, stderr };
}

/** The server on its embedded sandbox, and the sandbox's control API. */
async function embedded(...args: string[]) {
  const { call, stderr } = await serving({}, '--sandbox', ...args);
  const [, url = ''] = /"sandbox":"([^"]+)"/.exec(stderr()) ?? [];
  const control = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const sent = { method: 'POST', path: `/sandbox/${path}`, headers, body: JSON.stringify(body) };
    const { status, text } = await ask(url, sent);
    expect(status, text).toBe(200);
  };
  return { call, control };
}

describe('the server on its embedded sandbox', () => {
  test('tells the time by the clock of the sandbox', async () => {
    const { call, control } = await embedded('--sandbox-now', '2026-03-01T09:00:00Z');
    const maria = { subscriber_id: '24958501110451908' };
    const status = async () => JSON.stringify(await call('get_messaging_status', maria));
    expect(await status()).toContain('2026-03-02T08:40Z');
    await control('clock', { advance_ms: 25 * 3_600_000 });
    expect(await status()).toContain('closed');
    const { error } = await call('send_text', { ...maria, text: 'Hello' });
    expect(error).toMatchObject({ kind: 'window_closed' });
    expect(JSON.stringify(error)).not.toContain('open for');
    expect(JSON.stringify(error)).toContain('2026-03-01T08:40:00');
    await control(`contacts/${maria.subscriber_id}/writes`, { text: 'I am back' });
    expect(await status()).toContain('2026-03-03T10:00Z');
    expect(await call('send_text', { ...maria, text: 'Hello' })).not.toHaveProperty('error');
  });

  test('serves an account of a file', async () => {
    const account = { tags: [{ name: 'Bakery regulars' }], contacts: [{ id: '24958501110451909', first_name: 'Ana' }] };
    const { call } = await embedded('--sandbox-file', file('account.json', JSON.stringify(account)));
    expect(JSON.stringify(await call('list_tags', {}))).toContain('Bakery regulars');
    expect(JSON.stringify(await call('find_subscribers_by_name', { name: 'Ana' }))).toContain('24958501110451909');
  });
});

describe('the server on a sandbox in another process', () => {
  const maria = { subscriber_id: '24958501110451908' };

  test.each(['through Maton', 'directly'])('tells the time by the clock of the sandbox: %s', async (way) => {
    const { sandbox, environment } = await sandboxed({ now: '2026-03-01T09:00:00Z' });
    const { call } = await serving(way === 'directly' ? directlyTo(sandbox) : environment);
    const status = async () => JSON.stringify(await call('get_messaging_status', maria));
    expect(await status()).toContain('2026-03-02T08:40Z');
    sandbox.advance(25 * 3_600_000);
    expect(await status()).toContain('closed');
    const { error } = await call('send_text', { ...maria, text: 'Hello' });
    expect(JSON.stringify(error)).toContain('2026-03-01T08:40:00');
  });

  test.each<[string, Record<string, string>, boolean]>([
    ['a local gateway', { ...through('http://127.0.0.1:1') }, true],
    ['a local page key', { MANYCHAT_API_KEY: '1:a', MANYCHAT_API_URL: 'http://localhost:1' }, true],
    ['a gateway elsewhere', { ...through('http://127.0.0.1:1'), MATON_GATEWAY_URL: 'https://gateway.maton.ai' }, false],
    ['a control API elsewhere', { MATON_API_KEY: 'k', MATON_GATEWAY_URL: 'http://127.0.0.1:1' }, false],
    ['a page key elsewhere', { MANYCHAT_API_KEY: '1:a', MATON_GATEWAY_URL: 'http://127.0.0.1:1' }, false],
  ])('may only tell it on this machine: %s', (_, environment, local) => {
    expect(isLocal([configOf(environment).account])).toBe(local);
  });
});

describe('the command line', () => {
  test.each<[string, string[], RegExp]>([
    ['an account without the sandbox', ['tools', '--sandbox-file', 'x.json'], /SANDBOX_FILE needs the sandbox/],
    ['a time without the sandbox', ['tools', '--sandbox-now', '2026-03-01T09:00:00Z'], /SANDBOX_NOW needs the sandbox/],
    [
      'a time without an offset',
      ['tools', '--sandbox', '--sandbox-now', 'now'],
      /SANDBOX_NOW must be a time with an off/,
    ],
    ['no such file', ['call', 'get_page', '--sandbox', '--sandbox-file', 'x.json'], /x\.json cannot be read/],
    ['a wrong time', ['sandbox', '--now', '2026-03-01'], /the sandbox cannot be prepared:\nnow must be a time/],
    [
      'two times',
      ['sandbox', '--now', '2026-03-01', '--sandbox-now', '2026-03-01'],
      /--now and --sandbox-now mean the/,
    ],
    ['no such file', ['sandbox', '--file', 'x.json'], /x\.json cannot be read: there is no such file/],
  ])('refuses %s: %j', async (_, args, words) => {
    const error: unknown = await runHere(args, {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(words);
  });

  test('names the mistakes of a file', async () => {
    const path = file('account.json', '{"tags":[{"nam":"VIP"}],"contacts":[{"tags":["VIP"]}]}');
    const call = runHere(['call', 'get_page', '--sandbox', '--sandbox-file', path], {});
    await expect(call).rejects.toThrow(
      /^the sandbox [\s\S]*\ntags\[0\]: unknown key "nam"[\s\S]*\ncontacts\[0\]\.tags\[0\]: there/,
    );
  });

  test('repeats the time and the account in commands to copy', async () => {
    const flags = ['--sandbox', '--sandbox-now', '2026-03-01T09:00:00Z', '--sandbox-file', file('account.json', '{}')];
    const { out } = await runHere(['tools', 'get_page', ...flags], {});
    expect(out).toContain(`manychat-mcp ${flags.join(' ')} call manychat_get_page`);
  });

  test('doctor compares the clock of the sandbox with itself', async () => {
    const { out } = await runHere(['doctor', '--sandbox', '--sandbox-now', '2026-03-01T09:00:00Z'], {});
    expect(out).toMatch(/clock.*agrees/);
  });
});
