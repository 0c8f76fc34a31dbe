import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openAccount } from '../../src/account/account.js';
import { openHost } from '../../src/account/host.js';
import type { Tool } from '../../src/account/policy/tool.js';
import { toolNamed } from '../../src/cli/commands/tool-by-name.js';
import { toolsFor } from '../../tools/index.js';
import { type Caller, collectedLog, createCallers } from '../support/caller.js';
import { configOf } from '../support/config.js';
import { pinnedId, through } from '../support/program.js';
import { requesting } from '../support/requesting.js';
import { manualClock } from '../support/timing.js';
import { type Arrived, startUpstream, type Upstream } from '../support/upstream.js';

const keys = ['key-of-the-first-account', 'key-of-the-second-account'] as const;

const success = (data: unknown) => ({ status: 'success', data });

/** Two accounts of one host and process. Their connections, contacts, fields and tags have the same ids. */
describe.each([
  ['through Maton', (url: string, key: string) => ({ ...through(url, key), MATON_CONNECTION_ID: pinnedId })],
  ['directly', (url: string, key: string) => ({ MANYCHAT_API_KEY: key, MANYCHAT_API_URL: url })],
])('two accounts on one host, %s', (_, environmentOf) => {
  /** Stands still: a call that had to wait would never end. */
  const clock = manualClock();
  let upstream: Upstream;
  let first: Caller;
  let second: Caller;
  /** Answers a request of the first or the second account. */
  let answer: (account: 0 | 1, request: Arrived) => { status?: number; headers?: Record<string, string>; body: object };

  const countOf = (account: 0 | 1, word: string): number =>
    upstream.arrived.filter(
      ({ path, headers }) => path.endsWith(word) && headers.authorization === `Bearer ${keys[account]}`,
    ).length;

  beforeEach(async () => {
    answer = () => ({ body: success({ id: '1' }) });
    upstream = await startUpstream((request, response) => {
      const account = request.headers.authorization === `Bearer ${keys[0]}` ? 0 : 1;
      const { status = 200, headers, body } = answer(account, request);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    });
    const environments = keys.map((key) => environmentOf(upstream.url, key));
    const [one, other] = createCallers(environments, { clock, random: () => 0 });
    if (one === undefined || other === undefined) throw new Error('there are two accounts');
    [first, second] = [one, other];
    onTestFinished(async () => {
      await Promise.all([first.close(), second.close(), upstream.close()]);
    });
  });

  const hello = { subscriber_id: '77', text: 'Hello', channel: 'messenger' };

  test('have different identities', () => {
    expect(first.config.account.identity).not.toBe(second.config.account.identity);
    expect(first.config.account.connection).toBe(second.config.account.connection);
  });

  test('send the same text to contacts with the same id at the same time', async () => {
    const sent = await Promise.all([first, second].map((caller) => caller.call('manychat_send_text', hello)));
    expect(sent).toMatchObject([{ ok: true }, { ok: true }]);
    expect(JSON.stringify(sent)).not.toMatch(/sent to this contact/);
    expect([countOf(0, 'sendContent'), countOf(1, 'sendContent')]).toEqual([1, 1]);
  });

  test('send the same text to contacts with the same id one after the other', async () => {
    for (const caller of [first, second, first]) {
      const outcome = await caller.call('manychat_send_text', hello);
      expect(outcome).toMatchObject({ ok: true });
      if (caller === second) expect(JSON.stringify(outcome)).not.toMatch(/sent to this contact/);
    }
    expect(countOf(1, 'sendContent')).toBe(1);
  });

  test('do not share an unknown outcome', async () => {
    answer = (account) => (account === 0 ? { status: 502, body: {} } : { body: success({}) });
    expect(await first.call('manychat_send_text', hello)).toMatchObject({ failure: { performed: 'unknown' } });
    expect(await second.call('manychat_send_text', hello)).toMatchObject({ ok: true });
    expect(await first.call('manychat_send_text', hello)).toMatchObject({
      failure: { message: expect.stringMatching(/sent to this contact/) },
    });
  });

  test('do not share the types of their fields', async () => {
    answer = (account, { path }) =>
      path.endsWith('getCustomFields')
        ? { body: success([{ id: 7, name: 'Size', type: account === 0 ? 'number' : 'text' }]) }
        : { body: success({}) };
    const args = { subscriber_id: '77', field_id: 7, field_value: 'large' };
    expect(await first.call('manychat_set_custom_field', args)).toMatchObject({ failure: { kind: 'invalid_input' } });
    expect(await second.call('manychat_set_custom_field', args)).toMatchObject({ ok: true });
    expect(countOf(0, 'setCustomField')).toBe(0);
  });

  test('do not share a pause: a 429 of one does not delay the other', async () => {
    answer = (account) =>
      account === 0
        ? { status: 429, headers: { 'retry-after': '86400' }, body: { status: 'error', message: 'Too many requests' } }
        : { body: success({ id: '1' }) };
    expect(await first.call('manychat_get_page')).toMatchObject({ failure: { kind: 'rate_limited' } });
    const before = clock.now();
    for (let count = 0; count < 5; count += 1)
      expect(await second.call('manychat_get_page')).toMatchObject({ ok: true });
    expect(clock.now() - before).toBe(0);
  });

  test('do not share a rate limit: the second starts at once when the first has used up its own', async () => {
    await Promise.all(Array.from({ length: 10 }, () => first.call('manychat_get_page')));
    const before = clock.now();
    await Promise.all(Array.from({ length: 10 }, () => second.call('manychat_get_page')));
    expect(clock.now() - before).toBe(0);
  });

  test('write log lines with their identity and without keys', async () => {
    await Promise.all([first, second].map((caller) => caller.call('manychat_get_page')));
    const lines = first.logged.map((line) => JSON.parse(line));
    expect(new Set(lines.map(({ account }) => account))).toEqual(
      new Set([first, second].map(({ config }) => config.account.identity.slice(0, 8))),
    );
    for (const key of keys) expect(first.logged.join()).not.toContain(key);
  });

  test("redact their own key in responses; the key of one does not change the other's data", async () => {
    answer = () => ({ body: success({ id: '1', name: `between ${keys[0]} and ${keys[1]}`, [keys[1]]: 'x' }) });
    const page = await first.call('manychat_get_page');
    expect(page).toMatchObject({
      ok: true,
      result: { page: { name: `between [redacted] and ${keys[1]}`, [keys[1]]: 'x' } },
    });
  });
});

test('closing an account aborts its calls, but not those of another account', async () => {
  const responses: (() => void)[] = [];
  const upstream = await startUpstream((_, response) => {
    responses.push(() => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(success({ id: '1' })));
    });
  });
  const configs = keys.map((key) => configOf({ ...through(upstream.url, key), MATON_CONNECTION_ID: pinnedId }));
  const [config = configOf({})] = configs;
  const host = openHost(config.host, { log: collectedLog(config, []) });
  onTestFinished(async () => {
    await Promise.all([host.close(), upstream.close()]);
  });
  const accounts = configs.map((each) => openAccount(host, each.account));
  const side = { signal: new AbortController().signal };
  const calls = accounts.map(({ call, everyTool }) => call(toolNamed('get_page', everyTool), {}, side));
  await upstream.received(2);
  accounts[0]?.close();
  expect(await calls[0]).toMatchObject({ ok: false, failure: { kind: 'cancelled' } });
  for (const respond of responses) respond();
  expect(await calls[1]).toMatchObject({ ok: true });
});

test('each of two accounts lists and uses its own connections', async () => {
  const upstream = await startUpstream((request, response) => {
    const account = keys.findIndex((key) => request.headers.authorization === `Bearer ${key}`);
    const connections = [{ connection_id: `connection-${account}`, status: 'ACTIVE', creation_time: '2026-01-01' }];
    const body = request.path.startsWith('/connections') ? { connections } : success({ id: '1' });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  const callers = createCallers(keys.map((key) => through(upstream.url, key)));
  onTestFinished(async () => {
    await Promise.all([...callers.map((caller) => caller.close()), upstream.close()]);
  });
  for (const caller of callers) expect(await caller.call('manychat_get_page')).toMatchObject({ ok: true });
  const used = upstream.arrived.flatMap(({ headers }) => headers['maton-connection'] ?? []);
  expect(used).toEqual(['connection-0', 'connection-1']);
});

describe('the tools of an account', () => {
  const open = (environment: Record<string, string>) => {
    // Nothing listens there: no test of this block makes a request.
    const config = configOf({ ...through('http://127.0.0.1:1'), MATON_CONNECTION_ID: pinnedId, ...environment });
    const host = openHost(config.host, { log: collectedLog(config, []) });
    onTestFinished(() => host.close());
    return openAccount(host, config.account);
  };
  const namesOf = (tools: readonly Tool[]) => tools.map(({ declaration }): string => declaration.name);
  const side = { signal: new AbortController().signal };

  test('are those that were chosen; every tool is there for calls that the program makes itself', () => {
    const account = open({ MANYCHAT_MCP_TOOLS: 'get_page' });
    expect(namesOf(account.tools)).toEqual(['manychat_get_page']);
    expect(namesOf(account.everyTool)).toEqual(requesting.map(({ name }) => name));
  });

  test('are without those of connections if ManyChat is reached directly', () => {
    const account = open({ MATON_API_KEY: '', MANYCHAT_API_KEY: '1:a', MATON_CONNECTION_ID: '' });
    const expected = requesting.filter(({ api }) => api !== 'connections').map(({ name }) => name);
    expect(namesOf(account.tools)).toEqual(expected);
    expect(namesOf(account.everyTool)).toEqual(expected);
  });

  test('do not have what was excluded, and no other tool does it instead', async () => {
    const excluded = toolsFor('add_tag');
    const account = open({ MANYCHAT_MCP_EXCLUDE_TOOLS: excluded.join(',') });
    for (const name of excluded) expect(namesOf(account.tools)).not.toContain(name);
    const job = { subscriber_ids: ['77'], action: 'add_tag', tag_name: 'VIP' };
    for (const tools of [account.tools, account.everyTool]) {
      const outcome = await account.call(toolNamed('for_each_subscriber', tools), job, side);
      expect(outcome).toMatchObject({ ok: false, failure: { kind: 'permission_denied', performed: 'no' } });
    }
  });

  test('do not have what changes something on a read-only account, and the program does not do it either', async () => {
    const account = open({ MANYCHAT_MCP_READ_ONLY: '1' });
    expect(namesOf(account.tools)).not.toContain('manychat_create_tag');
    const outcome = await account.call(toolNamed('create_tag', account.everyTool), { name: 'VIP' }, side);
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'permission_denied', performed: 'no' } });
  });
});

test('an account remembers the tokens of its own links, however many links another one lists', async () => {
  const token = 'tokenOfTheSecondAccount99';
  const upstream = await startUpstream((request, response) => {
    const isFirst = request.headers.authorization === `Bearer ${keys[0]}`;
    const connections = Array.from({ length: isFirst ? 150 : 1 }, (_, index) => ({
      connection_id: `c-${index}`,
      url: `https://connect.example/?session_token=${isFirst ? `tokenNumber${1000 + index}abcDEF` : token}`,
    }));
    const body = request.path.startsWith('/connections')
      ? { connections }
      : success({ id: '1', name: `It is ${token}` });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  const [first, second] = createCallers(
    keys.map((key) => ({ ...through(upstream.url, key), MATON_CONNECTION_ID: pinnedId })),
  );
  onTestFinished(async () => {
    await Promise.all([first?.close(), upstream.close()]);
  });
  await second?.call('manychat_list_connections');
  await first?.call('manychat_list_connections');
  expect(await second?.call('manychat_get_page')).toMatchObject({ result: { page: { name: 'It is [redacted]' } } });
});
