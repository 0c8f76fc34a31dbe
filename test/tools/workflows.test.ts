import { describe, expect, test } from 'vitest';
import { aisha, dmitri, maria, sofia, tom } from '../support/people.js';
import { lost, useCaller } from '../support/sandboxed.js';
import { sentOne, startedFlow } from '../support/sent.js';

const sayThis = 'content20240311101502_501223';

const used = useCaller({ random: () => 0 });

describe('manychat_send_text', () => {
  const send = (args: object) => ({ subscriber_id: maria, text: 'Your order has shipped!', ...args });

  test('sends a text with buttons and quick replies in one request', async () => {
    const buttons = [
      { caption: 'Track it', url: 'https://example.com/1042' },
      { caption: 'Ask', flow_ns: 'content123456' },
    ];
    const quick_replies = [{ caption: 'Thanks', flow_ns: 'content123456' }];
    expect(await used.result('manychat_send_text', send({ channel: 'messenger', buttons, quick_replies }))).toEqual(
      sentOne({ subscriber_id: maria }),
    );
    expect(used.paths()).toEqual(['sendContent']);
    expect(used.sandbox.messages()).toMatchObject([
      {
        subscriber_id: maria,
        messages: [
          {
            type: 'text',
            text: 'Your order has shipped!',
            buttons: [
              { type: 'url', caption: 'Track it', url: 'https://example.com/1042' },
              { type: 'flow', caption: 'Ask', target: 'content123456' },
            ],
          },
        ],
        quick_replies: [{ type: 'flow', caption: 'Thanks', target: 'content123456' }],
      },
    ]);
  });

  test.each([
    ['instagram', sofia, 1_000],
    ['whatsapp', aisha, 2_000],
    ['telegram', dmitri, 2_000],
  ])(
    'splits a long text for %s in one request, with the buttons below the last part',
    async (channel, subscriber_id, longest) => {
      const text = 'Quite a long sentence about coffee. '.repeat(120).trim();
      const buttons = [{ caption: 'Ask', flow_ns: 'content123456' }];
      const { warnings } = await used.result('manychat_send_text', { subscriber_id, text, channel, buttons });
      expect(used.countOf('sendContent')).toBe(1);
      const [delivery] = used.sandbox.messages();
      const parts = (delivery?.messages ?? []) as { text: string; buttons?: unknown[] }[];
      expect(parts.map((part) => part.text).join('')).toBe(text);
      for (const part of parts) expect(part.text.length).toBeLessThanOrEqual(longest);
      expect(parts.map((part) => part.buttons?.length ?? 0)).toEqual([...Array(parts.length - 1).fill(0), 1]);
      expect(delivery?.channel).toBe(channel);
      expect(warnings).toEqual([`The text was long and was sent as ${parts.length} messages.`]);
    },
  );

  test.each([
    [{ text: ' \n' }, /^text: must not be empty$/],
    [{ text: 'word '.repeat(5_000) }, /^text: has 24999 characters; one call takes at most 10 messages of 2000/],
    [{ channel: 'sms' }, /^channel: must be one of "messenger"/],
    [{ buttons: [{ caption: 'x' }] }, /^buttons\[0\]: a button needs exactly one of `url` and `flow_ns`$/],
    [{ buttons: [{ caption: 'x', url: 'example.com' }] }, /^buttons\[0\].url: must be a full web address/],
    [{ channel: 'telegram', quick_replies: [{ caption: 'x', flow_ns: 'content1' }] }, /does not work on telegram/],
    [
      { text: 'Hi {{first_name}}' },
      /^text: holds \{\{first_name\}\}, which only flows fill in: .*manychat_set_fields_and_send_flow/,
    ],
    [{ quick_replies: Array(12).fill({ caption: 'x', flow_ns: 'content1' }) }, /takes at most 11 quick replies/],
  ])('rejects %j before any request', async (args, words) => {
    expect(await used.failure('manychat_send_text', send(args))).toMatchObject({
      kind: 'invalid_input',
      message: expect.stringMatching(words),
      performed: 'no',
    });
    expect(used.sandbox.requests()).toEqual([]);
  });

  test('warns about what is not documented', async () => {
    const { warnings } = await used.result('manychat_send_text', {
      subscriber_id: aisha,
      text: 'Hi',
      channel: 'whatsapp',
      buttons: [{ caption: 'Shop', url: 'https://example.com' }],
    });
    expect(warnings).toEqual(['ManyChat does not document whether whatsapp supports url; it may refuse or drop it.']);
  });

  test('does not send a second message after a lost response', async () => {
    used.sandbox.injectFault(lost('sendContent', true));
    expect(await used.failure('manychat_send_text', send({}))).toMatchObject({ kind: 'network', performed: 'unknown' });
    expect(used.countOf('sendContent')).toBe(1);
    expect(used.sandbox.messages()).toHaveLength(1);
  });

  test('explains a refusal by the contact, without a list of steps', async () => {
    const { kind, details } = await used.failure('manychat_send_text', send({ subscriber_id: tom }));
    expect(kind).toBe('window_closed');
    expect(details?.[0]).toMatch(/^The contact last interacted 3 d ago/);
  });
});

describe('manychat_set_fields_and_send_flow', () => {
  const call = { subscriber_id: maria, fields: { reply_text: 'It has shipped' }, flow_ns: sayThis };

  test('sets the fields, then starts the flow that shows them', async () => {
    expect(await used.result('manychat_set_fields_and_send_flow', call)).toEqual({
      ...startedFlow({ contact: 'Maria Garcia' }, sayThis),
      fields: [{ field: 'reply_text', value: 'It has shipped' }],
    });
    expect(used.paths().slice(-2)).toEqual(['setCustomFields', 'sendFlow']);
    expect(used.sandbox.messages().at(-1)?.messages).toMatchObject([{ text: 'It has shipped' }]);
  });

  /** Creates fifty fields, which take three requests to set. */
  async function fiftyFields(): Promise<Record<string, string>> {
    const names = Array.from({ length: 50 }, (_, index) => `note ${index}`);
    for (const caption of names) await used.result('manychat_create_custom_field', { caption, type: 'text' });
    return Object.fromEntries(names.map((name) => [name, `about ${name}`]));
  }

  test('sets fifty fields, twenty a request', async () => {
    const fields = await fiftyFields();
    await used.result('manychat_set_fields_and_send_flow', { ...call, fields });
    expect(used.countOf('setCustomFields')).toBe(3);
    const { subscriber } = await used.result('manychat_get_subscriber', { subscriber_id: maria });
    expect(JSON.stringify(subscriber)).toContain('about note 49');
  });

  test('reports a failed request with the fields that were set and not set, and does not start the flow', async () => {
    const fields = await fiftyFields();
    used.sandbox.injectFault({
      match: { path: 'setCustomFields' },
      after: 1,
      times: 9,
      status: 400,
      body: { status: 'error', message: 'No' },
    });
    const failure = await used.failure('manychat_set_fields_and_send_flow', { ...call, fields });
    expect(failure).toMatchObject({ kind: 'rejected', message: 'No', performed: 'no' });
    const names = (from: number, to: number) =>
      Object.keys(fields)
        .slice(from, to)
        .map((name) => JSON.stringify(name))
        .join(', ');
    expect(failure.details).toEqual([
      `Done: set ${names(0, 20)}.`,
      `Failed: set ${names(20, 40)}.`,
      `Not done: set ${names(40, 50)}; start flow ${sayThis}.`,
    ]);
    expect(used.countOf('sendFlow')).toBe(0);
    expect(used.sandbox.messages()).toEqual([]);
  });

  test('suggests a similar name for an unknown field, and does not start the flow', async () => {
    const failure = await used.failure('manychat_set_fields_and_send_flow', { ...call, fields: { reply_txt: 'x' } });
    expect(failure).toMatchObject({ kind: 'not_found', performed: 'no' });
    expect(failure.details).toEqual([
      'Failed: set "reply_txt".',
      `Not done: start flow ${sayThis}.`,
      'Field not found',
      'There is no custom field "reply_txt"; the closest are "reply_text"; if none is meant, manychat_create_custom_field creates one, after the user agrees: the API cannot delete it.',
    ]);
    expect(used.countOf('sendFlow')).toBe(0);
  });

  test('suggests a similar name for an unknown flow, and reports that the fields are set', async () => {
    const failure = await used.failure('manychat_set_fields_and_send_flow', { ...call, flow_ns: 'Say this' });
    expect(failure).toMatchObject({ kind: 'not_found', performed: 'no' });
    expect(failure.details?.[0]).toBe('Done: set "reply_text".');
    expect(failure.details?.at(-1)).toBe(`There is no flow "Say this"; the closest are "${sayThis}" ("Say this").`);
  });

  test('reports a flow without a response as unknown, and starts it once', async () => {
    used.sandbox.injectFault(lost('sendFlow', true));
    const failure = await used.failure('manychat_set_fields_and_send_flow', call);
    expect(failure).toMatchObject({ kind: 'network', performed: 'unknown', retryable: false });
    expect(failure.details).toEqual(['Done: set "reply_text".', `Outcome unknown: start flow ${sayThis}.`]);
    expect(used.countOf('sendFlow')).toBe(1);
  });

  test('retries the fields after a lost response', async () => {
    used.sandbox.injectFault(lost('setCustomFields', true));
    expect(await used.result('manychat_set_fields_and_send_flow', call)).toEqual({
      ...startedFlow({ contact: 'Maria Garcia' }, 'Say this'),
      fields: [{ field: 'reply_text', value: 'It has shipped' }],
    });
    expect(used.countOf('setCustomFields')).toBe(2);
    expect(used.countOf('sendFlow')).toBe(1);
  });

  test('converts values to the types of their fields', async () => {
    const fields = { purchase_count: '4', next_delivery: '2026-12-01T10:00Z' };
    expect((await used.result('manychat_set_fields_and_send_flow', { ...call, fields })).warnings).toEqual([
      'fields.next_delivery: "2026-12-01T10:00Z" was changed to "2026-12-01T10:00:00+00:00", because the field is of type datetime.',
    ]);
  });

  test('explains the list that manychat_set_custom_fields takes when it gets one item', async () => {
    const failure = await used.failure('manychat_set_custom_fields', {
      subscriber_id: '123456789',
      fields: { field_name: 'size', field_value: 1 },
    });
    expect(failure.message).toBe('fields: must be a list like [{"field_name": "size", "field_value": "42"}]');
  });

  test.each([
    [{}, /^fields: needs at least one field$/],
    [{ a: 'x', A: 'y' }, /^fields: names a field twice/],
    [{ '': 'x' }, /^fields: has a value with an empty field name$/],
    [{ ' ': 'x', a: 'y' }, /^fields: has a value with an empty field name$/],
    ['size = 42', /^fields: must be a list like \[\{"field_name": "size", "field_value": "42"\}\]$/],
    [{ field_name: 'a', field_value: 'x' }, /^fields: must be a list like \[\{"field_name": …, "field_value": …\}\]$/],
    [[{ field_id: 7, field_value: 'x' }], /^fields\[0\]: must have just field_name and field_value$/],
    [[{ field_name: 'a', field_id: 7, field_value: 'x' }], /^fields\[0\]: must have just field_name and field_value$/],
    [[{ field_name: 'a' }], /^fields\[0\]: must have just field_name and field_value$/],
    [['a', 'x'], /^fields\[0\]: must have just field_name and field_value$/],
    [
      [
        { field_name: 'a', field_value: 'x' },
        { name: 'a', value: 'y' },
      ],
      /^fields: has "a" twice$/,
    ],
    [[{ field_name: '__proto__', field_value: 'x' }], /^fields: the key "__proto__" is not accepted$/],
    [[], /^fields: must be a list like/],
  ])('rejects fields like %j', async (fields, words) => {
    const failure = await used.failure('manychat_set_fields_and_send_flow', { ...call, fields });
    expect([failure.kind, failure.message]).toEqual(['invalid_input', expect.stringMatching(words)]);
    expect(used.sandbox.requests()).toEqual([]);
  });
});
