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
