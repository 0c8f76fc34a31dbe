import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import type { Outcome } from '../../../src/account/call/call-tool.js';
import type { Backend } from '../../../src/mcp/backend.js';
import { createOpenQuestions } from '../../../src/mcp/interaction/open-questions.js';
import { createRequestState, type RequestStateOptions } from '../../../src/mcp/interaction/request-state.js';
import { offerFor } from '../../../src/mcp/listing/offer.js';
import { serveOverStdio } from '../../../src/mcp/stdio/stdio.js';
import { StoreAway } from '../../../src/store/shared-store.js';
import { backendConfig, backendOf, scriptedCalls } from '../../support/backend.js';

const url = 'https://connect.example.com/session';
const results: Readonly<Record<string, Outcome>> = {
  manychat_delete_tag: { ok: true, result: { ok: true } },
  manychat_create_connection: { ok: true, result: { connection: { status: 'PENDING', url } } },
};
const streams: PassThrough[] = [];
afterEach(() => {
  for (const stream of streams.splice(0)) stream.end();
});

/** A server in this process for one principal, called in the 2026-07-28 era. */
function serve(options: RequestStateOptions, principal = 'local', more: Partial<Backend> = {}) {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  streams.push(stdin, stdout);
  const { call, called } = scriptedCalls(results);
  const backend = backendOf({ call, principal, requestState: createRequestState(options), ...more });
  serveOverStdio(offerFor(backendConfig), async () => backend, {
    streams: { stdin, stdout },
    now: () => 0,
    onError: () => undefined,
    onRefused: () => undefined,
    onClosed: () => undefined,
  });
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {}, url: {} } },
  };
  let id = 0;
  return {
    called,
    async call(name: string, args: object, more: object = {}) {
      id += 1;
      const params = { name, arguments: args, ...more, _meta };
      stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params })}\n`);
      const { result } = JSON.parse((await lines.next()).value);
      return result;
    },
  };
}

const failureIn = (result: { isError: boolean; content: { text: string }[] }) => {
  expect(result.isError).toBe(true);
  return JSON.parse(result.content[0]?.text ?? '').error;
};
const accepted = { inputResponses: { confirm: { action: 'accept', content: { confirm: true } } } };
const tag = { tag_id: 123 };
const shared = () => ({ key: new Uint8Array(32).fill(7), questions: createOpenQuestions() });

describe('a confirmation', () => {
  test('that comes after the state has expired is refused, and nothing is done', async () => {
    const { call, called } = serve({ ttlSeconds: -1 });
    const { requestState } = await call('manychat_delete_tag', tag);
    expect(failureIn(await call('manychat_delete_tag', tag, { requestState, ...accepted }))).toEqual({
      kind: 'cancelled',
      message: 'The user answered too late: the request state of this call has expired',
      hint: expect.stringMatching(/^Nothing was done\. Call the tool again/),
      retryable: true,
      performed: 'no',
      source: 'client',
    });
    expect(called).toEqual([]);
  });

  test('of another principal is refused, and stays open for its own', async () => {
    const parts = shared();
    const [maria, john] = [serve(parts, 'maria'), serve(parts, 'john')];
    const { requestState } = await maria.call('manychat_delete_tag', tag);
    const refused = failureIn(await john.call('manychat_delete_tag', tag, { requestState, ...accepted }));
    expect(refused).toMatchObject({
      kind: 'cancelled',
      message: expect.stringMatching(/not valid: it was changed, or issued to another user/),
      performed: 'no',
    });
    expect(john.called).toEqual([]);
    await maria.call('manychat_delete_tag', tag, { requestState, ...accepted });
    expect(maria.called).toEqual(['manychat_delete_tag']);
  });

  test('that another process asked for is accepted once, where the two share the key and the store', async () => {
    const parts = shared();
    const [one, other] = [serve(parts), serve(parts)];
    const { requestState } = await one.call('manychat_delete_tag', tag);
    const done = await other.call('manychat_delete_tag', tag, { requestState, ...accepted });
    expect(done.structuredContent).toEqual({ ok: true });
    for (const { call } of [one, other])
      expect((await call('manychat_delete_tag', tag, { requestState, ...accepted })).resultType).toBe('input_required');
    expect([...one.called, ...other.called]).toEqual(['manychat_delete_tag']);
  });

  test('with a state that was changed is refused', async () => {
    const { call, called } = serve({});
    const { requestState } = await call('manychat_delete_tag', tag);
    const forged = await call('manychat_delete_tag', tag, { requestState: `${requestState}A`, ...accepted });
    expect(failureIn(forged).message).toMatch(/not valid/);
    expect(called).toEqual([]);
  });

  test('is not asked for where the question cannot be stored', async () => {
    const down = () => Promise.reject(new Error('store down'));
    const { call, called } = serve({ questions: { add: down, take: down } });
    expect(failureIn(await call('manychat_delete_tag', tag))).toMatchObject({
      kind: 'internal',
      message: 'The user has to confirm this call and could not be asked: store down',
      performed: 'no',
    });
    expect(called).toEqual([]);
  });
});

describe('a call to confirm while the shared state is away', () => {
  test('is refused with what is away, and without the words of the engine', async () => {
    const down = () => Promise.reject(new StoreAway('connect ECONNREFUSED redis.internal:6379'));
    const { call, called } = serve({ questions: { add: down, take: down } });
    const failure = failureIn(await call('manychat_delete_tag', tag));
    expect(failure).toMatchObject({
      kind: 'rate_limited',
      message:
        'The user has to confirm this call and could not be asked: the state that this server shares with other processes cannot be reached',
      hint: expect.stringMatching(/^Nothing was done\. Call again in a few seconds\./),
      retryable: true,
      performed: 'no',
    });
    expect(JSON.stringify(failure)).not.toContain('redis');
    expect(called).toEqual([]);
  });
});

describe('the result of a call whose link was shown', () => {
  const shown = { inputResponses: { link: { action: 'accept' } } };

  test('is not given to another principal, and nothing is created for it', async () => {
    const parts = shared();
    const [maria, john] = [serve(parts, 'maria'), serve(parts, 'john')];
    const { requestState } = await maria.call('manychat_create_connection', {});
    const refused = await john.call('manychat_create_connection', {}, { requestState, ...shown });
    expect(failureIn(refused)).toMatchObject({
      kind: 'cancelled',
      hint: expect.stringContaining('manychat_list_connections'),
      retryable: false,
      performed: 'unknown',
    });
    expect(JSON.stringify(refused)).not.toContain(url);
    expect(john.called).toEqual([]);
    const own = await maria.call('manychat_create_connection', {}, { requestState, ...shown });
    expect(own.structuredContent.connection.url).toBe(url);
  });

  test('is not given after the state has expired, and nothing is created again', async () => {
    const { call, called } = serve({ resultTtlSeconds: -1 });
    const { requestState } = await call('manychat_create_connection', {});
    const refused = await call('manychat_create_connection', {}, { requestState, ...shown });
    expect(failureIn(refused)).toMatchObject({ message: expect.stringMatching(/expired/), performed: 'unknown' });
    expect(JSON.stringify(refused)).not.toContain(url);
    expect(called).toEqual(['manychat_create_connection']);
  });
});

test('a state that is refused is reported with its rule, so that it is logged', async () => {
  const reported: unknown[] = [];
  const { call } = serve({ ttlSeconds: -1 }, 'local', {
    refuse(tool, failure, rule) {
      reported.push([tool.declaration.name, failure.kind, rule]);
      return failure;
    },
  });
  const { requestState } = await call('manychat_delete_tag', tag);
  failureIn(await call('manychat_delete_tag', tag, { requestState, ...accepted }));
  expect(reported).toEqual([['manychat_delete_tag', 'cancelled', 'confirmation']]);
});

test('a created connection is returned with its link if no state can be issued for it', async () => {
  const requestState = { ...createRequestState(), issueResult: () => Promise.reject(new Error('no store')) };
  const { call } = serve({}, 'local', { requestState });
  const result = await call('manychat_create_connection', {});
  expect(result.structuredContent.connection.url).toBe(url);
});
