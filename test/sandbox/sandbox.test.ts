import { describe, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import { ask } from '../support/asking.js';
import { noon, sandboxed, useSandbox } from '../support/sandboxed.js';

const sandbox = useSandbox({ clock: noon });

async function request(
  method: string,
  path: string,
  options: { key?: string; body?: unknown; connection?: string } = {},
) {
  const { key = sandbox.matonKey, body, connection } = options;
  const response = await fetch(sandbox.url + path, {
    method,
    headers: {
      ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
      ...(connection === undefined ? {} : { 'maton-connection': connection }),
      'content-type': path.startsWith('/connect?') ? 'application/x-www-form-urlencoded' : 'application/json',
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json: unknown = text.startsWith('{') ? JSON.parse(text) : undefined;
  return { status: response.status, text, json, headers: response.headers };
}

const pageInfo = '/manychat/fb/page/getInfo';

describe('the gateway', () => {
  test('uses the oldest active connection by default', async () => {
    const { status, json } = await request('GET', pageInfo);
    expect(status).toBe(200);
    expect(json).toMatchObject({ status: 'success', data: { id: 123456789, name: 'Sunrise Coffee' } });
  });

  test.each([
    ['no key', 'GET', pageInfo, { key: '' }, 401],
    ['a wrong key', 'GET', pageInfo, { key: 'other' }, 401],
    ['an unknown connection', 'GET', pageInfo, { connection: 'unknown' }, 404],
  ] as const)('refuses %s with a nested error', async (_, method, path, options, status) => {
    const response = await request(method, path, options);
    expect(response.status).toBe(status);
    expect(response.json).toEqual({
      error: { message: expect.any(String), type: expect.any(String), code: expect.any(String) },
    });
  });

  test.each([
    ['a Maton key without the app name', '/fb/page/getInfo'],
    ['an app that does not exist', '/foo/fb/page/getInfo'],
  ])('refuses %s with a flat error', async (_, path) => {
    const response = await request('GET', path);
    expect(response.status).toBe(400);
    expect(response.json).toMatchObject({ message: 'Invalid app name', code: 400, trace_id: expect.any(String) });
  });

  test('refuses an inactive connection, and a request without any active one', async () => {
    const pending = await request('GET', pageInfo, { connection: sandbox.secondConnectionId });
    expect(pending.status).toBe(400);
    expect((await request('DELETE', `/connections/${sandbox.connectionId}`)).status).toBe(200);
    const none = await request('GET', pageInfo);
    expect(none.json).toMatchObject({ message: 'No active ManyChat connection', code: 400 });
  });

  test('admits ten requests per second to gateway and connections API together, in a sliding window', async () => {
    for (let count = 0; count < 5; count += 1) {
      expect((await request('GET', pageInfo)).status).toBe(200);
      expect((await request('GET', '/connections')).status).toBe(200);
    }
    const eleventh = await request('GET', '/connections');
    expect(eleventh.status).toBe(429);
    expect(eleventh.json).toMatchObject({ message: 'Rate limit exceeded', code: 429 });
    expect(eleventh.headers.get('retry-after')).toBeNull();
    sandbox.advance(999);
    expect((await request('GET', pageInfo)).status).toBe(429);
    sandbox.advance(1);
    expect((await request('GET', pageInfo)).status).toBe(200);
  });

  test("passes on ManyChat's 404 for unknown routes and wrong methods", async () => {
    for (const [method, path] of [
      ['GET', '/manychat/fb/page/nothing'],
      ['POST', pageInfo],
      ['GET', '/manychat/fb/page/createTag'],
    ] as const) {
      const response = await request(method, path);
      expect(response.status).toBe(404);
      expect(response.json).toEqual({ status: 'error', message: 'Not found' });
    }
  });
});

describe('the connections API', () => {
  test('lists and filters connections', async () => {
    const all = await request('GET', '/connections?app=manychat');
    expect(all.json).toMatchObject({ connections: [{ status: 'PENDING' }, { connection_id: sandbox.connectionId }] });
    const active = await request('GET', '/connections?app=manychat&status=ACTIVE');
    expect(active.json).toMatchObject({
      connections: [{ status: 'ACTIVE', creation_time: '2025-12-08T07:20:53.488460Z', app: 'manychat', metadata: {} }],
    });
    expect((await request('GET', '/connections?app=slack')).json).toEqual({ connections: [] });
  });

  test('returns one connection, and deletes it', async () => {
    const path = `/connections/${sandbox.secondConnectionId}`;
    expect((await request('GET', path)).json).toMatchObject({ connection: { status: 'PENDING' } });
    const deleted = await request('DELETE', path);
    expect([deleted.status, deleted.text]).toEqual([200, '']);
    expect((await request('GET', path)).status).toBe(404);
  });

  test('creates connections in each of the three response shapes', async () => {
    const create = async (createShape: string) => {
      await request('POST', '/sandbox/settings', { body: { create_shape: createShape } });
      return (await request('POST', '/connections', { body: { app: 'manychat' } })).json;
    };
    expect(await create('wrapped')).toEqual({ connection: expect.objectContaining({ status: 'PENDING' }) });
    expect(await create('flat')).toMatchObject({
      connection_id: expect.any(String),
      url: expect.stringContaining('/connect?'),
    });
    expect(await create('id_only')).toEqual({ connection_id: expect.any(String) });
  });

  test('refuses to create a connection of another app or from malformed JSON', async () => {
    expect((await request('POST', '/connections', { body: { app: 'slack' } })).status).toBe(400);
    expect((await request('POST', '/connections', { body: '{' })).status).toBe(400);
  });

  test('activates a connection once the right key is entered, which invalidates its link', async () => {
    const [, link = ''] =
      /"url":"http:\/\/[^/]+([^"]+)"/.exec((await request('GET', `/connections/${sandbox.secondConnectionId}`)).text) ??
      [];
    expect((await request('GET', link)).text).toContain(sandbox.secondManychatKey);
    const enter = (body: string) => request('POST', link, { body });
    expect((await enter('api_key=wrong')).text).toContain('not right');
    expect((await enter(`api_key=${encodeURIComponent(sandbox.secondManychatKey)}`)).text).toContain('active');
    const { json } = await request('GET', pageInfo, { connection: sandbox.secondConnectionId });
    expect(json).toMatchObject({ data: { name: 'Sunrise Wholesale' } });
    expect((await request('GET', link)).status).toBe(404);
  });

  test('shows the names of pages as text where a key is entered', async () => {
    const account = { page: { name: '<b>"Bold"</b>' }, second_connection: 'PENDING' as const };
    const { sandbox: named } = await sandboxed({ account });
    const { connections } = JSON.parse((await ask(named.url, { path: '/sandbox' })).text);
    const { url } = connections.find(({ status }: { status: string }) => status !== 'ACTIVE') ?? {};
    expect(url).toBeDefined();
    const { text } = await ask(named.url, { path: url.slice(named.url.length) });
    expect(text).toContain('&#60;b&#62;&#34;Bold&#34;&#60;/b&#62;');
    expect(text).not.toContain('<b>');
  });

  test('fails a connection when the person cancels', async () => {
    const { text } = await request('POST', '/connections', { body: { app: 'manychat' } });
    const [, id] = /"connection_id":"([^"]+)"/.exec(text) ?? [];
    const [, link = ''] = /"url":"http:\/\/[^/]+([^"]+)"/.exec(text) ?? [];
    expect((await request('POST', link, { body: 'action=cancel' })).text).toContain('Cancelled');
    expect((await request('GET', `/connections/${id}`)).json).toMatchObject({ connection: { status: 'FAILED' } });
  });
});

describe('ManyChat directly', () => {
  test('distinguishes a wrong token from a malformed one', async () => {
    const direct = (key: string) => request('GET', '/fb/page/getInfo', { key });
    expect((await direct(sandbox.manychatKey)).json).toMatchObject({ data: { name: 'Sunrise Coffee' } });
    expect(await direct('123456789:abcdef')).toMatchObject({
      status: 401,
      json: { status: 'error', message: 'Wrong token' },
    });
    expect(await direct('abcdef')).toMatchObject({
      status: 401,
      json: { status: 'error', message: 'Wrong format token' },
    });
  });

  test('limits each endpoint separately, per page key', async () => {
    const flows = () => request('GET', '/fb/page/getFlows', { key: sandbox.manychatKey });
    for (let count = 0; count < 10; count += 1) expect((await flows()).status).toBe(200);
    expect(await flows()).toMatchObject({ status: 429, json: { status: 'error', message: 'Too many requests' } });
    const other = await request('GET', '/fb/page/getFlows', { key: sandbox.secondManychatKey });
    expect(other.status).toBe(200);
    expect((await request('GET', '/fb/page/getTags', { key: sandbox.manychatKey })).status).toBe(200);
  });

  test('refuses malformed and oversized bodies', async () => {
    for (const body of ['{"name":', '[]', `{"name":"${'x'.repeat(1_000_001)}"}`]) {
      const response = await request('POST', '/fb/page/createTag', { key: sandbox.manychatKey, body });
      expect(response.json).toMatchObject({ details: { messages: [{ message: 'Invalid data format' }] } });
    }
  });
});

describe('the sandbox itself', () => {
  test('shows its keys without authorization', async () => {
    expect((await request('GET', '/sandbox', { key: '' })).json).toMatchObject({ maton_key: 'maton-sandbox-key' });
  });

  test('logs requests without the key', async () => {
    await request('POST', '/manychat/fb/page/createTag?x=1', { body: { name: 'New Tag' } });
    const { text, json } = await request('GET', '/sandbox/requests');
    expect(json).toMatchObject({
      requests: [
        {
          method: 'POST',
          path: '/manychat/fb/page/createTag',
          query: { x: '1' },
          headers: { authorization: 'Bearer ***' },
          body: { name: 'New Tag' },
          status: 200,
          performed: true,
        },
      ],
    });
    expect(text).not.toContain(sandbox.matonKey);
  });

  test('starts in the same state with the same clock, and after a reset', async () => {
    const twin = await startSandbox({ clock: noon });
    expect(twin.manychatKey).toBe(sandbox.manychatKey);
    expect(twin.secondConnectionId).toBe(sandbox.secondConnectionId);
    await twin.close();
    const create = async () => (await request('POST', '/connections', { body: { app: 'manychat' } })).text;
    const before = await create();
    sandbox.advance(5_000);
    sandbox.reset();
    expect(await create()).toBe(before);
  });

  test('closes at once while a request hangs', async () => {
    const other = await startSandbox();
    other.injectFault({ hang: true });
    const hanging = fetch(`${other.url}${pageInfo}`).catch((error: unknown) => error);
    await other.waitForRequests(1);
    await other.close();
    expect(await hanging).toBeInstanceOf(Error);
  });
});
