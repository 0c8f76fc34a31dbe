import { describe, expect, test } from 'vitest';
import { maria } from '../support/people.js';
import { useCaller } from '../support/sandboxed.js';

const used = useCaller({ random: () => 0 });

/** The body of the last request. */
const sent = () => used.sandbox.requests().at(-1)?.body;

const message = { type: 'text', text: 'Hi' };

test.each(['fields', '[fields]'])(
  'an object where a tool takes a list of fields is read as the list: %s',
  async (form) => {
    const fields = { favourite_roast: 'dark', reply_text: '' };
    const { warnings } = await used.result('manychat_set_custom_fields', {
      subscriber_id: maria,
      fields: form === 'fields' ? fields : JSON.stringify(fields),
    });
    expect(sent()).toMatchObject({
      fields: [
        { field_name: 'favourite_roast', field_value: 'dark' },
        { field_name: 'reply_text', field_value: '' },
      ],
    });
    expect(warnings).toContainEqual('Read as a list of names and values: fields.');
  },
);

describe('an open object', () => {
  const call = { subscriber_id: maria, flow_ns: 'content20240311101502_501223' };
  test.each([
    ['a list of field_name and field_value', [{ field_name: 'favourite_roast', field_value: 'dark' }]],
    ['a list of name and value', [{ name: 'favourite_roast', value: 'dark' }]],
    ['a list with a null beside', [{ field_name: 'favourite_roast', field_value: 'dark', field_id: null }]],
    ['a list of JSON texts', ['{"field_name":"favourite_roast","field_value":"dark"}']],
    ['JSON text of a list', '[{"field_name":"favourite_roast","field_value":"dark"}]'],
    ['an object', { favourite_roast: 'dark' }],
  ])('is read from %s', async (_, fields) => {
    await used.result('manychat_set_fields_and_send_flow', { ...call, fields });
    expect(used.sandbox.requests().map(({ body }) => body)).toContainEqual({
      subscriber_id: maria,
      fields: [{ field_name: 'favourite_roast', field_value: 'dark' }],
    });
  });
});

describe('content with all that clients are shown', () => {
  const filled = {
    type: 'url',
    caption: 'Track',
    url: 'https://example.com',
    webview_size: null,
    actions: [],
    target: '',
    phone: null,
    customer: '',
    product: {},
    success_target: null,
    method: '',
    headers: [{ name: '', value: '' }],
    payload: '',
  };
  const text = { ...message, url: null, elements: [], image_aspect_ratio: '', buttons: [filled] };

  test('drops what belongs to other types, where it is empty', async () => {
    const callback = { url: '', method: '', headers: [], payload: null, timeout: null };
    await used.result('manychat_send_content', {
      subscriber_id: maria,
      data: {
        version: 'v2',
        content: { type: '', messages: [text], quick_replies: [], actions: [], external_message_callback: callback },
      },
    });
    const buttons = [{ type: 'url', caption: 'Track', url: 'https://example.com' }];
    expect(sent()).toMatchObject({ data: { version: 'v2', content: { messages: [{ ...message, buttons }] } } });
  });

  test.each([
    ['target', 'content1'],
    ['phone', '+34600111222'],
    ['payload', '{"a":1}'],
  ])('refuses a filled %s of another type', async (key, value) => {
    const messages = [{ ...message, buttons: [{ ...filled, [key]: value }] }];
    const failure = await used.failure('manychat_send_content', {
      subscriber_id: maria,
      data: { version: 'v2', content: { messages } },
    });
    expect(failure.message).toBe(`data.content.messages[0].buttons[0]: "${key}" not known here`);
    expect(used.sandbox.requests()).toEqual([]);
  });
});

describe('fields that are to be emptied', () => {
  const call = { subscriber_ids: [maria], action: 'send_flow', flow_ns: 'content20240311101502_501223' };

  test('are emptied before the flow starts, beside an empty row of a form', async () => {
    const fields = [
      { field_name: 'reply_text', field_value: '' },
      { field_name: '', field_value: '' },
    ];
    await used.result('manychat_for_each_subscriber', { ...call, fields });
    expect(used.sandbox.requests().map(({ body }) => body)).toContainEqual({
      subscriber_id: maria,
      fields: [{ field_name: 'reply_text', field_value: '' }],
    });
    expect(used.paths().filter((path) => path === 'setCustomFields' || path === 'sendFlow')).toEqual([
      'setCustomFields',
      'sendFlow',
    ]);
  });

  test.each([
    [[{ field_name: 'reply_text', field_value: {} }]],
    [{ reply_text: [] }],
    [{ Reply_text: '', reply_text: '' }],
    [[{ field_name: 'reply_text' }]],
  ])('are never dropped: %j is refused', async (fields) => {
    const failure = await used.failure('manychat_for_each_subscriber', { ...call, fields });
    expect(failure).toMatchObject({ kind: 'invalid_input', performed: 'no' });
    expect(used.sandbox.requests()).toEqual([]);
  });
});

describe('a map where a tool takes a list of fields', () => {
  test.each([
    [{ name: 'favourite_roast', value: 'dark' }],
    [{ field_name: 'favourite_roast', field_value: 'dark' }],
    [{ field_id: 1, value: 'dark' }],
    [{ '1': 'dark' }],
    [{}],
  ])('is refused if it could be one item: %j', async (fields) => {
    const failure = await used.failure('manychat_set_custom_fields', { subscriber_id: maria, fields });
    expect(failure.message).toMatch(/^fields: must be a list like/);
    expect(used.sandbox.requests()).toEqual([]);
  });

  test('reads items of name and value', async () => {
    const fields = [{ name: 'favourite_roast', value: 'dark' }];
    await used.result('manychat_set_custom_fields', { subscriber_id: maria, fields });
    expect(sent()).toMatchObject({ fields: [{ field_name: 'favourite_roast', field_value: 'dark' }] });
  });
});

describe('a callback button', () => {
  const ask = { type: 'dynamic_block_callback', caption: 'Ask', url: 'https://example.com', method: 'post' };
  const send = (button: object) => ({
    subscriber_id: maria,
    data: { version: 'v2', content: { messages: [{ ...message, buttons: [{ ...ask, ...button }] }] } },
  });

  test('can have headers called name and value', async () => {
    const headers = [
      { name: 'name', value: 'a' },
      { name: 'value', value: 'b' },
    ];
    await used.result('manychat_send_content', send({ headers }));
    const buttons = [{ ...ask, headers: { name: 'a', value: 'b' } }];
    expect(sent()).toMatchObject({ data: { content: { messages: [{ buttons }] } } });
  });

  test('loses an empty row of headers, and no other', async () => {
    await used.result('manychat_send_content', send({ headers: [{ name: '', value: '' }] }));
    expect(sent()).toMatchObject({ data: { content: { messages: [{ buttons: [ask] }] } } });
    expect(JSON.stringify(sent())).not.toContain('headers');
  });

  test.each([
    [{ headers: { Authorization: null } }, 'headers'],
    [{ headers: [{ name: 'Authorization', value: null }] }, 'headers'],
    [{ headers: [{ name: '', value: 'x' }] }, 'headers'],
    [{ headers: { 'X-A': '1', 'x-a': '2' } }, 'headers'],
    [{ payload: '{"a":1e400}' }, 'payload: holds "1e400", a number that loses digits'],
    [{ payload: '{"a":0.1234567890123456789}' }, 'a number that loses digits'],
    [{ payload: '{"a":12345678901234567890}' }, 'a number that loses digits'],
  ])('is refused rather than changed: %j', async (button, words) => {
    const failure = await used.failure('manychat_send_content', send(button));
    expect(failure).toMatchObject({ kind: 'invalid_content', performed: 'no' });
    expect(failure.message).toContain(words);
    expect(used.sandbox.requests()).toEqual([]);
  });
});

describe('a client that fills every key it is shown', () => {
  const start = 'content20240311101502_501223';
  const blank = {
    url: '',
    webview_size: 'full',
    actions: [],
    target: '',
    phone: '',
    customer: '{}',
    product: '{}',
    success_target: '',
    method: 'post',
    headers: '[]',
    payload: '{}',
  };

  test('can send content to Messenger', async () => {
    const messages = [
      {
        type: 'text',
        text: 'Hi',
        url: '',
        elements: [],
        image_aspect_ratio: 'horizontal',
        buttons: [{ ...blank, type: 'flow', caption: 'Start', target: start }],
      },
    ];
    const content = {
      type: 'messenger',
      messages,
      quick_replies: [],
      actions: [],
      external_message_callback: '{}',
    };
    const data = { version: 'v2', content };
    const empty = { message_tag: '', otn_topic_name: '' };
    await used.result('manychat_send_content', { subscriber_id: maria, data, ...empty });
    const buttons = [{ type: 'flow', caption: 'Start', target: start }];
    expect(sent()).toEqual({
      subscriber_id: maria,
      data: { version: 'v2', content: { messages: [{ type: 'text', text: 'Hi', buttons }] } },
    });
  });

  test('can tag contacts', async () => {
    const others = { fields: [], text: '', channel: 'messenger', data: '', flow_ns: '' };
    const args = { subscriber_ids: [maria], action: 'add_tag', tag_name: 'VIP', ...others };
    const { done, warnings } = await used.result('manychat_for_each_subscriber', args);
    expect(done).toBe(1);
    expect(warnings).toContainEqual('The channel was ignored: add_tag sends nothing.');
  });

  test('can set fields, with 0 for an id that it does not know', async () => {
    const fields = [{ field_id: 0, field_name: 'favourite_roast', field_value: 'dark' }];
    await used.result('manychat_set_custom_fields', { subscriber_id: maria, fields });
    expect(sent()).toMatchObject({ fields: [{ field_name: 'favourite_roast', field_value: 'dark' }] });
  });
});
