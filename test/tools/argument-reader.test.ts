import { describe, expect, test } from 'vitest';
import { maria, sofia } from '../support/people.js';
import { useCaller } from '../support/sandboxed.js';

const used = useCaller({ random: () => 0 });

/** The body of the last request. */
const sent = () => used.sandbox.requests().at(-1)?.body;

const message = { type: 'text', text: 'Hi' };
const content = { messages: [message] };
const data = { version: 'v2', content };

describe('JSON text', () => {
  test('of a list keeps every digit of the ids in it', async () => {
    const { done } = await used.result('manychat_for_each_subscriber', {
      subscriber_ids: '[24958501110451908, "123456789"]',
      action: 'add_tag',
      tag_name: 'VIP',
    });
    expect(done).toBe(2);
    expect(used.sandbox.requests().map(({ body }) => body)).toContainEqual({ subscriber_id: maria, tag_name: 'VIP' });
  });

  test.each(['true', 'TRUE', ' False '])('%j is a boolean', async (has_opt_in_email) => {
    const { warnings } = await used.result('manychat_create_subscriber', {
      email: 'a@example.com',
      first_name: 'Ann',
      has_opt_in_email,
    });
    expect(sent()).toMatchObject({ has_opt_in_email: has_opt_in_email.trim().toLowerCase() === 'true' });
    expect(warnings).toEqual(['Read from JSON text: has_opt_in_email.']);
  });

  test.each(['yes', '1', 'null', '"true"', '[true]'])('%j is not a boolean', async (has_opt_in_email) => {
    const failure = await used.failure('manychat_create_subscriber', { email: 'a@example.com', has_opt_in_email });
    expect(failure.message).toBe('has_opt_in_email: must be a boolean, not a string');
    expect(used.sandbox.requests()).toEqual([]);
  });

  test('stays text where a text can be meant', async () => {
    for (const field_value of ['["a"]', '{"a":1}', 'true']) {
      await used.result('manychat_set_custom_field_by_name', {
        subscriber_id: maria,
        field_name: 'favourite_roast',
        field_value,
      });
      expect(sent()).toMatchObject({ field_value });
    }
    await used.result('manychat_send_text', { subscriber_id: maria, text: '[1, 2]' });
    expect(sent()).toMatchObject({ data: { content: { messages: [{ text: '[1, 2]' }] } } });
  });

  test('in the payload of a callback stays as it is', async () => {
    const payload = { list: '[1]', flag: 'true', none: null, empty: '', object: {} };
    const button = {
      type: 'dynamic_block_callback',
      caption: 'Ask',
      url: 'https://example.com/ask',
      method: 'post',
      payload,
    };
    await used.result('manychat_send_content', {
      subscriber_id: maria,
      data: { version: 'v2', content: { messages: [{ ...message, buttons: JSON.stringify([button]) }] } },
    });
    expect(sent()).toMatchObject({ data: { content: { messages: [{ buttons: [button] }] } } });
  });

  test.each([
    ['manychat_for_each_subscriber', { action: 'add_tag', tag_name: 'VIP' }, 'subscriber_ids', '{"a": 1}', 'an array'],
    ['manychat_for_each_subscriber', { action: 'add_tag', tag_name: 'VIP' }, 'subscriber_ids', maria, 'an array'],
    ['manychat_send_text', { subscriber_id: maria, text: 'Hi' }, 'buttons', 'x'.repeat(200), 'an array'],
    ['manychat_send_text', { subscriber_id: maria, text: 'Hi' }, 'quick_replies', '"[]"', 'an array'],
  ])('of another type is refused by %s %j with one complaint', async (tool, args, key, value, type) => {
    const failure = await used.failure(tool, { ...args, [key]: value });
    expect(failure.message).toBe(`${key}: must be ${type}, not a string`);
    expect(used.sandbox.requests()).toEqual([]);
  });

  test('that is not a list is told one fault, in content and in a list of fields too', async () => {
    const messages = await used.failure('manychat_send_content', {
      subscriber_id: maria,
      data: { version: 'v2', content: { messages: 'Hi '.repeat(20) } },
    });
    expect(messages.message).toBe('data.content.messages: must be an array, not a string');
    const fields = await used.failure('manychat_set_custom_fields', { subscriber_id: maria, fields: 'size = 42, …' });
    expect(fields.message).toBe('fields: must be a list like [{"field_name": "size", "field_value": "42"}]');
  });

  test('with the key __proto__ or nested too deep is refused', async () => {
    const call = { subscriber_id: maria, flow_ns: 'content1' };
    const deep = `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`;
    const failures = await Promise.all(
      ['{"size": {"__proto__": 1}}', deep].map((fields) =>
        used.failure('manychat_set_fields_and_send_flow', { ...call, fields }),
      ),
    );
    expect(failures.map((failure) => [failure.kind, failure.message])).toEqual([
      ['invalid_input', 'fields.size: the key "__proto__" is not accepted'],
      ['invalid_input', 'fields: is nested more than 50 levels deep'],
    ]);
  });
});

describe('JSON text that holds no object', () => {
  test.each([
    ['manychat_send_content_by_user_ref', { user_ref: '1' }, 'Hello', 'data: must be JSON text of an object'],
    [
      'manychat_send_content',
      { subscriber_id: maria },
      '{"version":"v2","content":{"messages":[',
      'data: is not valid JSON',
    ],
    [
      'manychat_for_each_subscriber',
      { subscriber_ids: [maria], action: 'send_content' },
      '{"a":1,}',
      'data: is not valid JSON',
    ],
  ])('is refused by %s with the reason', async (tool, args, data, reason) => {
    const failure = await used.failure(tool, { ...args, data });
    expect(failure.message).toMatch(new RegExp(`^${reason}`));
    expect(failure.message.split(';')).toHaveLength(1);
    expect(used.sandbox.requests()).toEqual([]);
  });

  test('is a problem that manychat_check_content reports', async () => {
    const result = await used.result('manychat_check_content', { data: 'Hello' });
    expect(result).toMatchObject({ valid: false, problems: ['data: must be JSON text of an object'] });
  });
});

describe('JSON text with a key twice', () => {
  test('is refused where an object is declared, since it could mean two things', async () => {
    const data = '{"version":"v2","content":{"messages":[{"type":"text","text":"Yes","text":"No"}]}}';
    const failure = await used.failure('manychat_send_content', { subscriber_id: maria, data });
    expect(failure.message).toBe('data: has the key "text" twice');
    expect(used.sandbox.requests()).toEqual([]);
  });
});

describe('null and empty values', () => {
  test('under keys that the tool does not declare are taken as not given if they are null', async () => {
    const { warnings } = await used.result('manychat_send_text', {
      subscriber_id: maria,
      text: 'Hi',
      send_at: null,
      buttons: [{ caption: 'x', url: 'https://example.com', type: null }],
    });
    expect(warnings).toEqual(['Taken as not given, because null or empty: send_at, buttons[0].type.']);
    const failure = await used.failure('manychat_send_text', { subscriber_id: maria, text: 'Hi', send_at: '' });
    expect(failure.message).toContain('"send_at" not known');
  });

  test('of arguments for another action are taken as not given', async () => {
    const others = { fields: {}, text: '', channel: null, data: {}, flow_ns: '' };
    const { warnings } = await used.result('manychat_for_each_subscriber', {
      subscriber_ids: [maria],
      action: 'add_tag',
      tag_name: 'VIP',
      ...others,
    });
    expect(warnings).toEqual(['Taken as not given, because null or empty: fields, text, channel, data, flow_ns.']);
  });

  test('of required arguments are refused', async () => {
    const text = await used.failure('manychat_send_text', { subscriber_id: null, text: null });
    expect(text.message).toMatch(/^subscriber_id: must be decimal digits.*; text: must be a string, not null$/);
    const fields = await used.failure('manychat_set_custom_fields', { subscriber_id: maria, fields: [] });
    expect(fields.message).toMatch(/^fields: must have at least 1/);
    const action = { subscriber_ids: [maria], action: 'send_text', text: '' };
    expect((await used.failure('manychat_for_each_subscriber', action)).message).toBe(
      'text: is required for send_text',
    );
  });

  test('of a field are values', async () => {
    const field = { subscriber_id: maria, field_name: 'favourite_roast' };
    await used.result('manychat_set_custom_field_by_name', { ...field, field_value: '' });
    expect(sent()).toMatchObject({ field_value: '' });
    await used.result('manychat_set_custom_fields', {
      subscriber_id: maria,
      fields: [{ field_name: 'favourite_roast', field_id: null, field_value: '' }],
    });
    expect(sent()).toMatchObject({ fields: [{ field_name: 'favourite_roast', field_value: '' }] });
  });

  test('that are all there is to change make an update that is refused', async () => {
    const failure = await used.failure('manychat_update_subscriber', {
      subscriber_id: maria,
      first_name: '',
      email: null,
    });
    expect(failure).toMatchObject({
      kind: 'invalid_input',
      message: 'give at least one thing to change besides subscriber_id',
      details: ['Taken as not given, because null or empty: first_name, email.'],
    });
    expect(used.sandbox.requests()).toEqual([]);
  });

  test('instead of all arguments are no arguments', async () => {
    const outcome = await used.caller.call('manychat_list_tags', null);
    expect(outcome).toMatchObject({ ok: true });
  });
});

describe('a key that the tool does not declare', () => {
  test.each([
    [{ dry_run: true }, '"dry_run" not known (a dry run is a setting of this server'],
    [{ send_at: '2027-01-01' }, '"send_at" not known (nothing here can be sent later)'],
    [{ subscriberId: maria }, '"subscriberId" not known (did you mean subscriber_id?); known: subscriber_id, text'],
    [{ tool: 'x' }, '"tool" not known; known:'],
    [{ action: 'sendMessage' }, '"action" not known; known:'],
    [{ sessionId: 'a', text_: 'x' }, '"text_" not known (did you mean text?); known:'],
    [{ session_id: 'a' }, '"session_id" not known'],
    [
      { buttons: [{ caption: 'x', url: 'https://example.com', flowns: 'x' }] },
      'buttons[0]: "flowns" not known here (did you mean flow_ns?)',
    ],
  ])('is refused: %j', async (args, words) => {
    const plain = 'subscriberId' in args ? { text: 'Hi' } : { subscriber_id: maria, text: 'Hi' };
    const failure = await used.failure('manychat_send_text', { ...plain, ...args });
    expect(failure.message).toContain(words);
    expect(failure).toMatchObject({ kind: 'invalid_input', performed: 'no' });
    expect(used.sandbox.requests()).toEqual([]);
  });

  test('of a client is dropped, but not where the tool declares it', async () => {
    const keys = { sessionId: 'abc', toolCallId: 'call_1', tool: 'x', chatInput: 'find Ana', _meta: {}, dummy: 1 };
    const { warnings } = await used.result('manychat_find_subscribers_by_name', {
      name: 'John Doe',
      action: 'sendMessage',
      ...keys,
    });
    expect(warnings).toEqual([
      'Ignored, because clients add it: "action", "sessionId", "toolCallId", "tool", "chatInput", "_meta", "dummy".',
    ]);
    const tagged = { subscriber_ids: [maria], action: 'add_tag', tag_name: 'VIP' };
    expect(await used.result('manychat_for_each_subscriber', { ...keys, ...tagged })).toMatchObject({ done: 1 });
  });
});

describe('a channel beside content', () => {
  test.each(['instagram', 'Instagram'])('%s is the type of the content', async (channel) => {
    const { warnings } = await used.result('manychat_send_content', { subscriber_id: sofia, data, channel });
    expect(sent()).toMatchObject({ data: { content: { type: 'instagram', ...content } } });
    expect(warnings).toEqual(['channel was read as the content\'s type, "instagram".']);
    const many = { subscriber_ids: [sofia], action: 'send_content', data, channel };
    if (channel === 'instagram')
      expect(await used.result('manychat_for_each_subscriber', many)).toMatchObject({ accepted: 1 });
  });

  test.each([
    ['telegram', 'instagram', /^channel: "telegram" contradicts content\.type "instagram"/],
    ['messenger', 'whatsapp', /^channel: "messenger" contradicts content\.type "whatsapp"/],
    ['tiktok', undefined, /^channel: must be one of "messenger", "instagram", "whatsapp", "telegram"$/],
    ['sms', undefined, /^channel: must be one of "messenger", .*nothing here sends e-mail or SMS$/],
  ])('%s is refused with the type %s', async (channel, type, words) => {
    const typed = { version: 'v2', content: { type, ...content } };
    const failure = await used.failure('manychat_send_content', { subscriber_id: sofia, data: typed, channel });
    expect(failure.message).toMatch(words);
    expect(used.sandbox.requests()).toEqual([]);
  });
});

describe('a button in content', () => {
  const sendButton = (button: object) =>
    used.failure('manychat_send_content', {
      subscriber_id: maria,
      data: { version: 'v2', content: { messages: [{ ...message, buttons: [button] }] } },
    });

  test.each([
    [{ caption: 'x', url: 'https://example.com', flow_ns: 'content1' }],
    [{ caption: 'x', url: 'https://example.com', method: 'post' }],
    [{ caption: 'x' }],
    [{ type: 'call', caption: 'x', flow_ns: 'content1' }],
  ])('that could mean two things is refused: %j', async (button) => {
    expect(await sendButton(button)).toMatchObject({ kind: 'invalid_content', performed: 'no' });
    expect(used.sandbox.requests()).toEqual([]);
  });

  test('of the shape of manychat_send_text is read and warned about', async () => {
    const buttons = [{ caption: 'Track', url: 'https://example.com' }];
    const { valid, warnings } = await used.result('manychat_check_content', {
      data: { version: 'v2', content: { messages: [{ ...message, buttons }] } },
    });
    expect(valid).toBe(true);
    expect(warnings).toEqual([
      'data.content.messages[0].buttons[0]: a button with url and no type was read as one of type url.',
    ]);
  });
});

describe('content that could mean two things', () => {
  const reply = { type: 'node', caption: 'b', target: 'x' };
  test.each([
    ['another version without its wrapper', { version: 'v3', messages: [message] }],
    [
      'quick replies that are no list beside a list inside a message',
      {
        version: 'v2',
        content: { messages: [{ ...message, quick_replies: [reply] }], quick_replies: { caption: 'a' } },
      },
    ],
    [
      'two different message tags',
      { version: 'v2', message_tag: 'A', content: { messages: [message], message_tag: 'B' } },
    ],
  ])('is refused and not sent: %s', async (_, data) => {
    const failure = await used.failure('manychat_send_content', { subscriber_id: maria, data });
    expect(failure).toMatchObject({ kind: 'invalid_content', performed: 'no' });
    expect(used.sandbox.requests()).toEqual([]);
  });
});
