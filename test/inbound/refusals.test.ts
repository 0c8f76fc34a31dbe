import { describe, expect, test } from 'vitest';
import { inboundSecret, openInboundTest } from '../support/inbound.js';

const body = { subscriber_id: '123', text: 'private words' };
const path = '/inbound/default/request';

describe('a call is refused, is not kept, and shows neither secret nor text in the log', () => {
  test.each([
    ['without a secret', path, { 'x-manychat-secret': '' }, body, 401, /secret in the header is missing or wrong/],
    ['with a wrong secret', path, { 'x-manychat-secret': `${inboundSecret}x` }, body, 401, /missing or wrong/],
    ['with the secret of another account', '/inbound/shop/request', { 'x-shop': inboundSecret }, body, 401, /wrong/],
    [
      'with a secret in the header of another account',
      path,
      { 'x-manychat-secret': '', 'x-shop': inboundSecret },
      body,
      401,
      /wrong/,
    ],
    ['for an account that is not there', '/inbound/other/request', {}, body, 401, /no such account/],
    ['for an account with a name that cannot be decoded', '/inbound/%ff/request', {}, body, 401, /no such account/],
    [
      'with a form',
      path,
      { 'content-type': 'application/x-www-form-urlencoded' },
      'subscriber_id=1',
      415,
      /Content-Type/,
    ],
    ['with JSON that calls itself a text', path, { 'content-type': 'text/plain' }, body, 415, /Content-Type/],
    ['with a compressed body', path, { 'content-encoding': 'gzip' }, body, 415, /Content-Type/],
    ['with 1 MB', path, {}, JSON.stringify({ ...body, more: 'x'.repeat(1_000_000) }), 413, /larger than 65536 bytes/],
    [
      'with deep JSON',
      path,
      {},
      `{"subscriber_id":"1","text":"a","x":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
      422,
      /nested/,
    ],
    ['with JSON of 60 levels', path, {}, `{"subscriber_id":"1","x":${'['.repeat(60)}${']'.repeat(60)}}`, 422, /nested/],
    ['with a key __proto__', path, {}, '{"subscriber_id":"1","text":"a","__proto__":{"x":1}}', 422, /not accepted/],
    ['with what is not JSON', path, {}, '{"subscriber_id": private', 422, /not valid JSON/],
    ['with a list', path, {}, '[1]', 422, /not a JSON object/],
    ['with nothing', path, {}, '', 422, /not a JSON object/],
    ['with bytes that are not UTF-8', path, {}, new Uint8Array([0x7b, 0xff, 0x7d]), 422, /not UTF-8/],
    ['under another path', '/inbound/default/message', {}, body, 404, /not found/],
    ['under the path of an account alone', '/inbound/default', {}, body, 404, /not found/],
  ])('%s', async (_, address, headers, sent, status, reason) => {
    const { call, messages, lines } = openInboundTest();
    const response = await call(address, sent, { headers: headers as Record<string, string> });
    expect([response.status, await response.json()]).toEqual([
      status,
      { status: 'refused', reason: expect.stringMatching(reason) },
    ]);
    expect(await messages()).toEqual([]);
    expect(lines).toEqual([expect.stringMatching(reason)]);
    expect(lines.join()).not.toMatch(/a-secret|private/);
  });

  test('with another method', async () => {
    const { call } = openInboundTest();
    const response = await call(path, undefined, { method: 'GET' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('with a body that stops, after four seconds', async () => {
    const { service, clock, lines } = openInboundTest();
    const stopped = new ReadableStream({
      start: (stream) => stream.enqueue(new TextEncoder().encode('{"subscriber_id"')),
    });
    const request = new Request(`http://localhost${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-manychat-secret': inboundSecret },
      body: stopped,
      duplex: 'half',
    });
    const response = service.fetch(request);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(4_000);
    expect((await response).status).toBe(408);
    expect(lines).toEqual([expect.stringContaining('did not arrive in time')]);
  });
});

describe('a secret', () => {
  test('is one of several during a rotation, in the header of its account, whose name is read like everywhere', async () => {
    const { call, messages } = openInboundTest();
    for (const secret of ['the-new-secret-of-shop', 'the-old-secret-of-shop'])
      expect(
        (await call('/inbound/Shop/request', { ...body, text: secret }, { headers: { 'x-shop': secret } })).status,
      ).toBe(200);
    expect(await messages('shop')).toHaveLength(2);
    expect(await messages()).toEqual([]);
  });
});
