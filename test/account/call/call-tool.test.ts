import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findOrCreateSubscriber } from '../../../tools/workflows/find-or-create.js';
import { createCaller } from '../../support/caller.js';
import { pinnedId, through } from '../../support/program.js';
import { startUpstream, type Upstream } from '../../support/upstream.js';

/** Levels as pino writes them. */
const levels = { debug: 20, info: 30, warn: 40 };

describe('the log', () => {
  let upstream: Upstream;
  beforeEach(async () => {
    upstream = await startUpstream({ body: { status: 'success', data: { id: 1 } } });
  });
  afterEach(() => upstream.close());

  test('has one line per call: id, account, tool, connection, status and duration', async () => {
    const caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: pinnedId });
    await caller.call('manychat_get_page');
    expect(caller.logged.map((line) => JSON.parse(line))).toEqual([
      {
        level: levels.info,
        time: expect.any(String),
        id: expect.stringMatching(/^[0-9a-f]{8}$/),
        account: caller.config.account.identity.slice(0, 8),
        tool: 'manychat_get_page',
        connection: pinnedId,
        httpStatus: 200,
        ms: expect.any(Number),
        msg: 'call',
      },
    ]);
    await caller.close();
  });

  test("has ManyChat's code, the source and the rule of a failed call", async () => {
    const caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: pinnedId });
    upstream.reply = { status: 400, body: { status: 'error', message: 'User_ref isn’t registered', code: 2011 } };
    await caller.call('manychat_get_subscriber_by_user_ref', { user_ref: '12345' });
    expect(JSON.parse(caller.logged.join())).toMatchObject({
      level: levels.warn,
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

  test('names the stage that refused a step, also if the workflow fails with it after further steps', async () => {
    const caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: pinnedId });
    upstream.reply = (request, response) => {
      const refused = request.path.endsWith('createSubscriber');
      response.writeHead(refused ? 400 : 200, { 'content-type': 'application/json' });
      const already = {
        status: 'error',
        message: 'Validation error',
        details: { messages: [{ message: 'Already exists' }] },
      };
      response.end(JSON.stringify(refused ? already : { status: 'success', data: [] }));
    };
    const { example } = findOrCreateSubscriber;
    expect(await caller.call('manychat_find_or_create_subscriber', example)).toMatchObject({ ok: false });
    expect(JSON.parse(caller.logged.at(-1) ?? '')).toMatchObject({ source: 'manychat', rule: 'request' });
    await caller.close();
  });

  test('has one line per request at debug, without arguments, results or keys', async () => {
    const environment = { MATON_CONNECTION_ID: pinnedId, MANYCHAT_MCP_LOG_LEVEL: 'debug' };
    const caller = createCaller({ ...through(upstream.url), ...environment });
    await caller.call('manychat_find_subscriber_by_system_field', { email: 'ada@example.com' });
    upstream.reply = (_, response) => void response.destroy();
    await caller.call('manychat_create_tag', { name: 'Secret plan' });
    const requests = caller.logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
    const [level, ms] = [levels.debug, expect.any(Number)];
    expect(requests).toMatchObject([
      { level, method: 'GET', path: '/fb/subscriber/findBySystemField', status: 200, ms },
      { level, method: 'POST', path: '/fb/page/createTag', error: expect.any(String), ms },
    ]);
    expect(caller.logged.join()).not.toMatch(/ada|Secret|test-maton-key/);
    await caller.close();
  });

  test('ties the lines of requests to the line of their call by its id', async () => {
    const environment = { MATON_CONNECTION_ID: pinnedId, MANYCHAT_MCP_LOG_LEVEL: 'debug' };
    const caller = createCaller({ ...through(upstream.url), ...environment });
    await caller.call('manychat_get_page');
    await caller.call('manychat_get_page');
    const lines = caller.logged.map((line) => JSON.parse(line));
    const idsOf = (message: string) => lines.filter(({ msg }) => msg === message).map(({ id }) => id);
    expect(idsOf('request')).toEqual(idsOf('call'));
    expect(new Set(idsOf('call')).size).toBe(2);
    await caller.close();
  });
});
