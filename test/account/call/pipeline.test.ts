import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCaller } from '../../support/caller.js';
import { through } from '../../support/program.js';
import { type Arrived, startUpstream, type Upstream } from '../../support/upstream.js';

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

  test('without a key nothing is sent, and the call says how to configure it', async () => {
    const caller = createCaller({ MATON_GATEWAY_URL: upstream.url, MATON_CONTROL_URL: upstream.url });
    for (const tool of ['manychat_get_page', 'manychat_list_connections']) {
      expect(await caller.call(tool)).toMatchObject({
        ok: false,
        failure: {
          kind: 'not_configured',
          performed: 'no',
          retryable: false,
          source: 'client',
          message: expect.stringContaining('MATON_API_KEY'),
        },
      });
    }
    expect(upstream.arrived).toHaveLength(0);
    await caller.close();
  });

  test('logs one line per call: id, account, tool, connection, status and duration', async () => {
    const caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: 'c1' });
    await caller.call('manychat_get_page');
    const [line = ''] = caller.logged;
    expect(JSON.parse(line)).toEqual({
      level: 30,
      time: expect.any(String),
      id: expect.stringMatching(/^[0-9a-f]{8}$/),
      account: caller.config.account.identity.slice(0, 8),
      tool: 'manychat_get_page',
      connection: 'c1',
      httpStatus: 200,
      ms: expect.any(Number),
      msg: 'call',
    });
    await caller.close();
  });

  test("logs ManyChat's code, the source and the rule of a failed call", async () => {
    const caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: 'c1' });
    upstream.reply = { status: 400, body: { status: 'error', message: 'User_ref isn’t registered', code: 2011 } };
    await caller.call('manychat_get_subscriber_by_user_ref', { user_ref: '12345' });
    expect(JSON.parse(caller.logged.join())).toMatchObject({
      level: 40,
      tool: 'manychat_get_subscriber_by_user_ref',
      httpStatus: 400,
      kind: 'user_ref_not_registered',
      source: 'manychat',
      code: 2011,
      performed: 'no',
      rule: 'request',
    });
    await caller.close();
  });

  test.each<[rule: string, environment: Record<string, string>, tool: string, args: object]>([
    ['arguments', {}, 'manychat_get_subscriber', {}],
    ['arguments', {}, 'manychat_get_subscriber', { subscriber_id: '1', color: 'red' }],
    [
      'field_values',
      { MATON_CONNECTION_ID: 'c1' },
      'manychat_set_custom_field',
      { subscriber_id: '1', field_id: 7, field_value: 'many' },
    ],
    ['policy', { MATON_API_KEY: '' }, 'manychat_get_page', {}],
    ['connection', {}, 'manychat_create_tag', { name: 'VIP' }],
  ])('logs %s as the rule that refused the call', async (rule, environment, tool, args) => {
    const fields = [{ id: 7, name: 'Size', type: 'number' }];
    upstream.reply = { status: 200, body: { status: 'success', data: fields, connections: [] } };
    const caller = createCaller({ ...through(upstream.url), ...environment });
    expect(await caller.call(tool, args)).toMatchObject({ ok: false });
    expect(JSON.parse(caller.logged.at(-1) ?? '')).toMatchObject({ rule, source: 'client', performed: 'no' });
    await caller.close();
  });

  test('logs a line a request at debug, without what was asked or answered', async () => {
    const environment = { MATON_CONNECTION_ID: 'c1', MANYCHAT_MCP_LOG_LEVEL: 'debug' };
    const caller = createCaller({ ...through(upstream.url), ...environment });
    await caller.call('manychat_find_subscriber_by_system_field', { email: 'ada@example.com' });
    upstream.reply = (_, response) => void response.destroy();
    await caller.call('manychat_create_tag', { name: 'Secret plan' });
    const requests = caller.logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
    const [level, ms] = [20, expect.any(Number)];
    expect(requests).toMatchObject([
      { level, method: 'GET', path: '/fb/subscriber/findBySystemField', status: 200, ms },
      { level, method: 'POST', path: '/fb/page/createTag', error: expect.any(String), ms },
    ]);
    expect(caller.logged.join()).not.toMatch(/ada|Secret|test-maton-key/);
    await caller.close();
  });

  test('a connection whose id no header can carry, or whose state is another, is not chosen', async () => {
    const listed = [
      { connection_id: 'broken\r\nX: 1', status: 'ACTIVE', creation_time: '2020' },
      { connection_id: 'failed', status: 'FAILED', creation_time: '2020' },
      { connection_id: 'ageless', status: 'ACTIVE' },
      { connection_id: 'younger', status: 'ACTIVE', creation_time: '2026' },
      { connection_id: 'good', creation_time: '2024' },
    ];
    upstream.reply = (request, response) => {
      response.end(
        JSON.stringify(
          request.path === '/connections' ? { connections: listed } : { status: 'success', data: { id: 1 } },
        ),
      );
    };
    const caller = createCaller(through(upstream.url));
    expect(await caller.call('manychat_get_page')).toMatchObject({ ok: true });
    expect(upstream.arrived.at(-1)?.headers['maton-connection']).toBe('good');
    await caller.close();
  });

  test('what is told of a failure fits how the connection was chosen, and is clean to its details', async () => {
    const hintOf = async (environment: Record<string, string>, args: object = {}) => {
      const caller = createCaller({ ...through(upstream.url), ...environment });
      const outcome = await caller.call('manychat_get_page', args);
      await caller.close();
      return outcome.ok ? '' : outcome.failure.hint;
    };
    upstream.reply = { status: 404, body: { message: 'Connection not found' } };
    expect(await hintOf({ MATON_CONNECTION_ID: 'c1' })).toContain('MATON_CONNECTION_ID');
    expect(await hintOf({}, { connection_id: 'c1' })).toBe('manychat_list_connections shows the ids that exist.');
    upstream.reply = { status: 400, body: { message: 'No active connection' } };
    expect(await hintOf({}, { connection_id: 'c1' })).toMatch(/^manychat_get_connection shows the status/);
    const messages = [{ message: 'Bad\u202e name' }];
    upstream.reply = { status: 400, body: { status: 'error', message: 'Validation error', details: { messages } } };
    const caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: 'c1' });
    const outcome = await caller.call('manychat_create_tag', { name: 'x' });
    expect(outcome).toMatchObject({
      failure: { kind: 'invalid_input', details: ['Bad name'], hint: expect.not.stringContaining('MATON') },
    });
    await caller.close();
  });

  test('requests are counted where one is made again, and only failures of the connection forget it', async () => {
    let tags = 0;
    upstream.reply = (request, response) => {
      const connections = [{ connection_id: 'c', status: 'ACTIVE' }];
      if (request.path.endsWith('getTags')) tags += 1;
      response.statusCode = request.path.endsWith('getTags') && tags === 1 ? 502 : 200;
      const data = request.path.endsWith('getInfo') ? [] : [{ id: 1 }];
      response.end(JSON.stringify(request.path === '/connections' ? { connections } : { status: 'success', data }));
    };
    const caller = createCaller(through(upstream.url));
    expect(await caller.call('manychat_list_tags')).toMatchObject({ ok: true });
    expect(JSON.parse(caller.logged[0] ?? '')).toMatchObject({ requests: 2, httpStatus: 200 });
    expect(await caller.call('manychat_get_page')).toMatchObject({ failure: { kind: 'bad_response' } });
    await caller.call('manychat_list_tags');
    expect(upstream.arrived.filter((request) => request.path === '/connections')).toHaveLength(1);
    await caller.close();
  });

  test('a look-up that fails is the failure of the call, and is tried anew by the next', async () => {
    upstream.reply = { status: 401, body: { message: 'Expired key' } };
    const caller = createCaller(through(upstream.url));
    const send = ['manychat_send_flow', { subscriber_id: '1', flow_ns: 'c' }] as const;
    expect(await caller.call(...send)).toMatchObject({ ok: false, failure: { kind: 'gateway_auth', performed: 'no' } });
    upstream.reply = (request, response) => {
      const connections = [{ connection_id: 'c', status: 'ACTIVE' }];
      response.end(JSON.stringify(request.path === '/connections' ? { connections } : { status: 'success' }));
    };
    expect(await caller.call(...send)).toEqual({ ok: true, result: { ok: true } });
    expect(upstream.arrived.map((request) => request.path)).toEqual([
      '/connections',
      '/connections',
      '/manychat/fb/sending/sendFlow',
    ]);
    await caller.close();
  });

  test('a call cancelled while the connection is looked up is not sent', async () => {
    upstream.reply = () => undefined;
    const caller = createCaller(through(upstream.url));
    const cancel = new AbortController();
    const call = caller.call('manychat_send_flow', { subscriber_id: '1', flow_ns: 'c' }, { signal: cancel.signal });
    await upstream.received(1);
    cancel.abort('no');
    expect(await call).toMatchObject({ ok: false, failure: { kind: 'cancelled', performed: 'no' } });
    await caller.close();
  });

  test.each([
    ['manychat_get_page', {}],
    ['manychat_send_text', { subscriber_id: '1', text: 'Too late' }],
    ['manychat_for_each_subscriber', { subscriber_ids: ['1'], action: 'send_text', text: 'Too late' }],
    ['manychat_check_content', { data: [{ type: 'text', text: 'x' }] }],
  ])(
    'a call of %s that was cancelled before it began is cancelled, whatever else could be said of it',
    async (tool, args) => {
      const signal = AbortSignal.abort();
      const pinned = { ...through(upstream.url), MATON_CONNECTION_ID: 'c1' };
      const direct = { MANYCHAT_API_KEY: '1:a', MANYCHAT_API_URL: upstream.url };
      upstream.reply = (_, response) => void response.destroy();
      for (const environment of [pinned, direct, { ...direct, MANYCHAT_MCP_DRY_RUN: '1' }]) {
        const caller = createCaller(environment);
        // Of a send, nobody knows from then on whether it has arrived.
        await caller.call(tool, args);
        upstream.arrived.length = 0;
        const outcome = await caller.call(tool, args, { signal });
        expect(outcome).toMatchObject({ ok: false, failure: { kind: 'cancelled', performed: 'no' } });
        expect(upstream.arrived).toEqual([]);
        await caller.close();
      }
    },
  );

  test('an answer that cannot be made into a result does not make a success a failure of unknown outcome', async () => {
    const caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: 'c1' });
    upstream.reply = { body: { status: 'success', data: 'odd' } };
    expect(await caller.call('manychat_create_tag', { name: 'x' })).toEqual({ ok: true, result: { tag: {} } });
    await caller.close();
  });
});
