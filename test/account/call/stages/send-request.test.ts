import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCaller } from '../../../support/caller.js';
import { through } from '../../../support/program.js';
import { type Arrived, startUpstream, type Upstream } from '../../../support/upstream.js';

describe('the gateway client', () => {
  let upstream: Upstream;
  beforeEach(async () => {
    upstream = await startUpstream({ body: { status: 'success', data: { id: 1 } } });
  });
  afterEach(() => upstream.close());

  const headersOf = (request: Arrived | undefined) => {
    const { host, connection, ...rest } = request?.headers ?? {};
    return rest;
  };

  test('sends exactly the headers it should', async () => {
    const caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: 'c1' });
    await caller.call('manychat_get_page');
    const common = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      authorization: 'Bearer test-maton-key',
      'user-agent': 'manychat-mcp/test',
    };
    expect(headersOf(upstream.arrived[0])).toEqual({ ...common, 'maton-connection': 'c1' });
    await caller.call('manychat_create_tag', { name: 'x' });
    expect(headersOf(upstream.arrived[1])).toEqual({
      ...common,
      'maton-connection': 'c1',
      'content-type': 'application/json',
      'content-length': '12',
    });
    await caller.call('manychat_delete_connection', { connection_id: 'c 1'.replace(' ', '/') });
    expect(upstream.arrived[2]).toMatchObject({ method: 'DELETE', path: '/connections/c%2F1', rawBody: '' });
    expect(headersOf(upstream.arrived[2])).toEqual(common);
    await caller.close();
  });

  test.each([
    ['', '/manychat/fb/page/getInfo'],
    ['/', '/manychat/fb/page/getInfo'],
    ['/proxy/to/maton', '/proxy/to/maton/manychat/fb/page/getInfo'],
    ['/proxy/to/maton/', '/proxy/to/maton/manychat/fb/page/getInfo'],
  ])('a base address ending in %j', async (path, expected) => {
    const caller = createCaller({
      ...through(upstream.url),
      MATON_GATEWAY_URL: upstream.url + path,
      MATON_CONNECTION_ID: 'c1',
    });
    await caller.call('manychat_get_page');
    expect(upstream.arrived[0]?.path).toBe(expected);
    await caller.close();
  });

  test('each plane has its own address', async () => {
    const other = await startUpstream({ body: { connections: [] } });
    const caller = createCaller({ ...through(upstream.url), MATON_CONTROL_URL: other.url, MATON_CONNECTION_ID: 'c1' });
    await caller.call('manychat_get_page');
    await caller.call('manychat_list_connections');
    expect([upstream.arrived.length, other.arrived.length]).toEqual([1, 1]);
    await caller.close();
    await other.close();
  });
});
