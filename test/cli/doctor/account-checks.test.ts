import { describe, expect, onTestFinished, test } from 'vitest';
import { allWell, examined } from '../../support/examined.js';
import { pinnedId, through } from '../../support/program.js';
import { sandboxed } from '../../support/sandboxed.js';
import { runHere } from '../../support/shell.js';
import { startUpstream } from '../../support/upstream.js';

describe('connections', () => {
  test('a key that Maton refuses, and the checks that need it are skipped', async () => {
    const { environment } = await sandboxed();
    const { statuses, code } = await examined({ ...environment, MATON_API_KEY: 'wrong-key' });
    const left = { 'key accepted': 'failed', connections: 'skipped', page: 'skipped' };
    expect(statuses).toEqual({ ...allWell, ...left });
    expect(code).toBe(1);
  });

  test('none at all', async () => {
    const { sandbox, connections, environment } = await sandboxed();
    await connections('DELETE', sandbox.connectionId);
    await connections('DELETE', sandbox.secondConnectionId);
    const { statuses, text, code } = await examined(environment);
    expect(statuses).toMatchObject({ 'key accepted': 'ok', connections: 'failed', page: 'skipped' });
    expect(text('connections')).toBe(
      'no ManyChat account is connected | Create a new one with `manychat-mcp connect`.',
    );
    expect(code).toBe(1);
  });

  test('PENDING only, then FAILED only', async () => {
    const { sandbox, connections, environment } = await sandboxed();
    await connections('DELETE', sandbox.connectionId);
    const pending = await examined(environment);
    expect(pending.statuses).toMatchObject({ connections: 'failed', page: 'skipped' });
    expect(pending.text('connections')).toMatch(/^1 connection, none is ACTIVE \| PENDING waits .*get_connection/);
    const line = `${sandbox.secondConnectionId} PENDING since 2026-02-14`;
    expect(pending.checks.find(({ name }) => name === 'connections')?.items).toEqual([line]);
    expect(pending.code).toBe(1);

    const { url } = await connections('GET', sandbox.secondConnectionId);
    await fetch(String(url), { method: 'POST', body: new URLSearchParams({ action: 'cancel' }) });
    const broken = await examined(environment);
    expect(broken.text('connections')).toMatch(/\| FAILED never becomes ACTIVE: .*connect.*delete_connection/);
    expect(broken.code).toBe(1);
  });

  test('several ACTIVE: a line for each with its page, which one is used, and how to pin one', async () => {
    const { sandbox, environment } = await sandboxed({ secondConnection: 'ACTIVE' });
    const { checks, statuses, text, code } = await examined(environment);
    expect(statuses).toEqual({ ...allWell, connections: 'warning' });
    expect(checks.find(({ name }) => name === 'connections')).toMatchObject({
      found: '2 connections',
      items: [
        `${sandbox.connectionId} ACTIVE "Sunrise Coffee"`,
        `${sandbox.secondConnectionId} ACTIVE "Sunrise Wholesale"`,
      ],
    });
    expect(text('connections')).toContain(`Reads use the oldest, ${sandbox.connectionId};`);
    expect(text('connections')).toContain('set MATON_CONNECTION_ID=');
    expect(text('page')).toContain('Sunrise Coffee');
    expect(code).toBe(0);
    const lines = (await runHere(['doctor'], environment)).out.split('\n');
    expect(lines).toContain(`           ${sandbox.connectionId} ACTIVE "Sunrise Coffee"`);
    expect(lines.every((line) => line.length <= 80 || /Reads use|set MATON|agrees/.test(line))).toBe(true);
  });

  test('several ACTIVE, of which one has a page that cannot be read: why, and what to do', async () => {
    const { sandbox, environment } = await sandboxed({ secondConnection: 'ACTIVE' });
    const refused = { match: { path: 'getInfo' }, status: 401, body: { status: 'error', message: 'Wrong token' } };
    sandbox.injectFault({ ...refused, times: 2 });
    const { checks, statuses, text } = await examined(environment);
    const other = `page of ${sandbox.secondConnectionId}`;
    expect(statuses).toMatchObject({ page: 'ok', [other]: 'ok' });
    expect(text(other)).toContain('Sunrise Wholesale');
    expect(JSON.stringify(checks.find(({ name }) => name === 'connections')?.items)).not.toContain('Sunrise');
  });

  test('one of several is pinned', async () => {
    const { sandbox, environment } = await sandboxed({ secondConnection: 'ACTIVE' });
    const pinned = await examined(environment, ['--connection', sandbox.secondConnectionId]);
    expect(pinned.statuses).toEqual({ ...allWell, 'pinned connection': 'ok' });
    expect(pinned.text('page')).toContain('Sunrise Wholesale');
    const named = await examined(environment, ['--connection', 'sunrise wholesale']);
    expect(named.statuses).toEqual({ ...allWell, 'pinned connection': 'ok' });
    expect(named.text('pinned connection')).toContain(`"sunrise wholesale" is ${sandbox.secondConnectionId}`);
    expect(named.text('page')).toContain('Sunrise Wholesale');
  });

  test('a pinned page that does not exist, with the choices', async () => {
    const { environment } = await sandboxed({ secondConnection: 'ACTIVE' });
    const { checks, statuses, code } = await examined({ ...environment, MATON_CONNECTION_ID: 'Sunrise' });
    expect(statuses).toMatchObject({ 'pinned connection': 'failed', page: 'skipped' });
    expect(checks.find(({ name }) => name === 'pinned connection')).toMatchObject({
      found: 'No connection has the id or page name "Sunrise"',
      items: [expect.stringContaining('"Sunrise '), expect.stringContaining('"Sunrise ')],
      advice: expect.stringContaining('MATON_CONNECTION_ID'),
    });
    expect(code).toBe(1);
  });

  test('a pinned one that does not exist, is PENDING, or belongs to another app', async () => {
    const { sandbox, environment } = await sandboxed();
    const unknown = await examined({ ...environment, MATON_CONNECTION_ID: pinnedId });
    expect(unknown.statuses).toMatchObject({ 'pinned connection': 'failed', page: 'skipped' });
    expect(unknown.text('pinned connection')).toMatch(/^[\da-f-]{36} does not exist \| Set MATON_CONNECTION_ID/);
    expect(unknown.code).toBe(1);
    const pending = await examined({ ...environment, MATON_CONNECTION_ID: sandbox.secondConnectionId });
    expect(pending.text('pinned connection')).toMatch(/is PENDING \| .*get_connection/);
    expect(pending.code).toBe(1);
    const connection = { connection_id: pinnedId, status: 'ACTIVE' };
    sandbox.injectFault({ match: { path: '/connections/' }, status: 200, body: { connection } });
    const other = await examined({ ...environment, MATON_CONNECTION_ID: pinnedId });
    expect(other.text('pinned connection')).toContain(`${pinnedId} exists, but is not a ManyChat connection`);
  });

  test('a key in place of a connection id is not shown', async () => {
    const { sandbox, environment } = await sandboxed();
    for (const secret of [sandbox.matonKey, sandbox.manychatKey]) {
      const { checks, statuses, text } = await examined({ ...environment, MATON_CONNECTION_ID: secret });
      expect(statuses.settings).toBe('failed');
      expect(text('settings')).toMatch(/^MATON_CONNECTION_ID contains /);
      expect(JSON.stringify(checks)).not.toContain(secret);
    }
  });
});

describe('the page and the clock', () => {
  const failing = (status: number, body: object) => ({ match: { path: 'getInfo' }, times: 99, status, body });

  test('ManyChat refuses the key of the connection', async () => {
    const { sandbox, environment } = await sandboxed();
    sandbox.injectFault(failing(401, { status: 'error', message: 'Wrong token' }));
    const { text, statuses, code } = await examined(environment);
    expect(statuses).toMatchObject({ 'key accepted': 'ok', page: 'failed' });
    expect(text('page')).toMatch(/^Wrong token \| ManyChat does not accept the key of this connection\. .*connect/);
    expect(text('page')).toContain(`connection_id=${sandbox.connectionId}`);
    expect(code).toBe(1);
  });

  test.each([
    ['ManyChat fails', failing(503, { status: 'exception', message: 'Down' }), 4, /Down \| Try again/],
    ['Maton fails', failing(500, { message: 'Authorization' }), 4, /may have expired\. .*connect/],
    ['a 429', { ...failing(429, { message: 'Slow down' }), headers: { 'retry-after': '7' } }, 4, /in 7 seconds/],
    ['no response', { match: { path: 'getInfo' }, times: 99, hang: true } as const, 4, /No answer within/],
    ['a page of HTML', { match: { path: 'getInfo' }, times: 99, html: true } as const, 1, /not from ManyChat/],
  ])('%s', async (_, fault, code, words) => {
    const { sandbox, environment } = await sandboxed();
    sandbox.injectFault(fault);
    const found = await examined({ ...environment, MANYCHAT_MCP_DEADLINE_MS: '8000' });
    expect(found.statuses.page).toBe('failed');
    expect(found.text('page')).toMatch(words);
    expect(found.code).toBe(code);
  });

  test('the connections API fails, and the page of a pinned connection is still read', async () => {
    const { sandbox, environment } = await sandboxed();
    sandbox.injectFault({ match: { path: '/connections' }, times: 99, status: 502, body: { message: 'Bad gateway' } });
    const settings = { ...environment, MANYCHAT_MCP_DEADLINE_MS: '5000' };
    const pinned = await examined({ ...settings, MATON_CONNECTION_ID: sandbox.connectionId });
    const left = { connections: 'skipped', 'pinned connection': 'skipped' };
    expect(pinned.statuses).toEqual({ ...allWell, 'key accepted': 'failed', ...left });
    expect(pinned.code).toBe(4);
    const free = await examined(settings);
    expect(free.statuses).toMatchObject({ 'key accepted': 'failed', connections: 'skipped', page: 'skipped' });
  });

  test.each([
    [10, 'warning', "this machine's clock is 10 minutes behind the server's"],
    [-180, 'warning', "this machine's clock is 3 hours ahead of the server's"],
    [1, 'ok', "agrees with the server's"],
  ])('a server %i minutes ahead', async (minutes, status, words) => {
    const { environment } = await sandboxed({ clock: { now: () => Date.now() + minutes * 60_000 } });
    const { text, statuses, code } = await examined(environment);
    expect(statuses.clock).toBe(status);
    expect(text('clock')).toContain(words);
    expect(code).toBe(0);
  });

  test('a cached response counts with its age, and one without a date is ignored', async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString();
    const cached = await startUpstream({ headers: { date, age: '3600' } });
    const timeless = await startUpstream((_, response) => {
      response.sendDate = false;
      response.end();
    });
    for (const upstream of [cached, timeless]) onTestFinished(() => upstream.close());
    const quick = { MANYCHAT_MCP_DEADLINE_MS: '5000' };
    expect((await examined({ ...through(cached.url), ...quick })).statuses.clock).toBe('ok');
    expect((await examined({ ...through(timeless.url), ...quick })).statuses.clock).toBe('skipped');
  });
});
