import { describe, expect, test } from 'vitest';
import { aisha, dmitri, emma, liam, lukas, maria, noah, sofia, tom } from '../support/people.js';
import { noon, useSandbox } from '../support/sandboxed.js';

const day = 86_400_000;
const sandbox = useSandbox({ clock: noon, limits: false });

async function send(endpoint: string, body: unknown) {
  const response = await fetch(`${sandbox.url}/fb/sending/${endpoint}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.manychatKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const json: unknown = await response.json();
  return { status: response.status, json };
}

const done = { status: 200, json: { status: 'success' } };
const refused = (message: unknown) => ({
  status: 400,
  json: { status: 'error', message: 'Validation error', details: { messages: [{ message }] } },
});
const coded = (code: number) => ({ status: 400, json: { status: 'error', message: expect.any(String), code } });
const malformed = (what: string) => refused(expect.stringContaining(`Wrong dynamic message format: ${what}`));
const data = (content: Record<string, unknown>) => ({ version: 'v2', content });
const text = { type: 'text', text: 'Hello!' };
const hello = data({ messages: [text] });
const on = (type: string, content: Record<string, unknown> = { messages: [text] }) => data({ type, ...content });

describe('sendContent', () => {
  test('delivers a message, which the outbox lists', async () => {
    expect(await send('sendContent', { subscriber_id: 123456789, data: hello })).toEqual(done);
    const delivery = { id: 1, subscriber_id: '123456789', channel: 'messenger', messages: [text], delivered: true };
    expect(sandbox.messages()).toEqual([expect.objectContaining(delivery)]);
    expect(sandbox.messages({ subscriber_id: maria })).toEqual([]);
    const listed = await fetch(`${sandbox.url}/sandbox/messages?subscriber_id=123456789`);
    expect(await listed.json()).toEqual({ messages: sandbox.messages() });
  });

  test.each([
    ['Messenger, open', maria, hello, done],
    ['Messenger, closed', tom, hello, coded(3011)],
    ['Instagram, open', sofia, on('instagram'), done],
    ['Instagram, closed', noah, on('instagram'), coded(3031)],
    ['WhatsApp, open', aisha, on('whatsapp'), done],
    ['WhatsApp, closed', lukas, on('whatsapp'), coded(3011)],
    ['Telegram, which has no window', dmitri, on('telegram'), done],
    ['Instagram without the type', sofia, hello, coded(3041)],
    ['WhatsApp, contact not on the channel', maria, on('whatsapp'), coded(3043)],
    ['a contact that opted out', emma, hello, refused('Subscriber is not active')],
    ['a contact that never wrote', liam, hello, refused('Subscriber is not active')],
    ['an unknown contact', '5', hello, refused('Subscriber does not exist')],
  ])('responds as documented: %s', async (_, subscriber_id, content, response) => {
    expect(await send('sendContent', { subscriber_id, data: content })).toEqual(response);
    expect(sandbox.messages()).toHaveLength(response === done ? 1 : 0);
  });

  test('closes the window 24 hours after the last interaction', async () => {
    sandbox.advance(day - 20 * 60_000);
    expect(await send('sendContent', { subscriber_id: maria, data: hello })).toEqual(done);
    sandbox.advance(1);
    expect(await send('sendContent', { subscriber_id: maria, data: hello })).toEqual(coded(3011));
  });

  test('accepts ids beyond 2^53 as bare integers', async () => {
    const response = await fetch(`${sandbox.url}/fb/sending/sendContent`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.manychatKey}`, 'content-type': 'application/json' },
      body: `{"subscriber_id":${sofia},"data":${JSON.stringify(on('instagram'))}}`,
    });
    expect(response.status).toBe(200);
    expect(sandbox.messages()).toMatchObject([{ subscriber_id: sofia }]);
  });

  test('refuses message tags', async () => {
    const body = { subscriber_id: 123456789, data: hello, message_tag: 'CONFIRMED_EVENT_UPDATE' };
    expect(await send('sendContent', body)).toEqual(refused('Message tags are no longer supported'));
  });

  test('spends a one-time-notification token outside the window, once', async () => {
    const body = { subscriber_id: tom, data: hello, otn_topic_name: 'Back in Stock' };
    expect(await send('sendContent', { ...body, otn_topic_name: 'Price Drop Alert' })).toEqual(coded(3021));
    expect(await send('sendContent', body)).toEqual(done);
    expect(await send('sendContent', body)).toEqual(coded(3021));
    expect(sandbox.messages()).toMatchObject([{ otn_topic_name: 'Back in Stock' }]);
  });

  const act = (...actions: unknown[]) =>
    send('sendContent', { subscriber_id: maria, data: data({ messages: [text], actions }) });

  test('sends nothing when an action has an unknown tag or field', async () => {
    expect(await act({ action: 'add_tag', tag_name: 'Nothing' })).toEqual(refused('Tag not found'));
    const button = {
      type: 'flow',
      caption: 'Go',
      target: 'content123',
      actions: [{ action: 'add_tag', tag_name: 'None' }],
    };
    const pressed = data({ messages: [{ ...text, buttons: [button] }] });
    expect(await send('sendContent', { subscriber_id: maria, data: pressed })).toEqual(refused('Tag not found'));
    const unknownField = { action: 'set_field_value', field_name: 'nothing', value: 1 };
    expect(await act({ action: 'add_tag', tag_name: 'Newsletter' }, unknownField)).toEqual(refused('Field not found'));
    expect(sandbox.messages()).toEqual([]);
  });

  test('performs actions', async () => {
    const datetime = (value: string) => ({ action: 'set_field_value', field_name: 'next_delivery', value });
    expect(await act(datetime('2018-05-01T06:30:24+03:00'))).toEqual(malformed('set_field_value.value'));
    const unset = { action: 'unset_field_value', field_name: 'favourite_roast' };
    expect(await act({ action: 'remove_tag', tag_name: 'VIP' }, datetime('2018-03-25T13:25:00.000Z'), unset)).toEqual(
      done,
    );
    const response = await fetch(`${sandbox.url}/fb/subscriber/getInfo?subscriber_id=${maria}`, {
      headers: { authorization: `Bearer ${sandbox.manychatKey}` },
    });
    expect(await response.json()).toMatchObject({
      data: {
        tags: [{ name: 'Customer' }],
        custom_fields: expect.arrayContaining([
          expect.objectContaining({ name: 'next_delivery', value: '2018-03-25T13:25:00.000Z' }),
          expect.objectContaining({ name: 'favourite_roast', value: null }),
        ]),
      },
    });
  });
});

describe('content', () => {
  const url = { type: 'url', caption: 'Visit Website', url: 'https://example.com' };
  const flow = { type: 'flow', caption: 'Start Flow', target: 'content123' };
  const node = { type: 'node', caption: 'Option 1', target: 'content123' };
  const card = { title: 'Kenya', subtitle: 'Washed', action_url: 'https://example.com', buttons: [url] };
  const buy = {
    type: 'buy',
    caption: 'Buy',
    customer: { shipping_address: true, contact_name: true, contact_phone: false },
    product: { label: 'Beans', cost: 1200 },
  };
  const image = { type: 'image', url: 'https://example.com/image.jpg' };
  const many = (count: number, value: unknown) => Array(count).fill(value);

  test.each([
    ['buttons', { messages: [{ ...text, buttons: [url, flow, buy] }] }],
    ['cards', { messages: [{ type: 'cards', elements: many(10, card), image_aspect_ratio: 'square' }] }],
    [
      'a card with a plain address',
      { messages: [{ type: 'cards', elements: [{ ...card, action_url: 'http://example.com' }] }] },
    ],
    ['media', { messages: [image, { type: 'file', url: 'http://example.com/a.pdf' }] }],
    ['quick replies beside the messages', { messages: [text], quick_replies: many(11, flow) }],
    ['2,000 characters', { messages: [{ ...text, text: '🌻'.repeat(2_000) }] }],
    [
      'a callback',
      { messages: [text], external_message_callback: { url: 'https://example.com', method: 'post', timeout: 86_400 } },
    ],
    ['actions alone', { messages: [], actions: [{ action: 'add_tag', tag_name: 'VIP' }] }],
  ])('accepts %s', async (_, content) => {
    expect(await send('sendContent', { subscriber_id: maria, data: data(content) })).toEqual(done);
  });

  test.each([
    ['content.messages is required', {}],
    ['content.messages must not be empty', { messages: [] }],
    ['content.messages may have at most 10', { messages: many(11, text) }],
    ['content.messages[0].type', { messages: [{ type: 'poem' }] }],
    ['content.messages[0].text', { messages: [{ type: 'text' }] }],
    ['content.messages[0].text may have at most 2000', { messages: [{ ...text, text: 'x'.repeat(2_001) }] }],
    ['content.messages[0].quick_replies is not allowed', { messages: [{ ...text, quick_replies: [node] }] }],
    ['content.messages[0].buttons[0]: type node', { messages: [{ ...text, buttons: [node] }] }],
    ['content.messages[0].buttons may have at most 3', { messages: [{ ...text, buttons: many(4, url) }] }],
    [
      'content.messages[0].buttons[0].target: flow not found',
      { messages: [{ ...text, buttons: [{ ...flow, target: 'x' }] }] },
    ],
    ['content.messages[0].buttons[0].caption', { messages: [{ ...text, buttons: [{ type: 'url', url: url.url }] }] }],
    ['content.messages[0].url', { messages: [{ type: 'image', url: 'ftp://example.com' }] }],
    ['content.messages[0].elements may have at most 10', { messages: [{ type: 'cards', elements: many(11, card) }] }],
    ['content.messages[0].elements[0].title', { messages: [{ type: 'cards', elements: [{ title: 'x'.repeat(81) }] }] }],
    [
      'content.messages[0].elements[0].action_url',
      { messages: [{ type: 'cards', elements: [{ ...card, action_url: 'ftp://example.com' }] }] },
    ],
    ['content.quick_replies may have at most 11', { messages: [text], quick_replies: many(12, flow) }],
    ['content.quick_replies[0]: type node', { messages: [text], quick_replies: [node] }],
    ['content.actions may have at most 5', { messages: [text], actions: many(6, {}) }],
    ['content.type', { type: 'sms', messages: [text] }],
    [
      'content.external_message_callback.url',
      { messages: [text], external_message_callback: { url: 'http://example.com', method: 'post' } },
    ],
  ])('refuses: %s', async (what, content) => {
    expect(await send('sendContent', { subscriber_id: maria, data: data(content) })).toEqual(malformed(what));
    expect(sandbox.messages()).toEqual([]);
  });

  test.each([
    [sofia, 'instagram', { messages: [{ ...text, text: 'x'.repeat(1_001) }] }],
    [sofia, 'instagram', { messages: [{ type: 'video', url: url.url }] }],
    [sofia, 'instagram', { messages: [{ ...text, buttons: [{ type: 'call', caption: 'Call', phone: '+1' }] }] }],
    [sofia, 'instagram', { messages: [{ ...text, buttons: [{ ...url, webview_size: 'full' }] }] }],
    [aisha, 'whatsapp', { messages: [{ type: 'cards', elements: [card] }] }],
    [aisha, 'whatsapp', { messages: [text], quick_replies: [flow] }],
    [dmitri, 'telegram', { messages: [text], quick_replies: [flow] }],
  ])('refuses what a channel does not support: %s on %s %#', async (subscriber_id, type, content) => {
    expect(await send('sendContent', { subscriber_id, data: on(type, content) })).toEqual(malformed('content.'));
  });

  test('refuses data without version v2', async () => {
    expect(await send('sendContent', { subscriber_id: maria, data: { content: {} } })).toEqual(
      malformed('data.version'),
    );
  });

  test('accepts blocks that the reference does not mention for a channel', async () => {
    expect(await send('sendContent', { subscriber_id: aisha, data: on('whatsapp', { messages: [image] }) })).toEqual(
      done,
    );
  });
});

describe('sendContentByUserRef', () => {
  test('refuses an unregistered user_ref', async () => {
    expect(await send('sendContentByUserRef', { user_ref: 9, data: hello })).toEqual(coded(2011));
  });

  test('sends to registered user_refs, linked or not, and ignores actions', async () => {
    const actions = [{ action: 'add_tag', tag_name: 'Nothing' }];
    const body = { user_ref: 123456, data: data({ messages: [text], actions }) };
    expect(await send('sendContentByUserRef', body)).toEqual(done);
    expect(await send('sendContentByUserRef', { ...body, user_ref: '-1543835812530302162' })).toEqual(done);
    expect(sandbox.messages()).toMatchObject([
      { user_ref: '123456', subscriber_id: null },
      { user_ref: '-1543835812530302162', subscriber_id: maria },
    ]);
  });
});

describe('sendFlow', () => {
  const run = (subscriber_id: string, flow_ns: string) => send('sendFlow', { subscriber_id, flow_ns });
  const template = 'content20240611120000_714450';

  test('refuses an unknown flow', async () => {
    expect(await run(maria, 'content999')).toEqual(refused('Flow not found'));
  });

  test('renders names and custom fields', async () => {
    expect(await run(maria, 'content123456')).toEqual(done);
    expect(sandbox.messages()).toMatchObject([
      {
        flow_ns: 'content123456',
        delivered: true,
        messages: [{ text: 'Welcome to Sunrise Coffee, Maria!' }, { text: 'Your favourite roast: dark' }],
      },
    ]);
  });

  test('succeeds outside the window but delivers only WhatsApp templates', async () => {
    for (const [contact, flow] of [
      [tom, 'content123'],
      [lukas, template],
      [tom, template],
    ] as const) {
      expect(await run(contact, flow)).toEqual(done);
    }
    expect(sandbox.messages().map(({ delivered, reason }) => [delivered, reason])).toEqual([
      [false, 'The 24-hour window is closed.'],
      [true, undefined],
      [false, 'The contact is not on whatsapp.'],
    ]);
  });

  test('runs at most a hundred times per hour and contact', async () => {
    const headers = { 'content-type': 'application/json' };
    await fetch(`${sandbox.url}/sandbox/settings`, { method: 'POST', headers, body: '{"limits":true}' });
    for (let count = 0; count < 100; count += 1) {
      expect((await run(maria, 'content123')).status).toBe(200);
      sandbox.advance(100);
    }
    expect(await run(maria, 'content123')).toMatchObject({ status: 429, json: { status: 'error' } });
    expect((await run(tom, 'content123')).status).toBe(200);
    sandbox.advance(3_600_000 - 10_000);
    expect((await run(maria, 'content123')).status).toBe(200);
  });
});
