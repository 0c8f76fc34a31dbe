import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shownConnection } from '../../../../src/account/lookups/connections/chooser.js';
import { realClock } from '../../../../src/upstream/clock.js';
import { callerThrough, createCaller } from '../../../support/caller.js';
import { pinnedId } from '../../../support/program.js';
import { type Arrived, startUpstream, type Upstream } from '../../../support/upstream.js';

const active = (connection_id: string, creation_time: string) => ({
  connection_id,
  status: 'ACTIVE',
  creation_time,
  app: 'manychat',
});
const newer = active('newer', '2026-03-01T00:00:00Z');
const older = active('older', '2025-12-08T07:20:53.488460Z');

describe('the connection of a call', () => {
  let upstream: Upstream;
  /** What Maton lists. */
  let connections: object[];
  /** The gateway accepts no connection. */
  let refuseAll = false;
  /** It does not know the pinned connection. */
  let isGone = false;
  const listings = () =>
    upstream.arrived.filter((request) => request.path === '/connections' && request.method === 'GET').length;
  /** The connections of the requests to ManyChat. */
  const used = (): (string | undefined)[] =>
    upstream.arrived
      .filter((request) => request.path.startsWith('/manychat'))
      .map((request) => String(request.headers['maton-connection']));

  beforeEach(async () => {
    connections = [];
    refuseAll = false;
    isGone = false;
    upstream = await startUpstream((request: Arrived, response) => {
      response.setHeader('content-type', 'application/json');
      const unknown = request.headers['maton-connection'] === pinnedId && isGone;
      const unusable = refuseAll && request.path !== '/connections';
      response.statusCode = unknown ? 404 : unusable ? 400 : 200;
      const answer = request.path === '/connections' ? { connections } : { status: 'success', data: { id: 1 } };
      const noConnection = { error: { message: 'No connection found', code: 400 } };
      const notFound = { error: { message: 'Connection not found', code: 404 } };
      response.end(JSON.stringify(unknown ? notFound : unusable ? noConnection : answer));
    });
  });
  afterEach(() => upstream.close());

  const tag = ['manychat_add_tag_to_subscriber', { subscriber_id: '1', tag_id: 1 }] as const;

  test('is the pinned one, without a look-up', async () => {
    const caller = callerThrough(upstream.url, { MATON_CONNECTION_ID: pinnedId });
    expect((await caller.call(...tag)).ok).toBe(true);
    expect(listings()).toBe(0);
    expect(used()).toEqual([pinnedId]);
    await caller.close();
  });

  test('cannot be named in the arguments if one is pinned', async () => {
    const caller = callerThrough(upstream.url, { MATON_CONNECTION_ID: pinnedId });
    const outcome = await caller.call('manychat_get_page', { connection_id: 'older' });
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'invalid_input' } });
    expect(upstream.arrived).toEqual([]);
    await caller.close();
  });

  test('is the one that the arguments name, without a look-up, and is not sent in the body', async () => {
    const caller = callerThrough(upstream.url, {});
    expect((await caller.call(tag[0], { ...tag[1], connection_id: pinnedId })).ok).toBe(true);
    expect(listings()).toBe(0);
    expect(used()).toEqual([pinnedId]);
    expect(JSON.parse(upstream.arrived[0]?.rawBody ?? '')).toEqual({ subscriber_id: 1, tag_id: 1 });
    await caller.close();
  });

  test('is the only active one, and its look-up is cached for a while', async () => {
    let now = 0;
    connections = [older, { ...newer, status: 'PENDING' }];
    const caller = createCaller(
      { MATON_API_KEY: 'maton-key', MATON_GATEWAY_URL: upstream.url, MATON_CONTROL_URL: upstream.url },
      { clock: { ...realClock, now: () => now } },
    );
    await caller.call(...tag);
    await caller.call('manychat_get_page');
    expect(listings()).toBe(1);
    expect(upstream.arrived[0]?.query).toEqual({ app: 'manychat', status: 'ACTIVE' });
    // Longer than a list is cached, even for a read.
    now += 60_000;
    await caller.call('manychat_get_page');
    expect(listings()).toBe(2);
    expect(used()).toEqual(['older', 'older', 'older']);
    await caller.close();
  });

  test('is the oldest of several for a read, with a warning', async () => {
    connections = [newer, older];
    const caller = callerThrough(upstream.url, {});
    const read = await caller.call('manychat_get_page');
    const warning =
      'Read from a page without a name (page 1) through older, the oldest of 2 connected accounts; connection_id selects another.';
    expect(read).toMatchObject({ ok: true, result: { warnings: [warning] } });
    // The first is for the warning, which names the page where it can be read.
    expect(used()).toEqual(['older', 'older']);
    await caller.close();
  });

  test('is the named one of several, without a warning', async () => {
    connections = [newer, older];
    const caller = callerThrough(upstream.url, {});
    const named = await caller.call('manychat_get_page', { connection_id: 'newer' });
    expect(named).toMatchObject({ ok: true });
    expect(named.ok && named.result.warnings).toBeUndefined();
    expect(used()).toEqual(['newer']);
    await caller.close();
  });

  test('is ambiguous for a write if there are several, and the refusal lists them', async () => {
    connections = [newer, older];
    const caller = callerThrough(upstream.url, {});
    const outcome = await caller.call(...tag);
    expect(outcome).toMatchObject({
      ok: false,
      failure: { kind: 'ambiguous_connection', performed: 'no', source: 'client' },
    });
    if (!outcome.ok) expect(outcome.failure.details?.join()).toMatch(/older .*newer /);
    // Only pages are read, for the choices.
    expect(upstream.arrived.filter(({ method }) => method === 'POST')).toEqual([]);
    await caller.close();
  });

  test('does not exist if no account is connected, and the failure says how to connect one', async () => {
    const caller = callerThrough(upstream.url, {});
    const outcome = await caller.call('manychat_get_page');
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'no_connection', performed: 'no' } });
    if (!outcome.ok) expect(outcome.failure.hint).toContain('manychat_create_connection');
    await caller.close();
  });

  test.each(['manychat_get_page', 'manychat_send_text'])(
    'does not work any more if %s is refused for it, and the failure says how to connect one',
    async (tool) => {
      connections = [older];
      const caller = callerThrough(upstream.url, {});
      refuseAll = true;
      const outcome = await caller.call(tool, tool === 'manychat_get_page' ? {} : { subscriber_id: '1', text: 'Hi' });
      expect(outcome).toMatchObject({ ok: false, failure: { kind: 'no_connection' } });
      if (!outcome.ok) expect(outcome.failure.hint).toContain('manychat_create_connection');
      await caller.close();
    },
  );

  test('is used as soon as there is one', async () => {
    const caller = callerThrough(upstream.url, {});
    expect(await caller.call('manychat_get_page')).toMatchObject({ failure: { kind: 'no_connection' } });
    connections = [older];
    expect((await caller.call('manychat_get_page')).ok).toBe(true);
    await caller.close();
  });

  test('is looked up again after a connection was deleted', async () => {
    connections = [older];
    const caller = callerThrough(upstream.url, {});
    await caller.call('manychat_get_page');
    await caller.call('manychat_delete_connection', { connection_id: 'newer' });
    await caller.call('manychat_get_page');
    expect(listings()).toBe(2);
    await caller.close();
  });

  test('is looked up again after a connection was not found', async () => {
    connections = [older];
    const caller = callerThrough(upstream.url, {});
    await caller.call('manychat_get_page');
    isGone = true;
    const lost = await caller.call('manychat_get_page', { connection_id: pinnedId });
    expect(lost).toMatchObject({ ok: false, failure: { kind: 'connection_not_found' } });
    await caller.call('manychat_get_page');
    expect(listings()).toBe(2);
    await caller.close();
  });

  test('is not sent if ManyChat is reached directly, and there are no connection tools', async () => {
    const caller = createCaller({ MANYCHAT_API_KEY: '1:a', MANYCHAT_API_URL: upstream.url });
    expect((await caller.call('manychat_get_page')).ok).toBe(true);
    expect(upstream.arrived[0]?.path).toBe('/fb/page/getInfo');
    expect(upstream.arrived[0]?.headers['maton-connection']).toBeUndefined();
    expect(() => caller.call('manychat_list_connections')).toThrow();
    await caller.close();
  });

  test('cannot have an empty id; where it may be left out, an empty one is read as left out', async () => {
    connections = [older];
    const caller = callerThrough(upstream.url, {});
    expect(await caller.call('manychat_get_connection', { connection_id: '' })).toMatchObject({
      failure: { kind: 'invalid_input' },
    });
    expect(await caller.call('manychat_get_page', { connection_id: '' })).toMatchObject({ ok: true });
    expect(used()).toEqual(['older']);
    await caller.close();
  });

  test.each(['a b', 'a\r\nX-Evil: 1', '..', '.', 'ключ'])(
    'cannot have the id %j, which no header or path can carry',
    async (id) => {
      const caller = callerThrough(upstream.url, {});
      expect(await caller.call('manychat_get_connection', { connection_id: id })).toMatchObject({
        failure: { kind: 'invalid_input' },
      });
      expect(upstream.arrived).toHaveLength(0);
      expect(await caller.call('manychat_get_page', { connection_id: id })).toMatchObject({
        failure: { kind: /[\r\n]/.test(id) ? 'invalid_input' : 'connection_not_found' },
      });
      expect(used()).toEqual([]);
      await caller.close();
    },
  );
});

describe('the link of a new connection', () => {
  const id = 'c-1';
  const url = 'https://connect.maton.ai/?session_token=secret-token';
  const shapes: [string, object][] = [
    ['flat', { connection_id: id, status: 'PENDING', url }],
    ['wrapped', { connection: { connection_id: id, status: 'PENDING', url } }],
    ['the id alone', { connection_id: id }],
  ];

  test.each(shapes)(
    'is returned with the person who opens it and the next step, for a response that is %s',
    async (shape, created) => {
      const upstream = await startUpstream((request: Arrived, response) => {
        response.end(
          JSON.stringify(
            request.method === 'POST' ? created : { connection: { connection_id: id, status: 'PENDING', url } },
          ),
        );
      });
      const caller = callerThrough(upstream.url, {});
      const outcome = await caller.call('manychat_create_connection');
      expect(outcome).toMatchObject({ ok: true, result: { connection: { connection_id: id, url } } });
      if (outcome.ok) expect(outcome.result.next_step).toMatch(/person who manages.*manychat_get_connection.*"c-1"/s);
      expect(upstream.arrived.map((request) => request.method)).toEqual(
        shape === 'the id alone' ? ['POST', 'GET'] : ['POST'],
      );
      expect(caller.logged.join()).not.toContain('secret-token');
      await caller.close();
      await upstream.close();
    },
  );

  test('may be missing: the creation succeeds even if the link cannot be read', async () => {
    const upstream = await startUpstream((request: Arrived, response) => {
      response.statusCode = request.method === 'POST' ? 200 : 500;
      response.end(request.method === 'POST' ? JSON.stringify({ connection_id: id }) : '');
    });
    const caller = callerThrough(upstream.url, {});
    const outcome = await caller.call('manychat_create_connection');
    expect(outcome).toMatchObject({ ok: true, result: { connection: { connection_id: id } } });
    await caller.close();
    await upstream.close();
  });

  test('is shown by get_connection while the connection is pending', async () => {
    const upstream = await startUpstream({ body: { connection: { connection_id: id, status: 'PENDING', url } } });
    const caller = callerThrough(upstream.url, {});
    expect(JSON.stringify(await caller.call('manychat_get_connection', { connection_id: id }))).toContain(url);
    await caller.close();
    await upstream.close();
  });

  test.each([
    ['by get_connection once the connection is active', 'ACTIVE', 'manychat_get_connection', { connection_id: id }],
    ['in a list, even while the connection is pending', 'PENDING', 'manychat_list_connections', {}],
  ])('is not shown %s', async (_, status, tool, args) => {
    const connection = { connection_id: id, status, url };
    const upstream = await startUpstream({ body: { connection, connections: [connection] } });
    const caller = callerThrough(upstream.url, {});
    const outcome = await caller.call(tool, args);
    expect(outcome).toMatchObject({ ok: true });
    expect(JSON.stringify(outcome)).not.toContain('secret-token');
    await caller.close();
    await upstream.close();
  });
});

test('the log has the id of a connection, or a hash if the id may be a key', () => {
  const id = '21fd90f9-5935-43cd-b6c8-bde9d915ca80';
  expect([shownConnection(id), shownConnection('c1')]).toEqual([id, 'c1']);
  expect(shownConnection('mtnLive9fQ3cKx8ZpW2vR6tY1s')).toMatch(/^sha256:[\da-f]{12}$/);
});
