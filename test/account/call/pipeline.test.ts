import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCaller } from '../../support/caller.js';
import { pinnedId, through } from '../../support/program.js';
import { startedFlow } from '../../support/sent.js';
import { startUpstream, type Upstream } from '../../support/upstream.js';

describe('the pipeline', () => {
  let upstream: Upstream;
  beforeEach(async () => {
    upstream = await startUpstream({ body: { status: 'success', data: { id: 1 } } });
  });
  afterEach(() => upstream.close());

  test('refuses a call without a key, and says how to configure one', async () => {
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

  test.each<[rule: string, environment: Record<string, string>, tool: string, args: object]>([
    ['arguments', {}, 'manychat_get_subscriber', {}],
    ['arguments', {}, 'manychat_get_subscriber', { subscriber_id: '1', color: 'red' }],
    [
      'field_values',
      { MATON_CONNECTION_ID: pinnedId },
      'manychat_set_custom_field',
      { subscriber_id: '1', field_id: 7, field_value: 'many' },
    ],
    ['policy', { MATON_API_KEY: '' }, 'manychat_get_page', {}],
    ['connection', {}, 'manychat_create_tag', { name: 'VIP' }],
  ])('logs %s as the rule that refused a call', async (rule, environment, tool, args) => {
    const fields = [{ id: 7, name: 'Size', type: 'number' }];
    upstream.reply = { status: 200, body: { status: 'success', data: fields, connections: [] } };
    const caller = createCaller({ ...through(upstream.url), ...environment });
    expect(await caller.call(tool, args)).toMatchObject({ ok: false });
    expect(JSON.parse(caller.logged.at(-1) ?? '')).toMatchObject({ rule, source: 'client', performed: 'no' });
    await caller.close();
  });

  test('chooses no connection whose id a header cannot carry, or whose status is not ACTIVE', async () => {
    const connections = [
      { connection_id: 'broken\r\nX: 1', status: 'ACTIVE', creation_time: '2020' },
      { connection_id: 'failed', status: 'FAILED', creation_time: '2020' },
      { connection_id: 'ageless', status: 'ACTIVE' },
      { connection_id: 'younger', status: 'ACTIVE', creation_time: '2026' },
      { connection_id: 'good', creation_time: '2024' },
    ];
    upstream.reply = (request, response) => {
      response.end(
        JSON.stringify(request.path === '/connections' ? { connections } : { status: 'success', data: { id: 1 } }),
      );
    };
    const caller = createCaller(through(upstream.url));
    expect(await caller.call('manychat_get_page')).toMatchObject({ ok: true });
    expect(upstream.arrived.at(-1)?.headers['maton-connection']).toBe('good');
    await caller.close();
  });

  /** The hint of a failed read. */
  const hintOf = async (environment: Record<string, string>, args: object = {}) => {
    const caller = createCaller({ ...through(upstream.url), ...environment });
    const outcome = await caller.call('manychat_get_page', args);
    await caller.close();
    return outcome.ok ? '' : outcome.failure.hint;
  };

  test('gives a hint that fits how the missing connection was chosen', async () => {
    upstream.reply = { status: 404, body: { message: 'Connection not found' } };
    expect(await hintOf({ MATON_CONNECTION_ID: pinnedId })).toContain('MATON_CONNECTION_ID');
    expect(await hintOf({}, { connection_id: pinnedId })).toBe(
      'manychat_list_connections shows the ids and pages that exist.',
    );
  });

  test('gives a hint for a named connection that is not active', async () => {
    upstream.reply = { status: 400, body: { message: 'No active connection' } };
    expect(await hintOf({}, { connection_id: pinnedId })).toMatch(/^manychat_get_connection shows the status/);
  });

  test('cleans the details of a failure, and gives no hint about connections where none is needed', async () => {
    const messages = [{ message: 'Bad\u202e name' }];
    upstream.reply = { status: 400, body: { status: 'error', message: 'Validation error', details: { messages } } };
    const caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: pinnedId });
    const outcome = await caller.call('manychat_create_tag', { name: 'x' });
    expect(outcome).toMatchObject({
      failure: { kind: 'invalid_input', details: ['Bad name'], hint: expect.not.stringContaining('MATON') },
    });
    await caller.close();
  });

  test('counts the requests of a call that was retried', async () => {
    let count = 0;
    upstream.reply = (_, response) => {
      count += 1;
      response.statusCode = count === 1 ? 502 : 200;
      response.end(JSON.stringify({ status: 'success', data: [{ id: 1 }] }));
    };
    const caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: pinnedId });
    expect(await caller.call('manychat_list_tags')).toMatchObject({ ok: true });
    expect(JSON.parse(caller.logged[0] ?? '')).toMatchObject({ requests: 2, httpStatus: 200 });
    await caller.close();
  });

  test('keeps the cached connection after a failure that has another cause', async () => {
    upstream.reply = (request, response) => {
      const connections = [{ connection_id: 'c', status: 'ACTIVE' }];
      const data = request.path.endsWith('getInfo') ? [] : [{ id: 1 }];
      response.end(JSON.stringify(request.path === '/connections' ? { connections } : { status: 'success', data }));
    };
    const caller = createCaller(through(upstream.url));
    expect(await caller.call('manychat_get_page')).toMatchObject({ failure: { kind: 'bad_response' } });
    expect(await caller.call('manychat_list_tags')).toMatchObject({ ok: true });
    expect(upstream.arrived.filter((request) => request.path === '/connections')).toHaveLength(1);
    await caller.close();
  });

  test('fails a call whose connection cannot be looked up, and looks it up again for the next one', async () => {
    upstream.reply = { status: 401, body: { message: 'Expired key' } };
    const caller = createCaller(through(upstream.url));
    const send = ['manychat_send_flow', { subscriber_id: '1', flow_ns: 'c' }] as const;
    expect(await caller.call(...send)).toMatchObject({ ok: false, failure: { kind: 'gateway_auth', performed: 'no' } });
    upstream.reply = (request, response) => {
      const connections = [{ connection_id: 'c', status: 'ACTIVE' }];
      response.end(JSON.stringify(request.path === '/connections' ? { connections } : { status: 'success' }));
    };
    expect(await caller.call(...send)).toEqual({ ok: true, result: startedFlow({ subscriber_id: '1' }, 'c') });
    expect(upstream.arrived.map((request) => request.path)).toEqual([
      '/connections',
      '/connections',
      '/manychat/fb/sending/sendFlow',
    ]);
    await caller.close();
  });

  test('does not send a call that is cancelled while its connection is looked up', async () => {
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
    'reports a call of %s that was cancelled beforehand as cancelled, whatever else could be reported',
    async (tool, args) => {
      const signal = AbortSignal.abort();
      const pinned = { ...through(upstream.url), MATON_CONNECTION_ID: pinnedId };
      const direct = { MANYCHAT_API_KEY: '1:a', MANYCHAT_API_URL: upstream.url };
      upstream.reply = (_, response) => void response.destroy();
      for (const environment of [pinned, direct, { ...direct, MANYCHAT_MCP_DRY_RUN: '1' }]) {
        const caller = createCaller(environment);
        // From here on, the outcome of a send is unknown.
        await caller.call(tool, args);
        upstream.arrived.length = 0;
        const outcome = await caller.call(tool, args, { signal });
        expect(outcome).toMatchObject({ ok: false, failure: { kind: 'cancelled', performed: 'no' } });
        expect(upstream.arrived).toEqual([]);
        await caller.close();
      }
    },
  );

  test('returns success when the response of a completed write has no usable data', async () => {
    const caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: pinnedId });
    upstream.reply = { body: { status: 'success', data: 'odd' } };
    expect(await caller.call('manychat_create_tag', { name: 'x' })).toEqual({ ok: true, result: { tag: {} } });
    await caller.close();
  });
});
