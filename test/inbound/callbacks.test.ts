import { describe, expect, test } from 'vitest';
import { callbackMarker, fillCallbacks, hasCallbackMarker } from '../../src/account/inbox/content/callbacks.js';
import { createAuthority } from '../../src/inbound/authority.js';
import { asObject, toList } from '../../tools/contract/json.js';
import { openInboundTest } from '../support/inbound.js';
import { settle } from '../support/timing.js';

const publicUrl = 'https://inbound.example.com';
const block = '/inbound/default/block';

/** What ManyChat sends when it calls back: the payload, with the headers, and with the text that it fills in. */
const called = (callback: unknown, text?: string) => {
  const { url, headers, payload } = asObject(callback);
  const { pathname, search, origin } = new URL(String(url));
  expect(origin).toBe(publicUrl);
  const sent: Record<string, string> = {
    'x-manychat-secret': '',
    ...Object.fromEntries(Object.entries(asObject(headers)).map(([name, value]) => [name, String(value)])),
  };
  return {
    path: pathname + search,
    headers: sent,
    body: { ...asObject(payload), ...(text !== undefined && { text }) },
  };
};

const contentOf = async (response: Response) => asObject(asObject(await response.json()).content);

/** The first button of the first message. */
const buttonIn = ({ messages }: Record<string, unknown>): unknown =>
  toList(asObject(toList(messages)?.[0]).buttons)?.[0];

/** A held block call of a contact, and the content that an agent's answer becomes. */
async function answered(content: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const inbound = openInboundTest({ settings: { mode: 'reply' }, publicUrl });
  const response = inbound.call(block, { subscriber_id: '7', text: 'hi', channel: 'messenger', ...more });
  for (let message = (await inbound.messages())[0]; ; message = (await inbound.messages())[0]) {
    if (message === undefined) {
      await settle();
      continue;
    }
    void inbound.of().answer(message.id, { data: { version: 'v2', content } }, false, new AbortController().signal);
    break;
  }
  const written = await contentOf(await response);
  return { ...inbound, written };
}

const button = {
  type: 'dynamic_block_callback',
  caption: 'More',
  url: callbackMarker,
  method: 'post',
  headers: { 'X-Mine': '1' },
  payload: { page: 2 },
};

describe('a callback button of an agent', () => {
  test('gets the address of the server, and calls back without the secret', async () => {
    const { written, call, messages } = await answered({ messages: [{ type: 'text', text: 'A', buttons: [button] }] });
    const filled = buttonIn(written);
    expect(filled).toEqual({
      type: 'dynamic_block_callback',
      caption: 'More',
      url: `${publicUrl}/inbound/default/block?callback=button`,
      method: 'post',
      headers: { 'X-Mine': '1', 'x-manychat-callback': expect.stringMatching(/^7\.[\w-]+\.[\w-]{43}$/) },
      payload: { subscriber_id: '7', channel: 'messenger', text: 'More', payload: { page: 2 } },
    });
    expect(JSON.stringify(written)).not.toContain('a-secret');
    const { path, headers, body } = called(filled);
    const pressed = call(path, body, { headers });
    await settle();
    expect((await messages()).at(-1)).toMatchObject({ contact: '7', said: { text: 'More', payload: { page: 2 } } });
    void pressed;
  });

  test('is proved for its account, its contact and its message only', async () => {
    const { written, call } = await answered({ messages: [{ type: 'text', text: 'A', buttons: [button] }] });
    const { path, headers, body } = called(buttonIn(written));
    const [contact, message, mac] = String(headers['x-manychat-callback']).split('.');
    const statusOf = async (address: string, shown: string, sent: unknown) =>
      (await call(address, sent, { headers: { ...headers, 'x-manychat-callback': shown } })).status;
    const shown = `${contact}.${message}.${mac}`;
    expect(await statusOf(path, `8.${message}.${mac}`, { ...body, subscriber_id: '8' })).toBe(401);
    expect(await statusOf(path, `${contact}.${message}x.${mac}`, body)).toBe(401);
    expect(await statusOf(path, shown, { ...body, subscriber_id: '8' })).toBe(401);
    expect(await statusOf('/inbound/shop/block', shown, body)).toBe(401);
    expect(await statusOf('/inbound/default/request', shown, body)).toBe(401);
    expect(await statusOf(path, '', body)).toBe(401);
  });
});

describe('a callback for the next text', () => {
  const content = {
    messages: [{ type: 'text', text: 'Which size?' }],
    external_message_callback: { url: callbackMarker, method: 'post', timeout: 600 },
  };

  test('is filled, and made again by the response to the call that came through it, with an answer or without', async () => {
    const { written, service, call } = await answered(content);
    expect(written.external_message_callback).toMatchObject({
      url: `${publicUrl}/inbound/default/block?callback=message`,
      payload: { subscriber_id: '7', channel: 'messenger', text: '{{last_input_text}}' },
      timeout: 600,
    });
    service.drain();
    const { path, headers, body } = called(written.external_message_callback, 'M');
    const next = await contentOf(await call(path, body, { headers }));
    expect(next).toEqual({
      external_message_callback: {
        url: `${publicUrl}/inbound/default/block?callback=message`,
        method: 'post',
        headers: { 'x-manychat-callback': expect.stringMatching(/^7\./) },
        payload: { subscriber_id: '7', channel: 'messenger', text: '{{last_input_text}}' },
        timeout: 86_400,
      },
      messages: [],
      actions: [],
      quick_replies: [],
    });
    const again = called(next.external_message_callback, 'L');
    expect((await call(again.path, again.body, { headers: again.headers })).status).toBe(200);
  });

  test('is not made again for a call with the secret', async () => {
    const { call } = openInboundTest({ publicUrl });
    const response = await call(`${block}?callback=message`, { subscriber_id: '7', text: 'a' });
    expect(await contentOf(response)).toEqual({ messages: [], actions: [], quick_replies: [] });
  });
});

describe('callbacks', () => {
  const account = { account: 'shop', header: 'X-Shop' };
  const message = { id: 'm.1 /', contact: '7' };
  const headersOf = (secrets: string[]) => {
    const callback = createAuthority({ accounts: [{ ...account, secrets }], publicUrl: new URL(publicUrl) }).of(
      'shop',
      message,
    );
    return new Headers(callback?.headers);
  };

  test('stay valid while the secret that they were made with is one of several', () => {
    const old = headersOf(['the-old-secret-of-shop']);
    const proof = (secrets: string[]) =>
      createAuthority({ accounts: [{ ...account, secrets }], publicUrl: undefined }).prove('shop', old, true);
    expect(proof(['the-new-secret-of-shop', 'the-old-secret-of-shop'])).toEqual({ account: 'shop', contact: '7' });
    expect(proof(['the-new-secret-of-shop'])).toBeUndefined();
  });

  test('are made only where ManyChat can reach the server, and for accounts that it calls for', () => {
    const parts = { accounts: [{ ...account, secrets: ['the-new-secret-of-shop'] }] };
    expect(createAuthority({ ...parts, publicUrl: undefined }).of('shop', message)).toBeUndefined();
    expect(createAuthority({ ...parts, publicUrl: new URL(publicUrl) }).of('bar', message)).toBeUndefined();
    expect(
      createAuthority({ ...parts, publicUrl: new URL(publicUrl) })
        .of('shop', message)
        ?.url('button'),
    ).toBe('https://inbound.example.com/inbound/shop/block?callback=button');
  });

  test('of others stay as they are', () => {
    const others = {
      messages: [{ type: 'text', text: callbackMarker, buttons: [{ ...button, url: 'https://example.com/' }] }],
    };
    const callback = { url: () => publicUrl, headers: {}, message };
    expect(hasCallbackMarker(others)).toBe(false);
    expect(fillCallbacks(others, callback)).toEqual(others);
    expect(hasCallbackMarker({ quick_replies: [button] })).toBe(true);
  });
});
