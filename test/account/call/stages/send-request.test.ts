import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCaller } from '../../../support/caller.js';
import { everyTurnAtOnce } from '../../../support/pacer.js';
import { pinnedId, through } from '../../../support/program.js';
import { type Arrived, startUpstream, type Upstream } from '../../../support/upstream.js';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ body: { status: 'success', data: { id: 1 } } });
});
afterEach(() => upstream.close());

describe('the headers of a request', () => {
  /** The headers of a request that the HTTP client does not set itself. */
  const headersOf = (request: Arrived | undefined) => {
    const { host, connection, ...rest } = request?.headers ?? {};
    return rest;
  };
  const common = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    authorization: 'Bearer test-maton-key',
    'user-agent': 'manychat-mcp/test',
  };
  test.each<[string, string, object, object]>([
    ['without a body name the connection', 'manychat_get_page', {}, { 'maton-connection': pinnedId }],
    [
      'with a body name its type and length too',
      'manychat_create_tag',
      { name: 'x' },
      { 'maton-connection': pinnedId, 'content-type': 'application/json', 'content-length': '{"name":"x"}'.length },
    ],
    ['to the connections API name no connection', 'manychat_delete_connection', { connection_id: 'c/1' }, {}],
  ])('%s', async (_, tool, args, own) => {
    const caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: pinnedId });
    await caller.call(tool, args);
    const expected = Object.entries({ ...common, ...own }).map(([name, value]) => [name, String(value)]);
    expect(headersOf(upstream.arrived[0])).toEqual(Object.fromEntries(expected));
    await caller.close();
  });
});

describe('the address of a request', () => {
  test.each([
    ['', '/manychat/fb/page/getInfo'],
    ['/', '/manychat/fb/page/getInfo'],
    ['/proxy/to/maton', '/proxy/to/maton/manychat/fb/page/getInfo'],
    ['/proxy/to/maton/', '/proxy/to/maton/manychat/fb/page/getInfo'],
  ])('starts with the base address, which can end in %j', async (path, expected) => {
    const caller = createCaller({
      ...through(upstream.url),
      MATON_GATEWAY_URL: upstream.url + path,
      MATON_CONNECTION_ID: pinnedId,
    });
    await caller.call('manychat_get_page');
    expect(upstream.arrived[0]?.path).toBe(expected);
    await caller.close();
  });

  test('has a connection id as one encoded segment', async () => {
    const caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: pinnedId });
    await caller.call('manychat_delete_connection', { connection_id: 'c/1' });
    expect(upstream.arrived[0]).toMatchObject({ method: 'DELETE', path: '/connections/c%2F1', rawBody: '' });
    await caller.close();
  });

  test('is of the gateway or of the connections API, each with its own setting', async () => {
    const control = await startUpstream({ body: { connections: [] } });
    const addresses = { ...through(upstream.url), MATON_CONTROL_URL: control.url };
    const caller = createCaller({ ...addresses, MATON_CONNECTION_ID: pinnedId });
    await caller.call('manychat_get_page');
    await caller.call('manychat_list_connections');
    expect([upstream.arrived.length, control.arrived.length]).toEqual([1, 1]);
    await caller.close();
    await control.close();
  });
});

test('a report that the pacer lost is logged, and the call succeeds', async () => {
  const lose = () => Promise.reject(new Error('The store cannot be reached'));
  const pacer = { ...everyTurnAtOnce, turn: async () => ({ sent: lose, refused: lose, over: lose }) };
  const caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: pinnedId }, { pacer });
  expect(await caller.call('manychat_get_page')).toMatchObject({ ok: true });
  const lines = caller.logged.map((line) => JSON.parse(line));
  const { id } = lines.find(({ msg }) => msg === 'call');
  const lost = lines.filter(({ msg }) => msg === 'pacer');
  expect(lost.length).toBeGreaterThan(0);
  for (const line of lost) expect(line).toMatchObject({ level: 40, id, error: 'The store cannot be reached' });
  await caller.close();
});
