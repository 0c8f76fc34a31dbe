import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { rememberedMs } from '../../src/account/send-guard/send-guard.js';
import type { Failure } from '../../tools/contract/failure.js';
import { type Caller, callerThrough, createCaller } from '../support/caller.js';
import { type DrivenClock, drivenClock } from '../support/driven.js';
import { pinnedId, through } from '../support/program.js';
import { startedFlow } from '../support/sent.js';
import { startUpstream, type Upstream } from '../support/upstream.js';

const flow = { subscriber_id: '1', flow_ns: 'content1' };

/** An upstream and a caller of its tools. */
async function opened() {
  const clock = drivenClock();
  const upstream = await startUpstream();
  const caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: pinnedId }, { clock });
  onTestFinished(async () => {
    await caller.close();
    await upstream.close();
  });
  return {
    clock,
    upstream,
    async failure(tool: string, args: object = {}): Promise<Failure> {
      const outcome = await caller.call(tool, args);
      if (outcome.ok) throw new Error(`succeeded: ${JSON.stringify(outcome.result)}`);
      return outcome.failure;
    },
    async result(tool: string, args: object = {}): Promise<object> {
      const outcome = await caller.call(tool, args);
      if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
      return outcome.result;
    },
  };
}

describe('a response that is easily misread', () => {
  let clock: DrivenClock;
  let upstream: Upstream;
  let failure: (tool: string, args?: object) => Promise<Failure>;
  let result: (tool: string, args?: object) => Promise<object>;
  beforeEach(async () => {
    ({ clock, upstream, failure, result } = await opened());
  });

  test.each([408, 425, 499, 521])('%i from a proxy: the send may have happened, and is not retried', async (status) => {
    upstream.reply = { status, body: 'gone' };
    expect(await failure('manychat_send_flow', flow)).toMatchObject({ performed: 'unknown', retryable: false });
    expect(upstream.arrived).toHaveLength(1);
  });

  test.each([403, 405, 413, 422])(
    '%i from a proxy: the send did not happen, and would be refused again',
    async (status) => {
      upstream.reply = { status, body: '<h1>No</h1>' };
      const refused = await failure('manychat_send_flow', flow);
      expect(refused).toMatchObject({ kind: 'gateway_error', performed: 'no', retryable: false });
      expect(refused.hint).not.toContain('reconnect it');
    },
  );

  test.each([['nope'], [{ tag: {} }], [7]])(
    'a list that cannot be read is a failure, not an empty list: %j',
    async (data) => {
      upstream.reply = { body: { status: 'success', data } };
      expect(await failure('manychat_list_tags')).toMatchObject({ kind: 'bad_response', performed: 'no' });
      expect(await failure('manychat_find_subscribers_by_name', { name: 'x' })).toMatchObject({ kind: 'bad_response' });
    },
  );

  test('an error body with status 200 is no empty list of connections', async () => {
    upstream.reply = { body: { message: 'Forbidden', code: 403 } };
    expect(await failure('manychat_list_connections')).toMatchObject({ kind: 'bad_response' });
  });

  test('an object with numeric keys is read as a list', async () => {
    upstream.reply = { body: { status: 'success', data: { 0: { id: 1 }, 2: { id: 3 } } } };
    expect(await result('manychat_list_tags')).toEqual({ total: 2, tags: [{ id: 1 }, { id: 3 }] });
  });

  test('a list in the place of one contact is read as its first item', async () => {
    upstream.reply = { body: { status: 'success', data: [{ id: 1, name: 'A', email: 'a@b.c' }] } };
    expect(await result('manychat_find_subscriber_by_system_field', { email: 'a@b.c' })).toEqual({
      subscriber: { id: '1', name: 'A', email: 'a@b.c' },
    });
  });

  test('a new connection without an id may have been created', async () => {
    upstream.reply = { body: {} };
    expect(await failure('manychat_create_connection')).toMatchObject({ kind: 'bad_response', performed: 'unknown' });
  });

  test('a connection in an unknown state keeps its link', async () => {
    upstream.reply = { body: { connection_id: 'c', status: 'initiated', url: 'https://x/?session_token=t' } };
    expect(await result('manychat_get_connection', { connection_id: 'c' })).toMatchObject({
      connection: { url: 'https://x/?session_token=t' },
    });
  });

  describe('with a content encoding', () => {
    const encoded = (status: number, encoding: string, body: Buffer | string) => {
      upstream.reply = (_, response) => {
        response.writeHead(status, { 'content-encoding': encoding });
        response.end(body);
      };
    };

    test('an empty body is a success where none is expected', async () => {
      encoded(200, 'gzip', '');
      expect(await result('manychat_delete_connection', { connection_id: 'c' })).toEqual({
        ok: true,
        connection_id: 'c',
      });
    });

    test.each([
      ['Identity', '{"status":"success"}'],
      ['GZIP', gzipSync('{"status":"success"}')],
    ])('%s is decoded, whatever its case', async (encoding, body) => {
      encoded(200, encoding, body);
      expect(await result('manychat_send_flow', flow)).toEqual(startedFlow({ subscriber_id: '1' }, 'content1'));
    });

    test('that is unknown, the status still counts', async () => {
      encoded(401, 'zstd', 'whatever');
      expect(await failure('manychat_get_page')).toMatchObject({ kind: 'gateway_auth', http_status: 401 });
    });

    test('named like a property of every object, the body is not decoded', async () => {
      encoded(200, 'constructor', '{}');
      expect(await failure('manychat_send_flow', flow)).toMatchObject({ kind: 'bad_response', performed: 'unknown' });
    });
  });

  test('numbers beyond all bounds are left out of a success', async () => {
    upstream.reply = { body: '{"status":"success","data":{"tag":{"id":1e999,"name":1e999}}}' };
    expect(await result('manychat_create_tag', { name: 'x' })).toEqual({ tag: {} });
  });

  test('the last of two equal keys counts', async () => {
    upstream.reply = { body: '{"status":"error","status":"success","data":{"tag":{"id":12345678901234567}}}' };
    expect(await result('manychat_create_tag', { name: 'x' })).toEqual({ tag: { id: '12345678901234567' } });
  });

  describe('a refusal that quotes the input is not read as something else', () => {
    const refuseWith = (message: string) => {
      upstream.reply = { status: 400, body: { status: 'error', message } };
    };
    const send = { subscriber_id: '1', data: { version: 'v2', content: { messages: [{ type: 'text', text: 'x' }] } } };

    test('as a rate limit or a wrong key', async () => {
      refuseWith('Wrong dynamic message format: element "Our rate limit page: invalid token" is wrong');
      expect(await failure('manychat_send_content', send)).toMatchObject({ kind: 'invalid_content' });
    });

    test('as a missing contact', async () => {
      refuseWith('Url button: page not found');
      expect((await failure('manychat_send_content', send)).kind).not.toBe('not_found');
    });

    test('as a wrong key of the account', async () => {
      refuseWith('Invalid token');
      const verify = { subscriber_id: 1, signed_request: 'x' };
      expect((await failure('manychat_verify_subscriber', verify)).kind).not.toBe('manychat_auth');
    });
  });

  test('an error page of any size becomes a short message, without delay', async () => {
    for (const body of ['<'.repeat(300_000), '<script'.repeat(60_000)]) {
      upstream.reply = { status: 502, body };
      clock.advance(rememberedMs);
      expect((await failure('manychat_send_flow', flow)).message.length).toBeLessThan(300);
    }
  });

  describe('with a secret in it', () => {
    const key = 'a+b/c:d-0123456789';
    let secretive: Caller;
    beforeEach(() => {
      secretive = callerThrough(upstream.url, { MATON_API_KEY: key, MATON_CONNECTION_ID: pinnedId });
    });
    afterEach(() => secretive.close());

    test.each([
      ['an encoded key', encodeURIComponent(key)],
      ['a key with a hidden character', `${key.slice(0, 5)}\u200b${key.slice(5)}`],
      ['a key that is cut off', `${'x'.repeat(490)}${key}`],
      ['a token in JSON', '{"session_token":"hidden-token"}'],
      ['an encoded link', 'https://x/?session_token%3Dhidden-token'],
    ])('%s is redacted', async (_, echo) => {
      upstream.reply = { status: 400, body: { status: 'error', message: echo } };
      const text = JSON.stringify(await secretive.call('manychat_get_page'));
      expect(text).not.toMatch(/a\+b\/c:d|a%2Bb|hidden-token/);
      expect(text).toContain('[redacted]');
      expect(secretive.logged.join()).not.toMatch(/a\+b|hidden-token/);
    });

    test('the token of a redirect is left out', async () => {
      upstream.reply = { status: 302, body: '', headers: { location: 'https://x/y?session_token=hidden-token' } };
      const outcome = await secretive.call('manychat_send_flow', flow);
      expect(JSON.stringify(outcome)).not.toContain('hidden-token');
      expect(secretive.logged.join()).not.toContain('hidden-token');
    });
  });

  test('a result nested 100,000 levels deep does not spoil a success', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    upstream.reply = { body: `{"status":"success","data":{"field":{"id":1,"value":${deep}}}}` };
    expect(await result('manychat_create_bot_field', { name: 'x', type: 'text' })).toEqual({ bot_field: { id: 1 } });
  });

  test('a key with a hidden character does not replace the key of the API', async () => {
    upstream.reply = { body: { status: 'success', data: { id: 1, email: 'a@b', 'email\u200b': { x: 1 } } } };
    expect(await result('manychat_get_subscriber', { subscriber_id: 1 })).toEqual({
      subscriber: { id: '1', email: 'a@b' },
    });
  });

  describe('about a connection that does not work', () => {
    beforeEach(() => {
      upstream.reply = { status: 400, body: { message: 'No active ManyChat connection', code: 400 } };
    });

    test('has a hint about the setting where the connection is pinned', async () => {
      expect((await failure('manychat_get_page')).hint).toContain('MATON_CONNECTION_ID');
    });

    test('has a hint about its status where the call names the connection', async () => {
      const unpinned = callerThrough(upstream.url, {});
      const outcome = await unpinned.call('manychat_get_page', { connection_id: pinnedId });
      await unpinned.close();
      expect(outcome).toMatchObject({
        ok: false,
        failure: { hint: expect.stringContaining('manychat_get_connection') },
      });
    });
  });
});

describe('arguments', () => {
  test.each([
    ['manychat_find_subscribers_by_custom_field', { field_id: 1, field_value: 2 ** 60 }],
    ['manychat_set_bot_field', { field_id: 1, field_value: 2 ** 60 }],
    [
      'manychat_send_content',
      {
        subscriber_id: 1,
        data: {
          version: 'v2',
          content: {
            messages: [{ type: 'text', text: 'x' }],
            actions: [{ action: 'set_field_value', field_name: 'f', value: 2 ** 60 }],
          },
        },
      },
    ],
  ])('with a number that has lost digits are refused: %s', async (tool, args) => {
    const { upstream, failure } = await opened();
    expect((await failure(tool, args)).message).toContain('2^53');
    expect(upstream.arrived).toHaveLength(0);
  });

  test('nested 10,000 levels deep are refused', async () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 10_000; level += 1) deep = [deep];
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'x', y: deep }] } };
    const { failure } = await opened();
    const refused = await failure('manychat_send_content', { subscriber_id: 1, data });
    expect(refused).toMatchObject({ kind: 'invalid_input', performed: 'no' });
  });
});
