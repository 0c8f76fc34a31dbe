import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rememberedMs } from '../../src/account/send-guard/send-guard.js';
import type { Failure } from '../../tools/contract/failure.js';
import { type Caller, callerThrough, createCaller } from '../support/caller.js';
import { drivenClock } from '../support/driven.js';
import { through } from '../support/program.js';
import { startUpstream, type Upstream } from '../support/upstream.js';

const flow = { subscriber_id: '1', flow_ns: 'content1' };

describe('answers that are easily misread', () => {
  let upstream: Upstream;
  let caller: Caller;
  const clock = drivenClock();
  beforeEach(async () => {
    upstream = await startUpstream();
    caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: 'c1' }, { clock });
  });
  afterEach(async () => {
    await caller.close();
    await upstream.close();
  });

  async function failure(tool: string, args: object = {}): Promise<Failure> {
    const outcome = await caller.call(tool, args);
    if (outcome.ok) throw new Error(`succeeded: ${JSON.stringify(outcome.result)}`);
    return outcome.failure;
  }
  async function result(tool: string, args: object = {}): Promise<object> {
    const outcome = await caller.call(tool, args);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
    return outcome.result;
  }

  test.each([408, 425, 499, 521])('an edge that gave up with %i may have let a send through', async (status) => {
    upstream.reply = { status, body: 'gone' };
    expect(await failure('manychat_send_flow', flow)).toMatchObject({ performed: 'unknown', retryable: false });
    expect(upstream.arrived).toHaveLength(1);
  });

  test.each([403, 405, 413, 422])('an edge that refused with %i refuses again', async (status) => {
    upstream.reply = { status, body: '<h1>No</h1>' };
    const told = await failure('manychat_send_flow', flow);
    expect(told).toMatchObject({ kind: 'gateway_error', performed: 'no', retryable: false });
    expect(told.hint).not.toContain('connect it anew');
  });

  test('a list that cannot be read is not an empty one', async () => {
    for (const data of ['nope', { tag: {} }, 7]) {
      upstream.reply = { body: { status: 'success', data } };
      expect(await failure('manychat_list_tags')).toMatchObject({ kind: 'bad_response', performed: 'no' });
      expect(await failure('manychat_find_subscribers_by_name', { name: 'x' })).toMatchObject({ kind: 'bad_response' });
    }
    upstream.reply = { body: { message: 'Forbidden', code: 403 } };
    expect(await failure('manychat_list_connections')).toMatchObject({ kind: 'bad_response' });
    upstream.reply = { body: { status: 'success', data: { 0: { id: 1 }, 2: { id: 3 } } } };
    expect(await result('manychat_list_tags')).toEqual({ tags: [{ id: 1 }, { id: 3 }] });
    upstream.reply = { body: { status: 'success', data: [{ id: 1, name: 'A' }] } };
    expect(await result('manychat_find_subscriber_by_system_field', { email: 'a@b' })).toEqual({
      subscriber: { id: '1', name: 'A' },
    });
  });

  test('a new connection without an id is none; one in an unknown state still has its link', async () => {
    upstream.reply = { body: {} };
    expect(await failure('manychat_create_connection')).toMatchObject({ kind: 'bad_response', performed: 'unknown' });
    upstream.reply = { body: { connection_id: 'c', status: 'initiated', url: 'https://x/?session_token=t' } };
    expect(await result('manychat_get_connection', { connection_id: 'c' })).toMatchObject({
      connection: { url: 'https://x/?session_token=t' },
    });
  });

  test('what the body is packed in does not hide what the status says', async () => {
    const encoded = (status: number, encoding: string, body: Buffer | string) => {
      upstream.reply = (_, response) => {
        response.writeHead(status, { 'content-encoding': encoding });
        response.end(body);
      };
    };
    encoded(200, 'gzip', '');
    expect(await result('manychat_delete_connection', { connection_id: 'c' })).toEqual({ ok: true });
    encoded(200, 'Identity', '{"status":"success"}');
    expect(await result('manychat_send_flow', flow)).toEqual({ ok: true });
    encoded(200, 'GZIP', gzipSync('{"status":"success"}'));
    expect(await result('manychat_send_flow', flow)).toEqual({ ok: true });
    encoded(401, 'zstd', 'whatever');
    expect(await failure('manychat_get_page')).toMatchObject({ kind: 'gateway_auth', http_status: 401 });
    encoded(200, 'constructor', '{}');
    expect(await failure('manychat_send_flow', flow)).toMatchObject({ kind: 'bad_response', performed: 'unknown' });
  });

  test('numbers beyond all bounds and keys given twice do not spoil a success', async () => {
    upstream.reply = { body: '{"status":"success","data":{"tag":{"id":1e999,"name":1e999}}}' };
    expect(await result('manychat_create_tag', { name: 'x' })).toEqual({ tag: {} });
    upstream.reply = { body: '{"status":"error","status":"success","data":{"tag":{"id":12345678901234567}}}' };
    expect(await result('manychat_create_tag', { name: 'x' })).toEqual({ tag: { id: '12345678901234567' } });
  });

  test('a refusal that quotes the content is about the content', async () => {
    const say = (message: string) => {
      upstream.reply = { status: 400, body: { status: 'error', message } };
    };
    const send = { subscriber_id: '1', data: { version: 'v2', content: { messages: [{ type: 'text', text: 'x' }] } } };
    say('Wrong dynamic message format: element "Our rate limit page: invalid token" is wrong');
    expect(await failure('manychat_send_content', send)).toMatchObject({ kind: 'invalid_content' });
    say('Url button: page not found');
    expect((await failure('manychat_send_content', send)).kind).not.toBe('not_found');
    say('Invalid token');
    expect((await failure('manychat_verify_subscriber', { subscriber_id: 1, signed_request: 'x' })).kind).not.toBe(
      'manychat_auth',
    );
  });

  test('an error page of any size is told at once', async () => {
    for (const body of ['<'.repeat(300_000), '<script'.repeat(60_000)]) {
      upstream.reply = { status: 502, body };
      clock.advance(rememberedMs);
      expect((await failure('manychat_send_flow', flow)).message.length).toBeLessThan(300);
    }
  });

  test('the key and a link are shown in no form', async () => {
    const key = 'a+b/c:d-0123456789';
    const secretive = callerThrough(upstream.url, { MATON_API_KEY: key, MATON_CONNECTION_ID: 'c1' });
    const echoes = [
      encodeURIComponent(key),
      `${key.slice(0, 5)}\u200b${key.slice(5)}`,
      `${'x'.repeat(490)}${key}`,
      '{"session_token":"hidden-token"}',
      'https://x/?session_token%3Dhidden-token',
    ];
    for (const echo of echoes) {
      upstream.reply = { status: 400, body: { status: 'error', message: echo } };
      const text = JSON.stringify(await secretive.call('manychat_get_page'));
      expect(text).not.toMatch(/a\+b\/c:d|a%2Bb|hidden-token/);
      expect(text).toContain('[redacted]');
    }
    upstream.reply = { status: 302, body: '', headers: { location: 'https://x/y?session_token=hidden-token' } };
    const outcome = await secretive.call('manychat_send_flow', flow);
    expect(JSON.stringify(outcome)).not.toContain('hidden-token');
    expect(secretive.logged.join()).not.toMatch(/a\+b|hidden-token/);
    await secretive.close();
  });

  test('no number that has lost digits goes out', async () => {
    const inexact = 2 ** 60;
    const content = {
      messages: [{ type: 'text', text: 'x' }],
      actions: [{ action: 'set_field_value', field_name: 'f', value: inexact }],
    };
    for (const [tool, args] of [
      ['manychat_find_subscribers_by_custom_field', { field_id: 1, field_value: inexact }],
      ['manychat_set_bot_field', { field_id: 1, field_value: inexact }],
      ['manychat_send_content', { subscriber_id: 1, data: { version: 'v2', content } }],
    ] as const) {
      expect((await failure(tool, args)).message).toContain('2^53');
    }
    expect(upstream.arrived).toHaveLength(0);
  });

  test('no nesting is too deep', async () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 10_000; level += 1) deep = [deep];
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'x', y: deep }] } };
    const told = await failure('manychat_send_content', { subscriber_id: 1, data });
    expect(told).toMatchObject({ kind: 'invalid_input', performed: 'no' });
    upstream.reply = {
      body: `{"status":"success","data":{"field":{"id":1,"value":${'['.repeat(100_000)}${']'.repeat(100_000)}}}}`,
    };
    expect(await result('manychat_create_bot_field', { name: 'x', type: 'text' })).toEqual({ bot_field: { id: 1 } });
  });

  test('a key that only looks like one of the API does not take its place', async () => {
    upstream.reply = { body: { status: 'success', data: { id: 1, email: 'a@b', 'email\u200b': { x: 1 } } } };
    expect(await result('manychat_get_subscriber', { subscriber_id: 1 })).toEqual({
      subscriber: { id: '1', email: 'a@b' },
    });
  });

  test('a connection that is named or pinned and does not work has a hint that fits', async () => {
    upstream.reply = { status: 400, body: { message: 'No active ManyChat connection', code: 400 } };
    expect((await failure('manychat_get_page')).hint).toContain('MATON_CONNECTION_ID');
    const free = callerThrough(upstream.url, {});
    const named = await free.call('manychat_get_page', { connection_id: 'pending-1' });
    if (!named.ok) expect(named.failure.hint).toContain('manychat_get_connection');
    await free.close();
  });
});
