import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Channel } from '../../tools/message/channels.js';
import { aisha, dmitri, maria, sofia } from '../support/people.js';
import { useCaller } from '../support/sandboxed.js';
import { sentOne } from '../support/sent.js';

/** A contact with an open window for each channel. */
const contacts: Readonly<Record<Channel, string>> = {
  messenger: maria,
  instagram: sofia,
  whatsapp: aisha,
  telegram: dmitri,
};
const named: Channel[] = ['messenger', 'instagram', 'whatsapp', 'telegram'];

const used = useCaller({ random: () => 0 });

const send = (data: unknown, channel: Channel = 'messenger', more: object = {}) =>
  used.caller.call('manychat_send_content', { subscriber_id: contacts[channel], data, ...more });
const ofMessages = (...messages: object[]) => ({ version: 'v2', content: { messages } });
const ofText = (text: string, more: object = {}) => ofMessages({ type: 'text', text, ...more });

async function complaint(data: unknown, more: object = {}): Promise<string> {
  const outcome = await send(data, 'messenger', more);
  if (outcome.ok) throw new Error('was accepted');
  expect(outcome.failure).toMatchObject({ kind: 'invalid_content', performed: 'no', source: 'client' });
  expect(used.sandbox.requests()).toHaveLength(0);
  return outcome.failure.message;
}

describe('the documented message formats', () => {
  test.each([
    ['text', ofText('Your message here')],
    ['image', ofMessages({ type: 'image', url: 'https://example.com/image.jpg' })],
    [
      'buttons',
      ofText('Click a button:', {
        buttons: [
          { type: 'url', caption: 'Visit Website', url: 'https://example.com' },
          { type: 'flow', caption: 'Start Flow', target: 'content123' },
        ],
      }),
    ],
  ])('%s: is sent unchanged, without a warning', async (_, data) => {
    const result = { ...sentOne({ subscriber_id: maria }), messages: data.content.messages.length };
    expect(await send(data)).toEqual({ ok: true, result });
    expect(used.sandbox.messages()[0]?.messages).toEqual(data.content.messages);
  });

  test('quick replies of type node inside a message: are corrected with a warning', async () => {
    const quick_replies = [
      { type: 'node', caption: 'Option 1', target: 'content123' },
      { type: 'node', caption: 'Option 2', target: 'content456' },
    ];
    const outcome = await send(ofText('Choose an option:', { quick_replies }));
    expect(outcome.ok && outcome.result.warnings).toHaveLength(3);
    expect(used.sandbox.messages()[0]).toMatchObject({
      messages: [{ type: 'text', text: 'Choose an option:' }],
      quick_replies: quick_replies.map((reply) => ({ ...reply, type: 'flow' })),
    });
  });
});

describe('unambiguous mistakes', () => {
  const text = { type: 'text', text: 'hi' };
  test.each([
    ['no wrapper', { messages: [text] }, /wrapper/],
    ['no version', { content: { messages: [text] } }, /version/],
    ['a list', [text], /list of messages/],
    ['JSON text', JSON.stringify({ messages: [text] }), /JSON text/],
    [
      'Messenger in other words',
      { version: 'v2', content: { type: 'Facebook', messages: [text] } },
      /was read as "messenger"/,
    ],
  ])('%s: is corrected with a warning', async (_, data, warning) => {
    const outcome = await send(data);
    expect(outcome.ok && String(outcome.result.warnings)).toMatch(warning);
    expect(used.sandbox.messages()[0]?.messages).toEqual([text]);
  });

  test('reads a channel in capitals', async () => {
    const data = { version: 'v2', content: { type: 'Telegram', messages: [text] } };
    expect(await used.result('manychat_check_content', { data })).toMatchObject({
      valid: true,
      data: { content: { type: 'telegram' } },
      warnings: ['Read without regard to capitals: data.content.type.'],
    });
    const asked = await used.result('manychat_check_content', { data: ofText('x'), channel: 'Instagram' });
    expect(asked.warnings).toContainEqual('Read without regard to capitals: channel.');
  });

  test('takes messenger as a type without a warning, since clients are shown it', async () => {
    const outcome = await send({ version: 'v2', content: { type: 'messenger', messages: [text] } });
    expect(outcome).toMatchObject({ ok: true, result: { ok: true } });
    expect(outcome.ok && outcome.result.warnings).toBeUndefined();
    expect(used.sandbox.requests().at(-1)?.body).toMatchObject({ data: { content: { messages: [text] } } });
    expect(JSON.stringify(used.sandbox.requests().at(-1)?.body)).not.toContain('messenger');
  });

  test('rejects a message_tag inside the content by its path if the tool takes none', async () => {
    const data = { version: 'v2', content: { messages: [text], message_tag: 'ACCOUNT_UPDATE' } };
    const outcome = await used.caller.call('manychat_send_content_by_user_ref', { user_ref: '-1', data });
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'invalid_content' } });
    expect(outcome).toMatchObject({
      failure: { message: expect.stringMatching(/data\.content: "message_tag" not known/) },
    });
  });

  test('moves a message_tag out of the content, and ManyChat refuses it', async () => {
    const outcome = await send({ version: 'v2', content: { messages: [text], message_tag: 'ACCOUNT_UPDATE' } });
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'message_tag_refused' } });
  });

  test('rejects ambiguous mistakes instead of guessing', async () => {
    expect(await complaint(ofText('x', { buttons: [{ type: 'node', caption: 'a', target: 'Step 2' }] }))).toContain(
      'use flow',
    );
    expect(await complaint({ version: 'v2', content: { messages: [text], quickReplies: [] } })).toContain(
      '"quickReplies" not known',
    );
    expect(await complaint('not JSON')).toContain('data: must be');
    const tags = { message_tag: 'A' };
    expect(await complaint({ version: 'v2', content: { messages: [text], message_tag: 'B' } }, tags)).toContain(
      '"message_tag" not known',
    );
  });
});

describe('the schema of data', () => {
  test('reports every mistake with its path', async () => {
    const message = await complaint(
      ofMessages(
        {
          type: 'text',
          text: 'a',
          buttons: [{ type: 'url', caption: 'x' }, { type: 'link' }, { type: 'call', caption: 'c' }],
        },
        { type: 'txt' },
        { type: 'cards', elements: [{ title: 'x'.repeat(81), action_url: 'example.com' }] },
        { type: 'image', url: 'example.com/x.png' },
      ),
    );
    for (const part of [
      'messages[0].buttons[0].url: a url button needs `url`',
      'messages[0].buttons[1].type: a button must have one of the types',
      'messages[0].buttons[2].phone: a call button needs `phone`',
      'messages[1].type: a message must have one of the types',
      'messages[2].elements[0].title: takes at most 80 characters',
      'messages[2].elements[0].action_url: must be a full web address',
      'messages[3].url: must be a full web address',
    ]) {
      expect(message).toContain(part);
    }
  });

  const text = { type: 'text', text: 'x' };
  const flow = { type: 'flow', caption: 'x', target: 'content123' };
  test.each([
    ['11 messages', ofMessages(...Array(11).fill(text)), 'takes at most 10 messages'],
    ['no message', ofMessages(), 'needs at least one message'],
    ['4 buttons', ofText('x', { buttons: Array(4).fill(flow) }), 'takes at most 3 buttons'],
    ['11 cards', ofMessages({ type: 'cards', elements: Array(11).fill({ title: 'x' }) }), 'takes at most 10 cards'],
    [
      '12 quick replies',
      { version: 'v2', content: { messages: [text], quick_replies: Array(12).fill(flow) } },
      'takes at most 11 quick replies',
    ],
    [
      '6 actions',
      { version: 'v2', content: { messages: [text], actions: Array(6).fill({ action: 'add_tag', tag_name: 'VIP' }) } },
      'takes at most 5 actions',
    ],
    ['a long text', ofText('😀'.repeat(2_001)), 'has 2001 characters; messenger takes 2000'],
    [
      'a caption',
      ofText('x', { buttons: [{ type: 'flow', caption: ' ', target: 'content123' }] }),
      'a flow button needs a `caption`',
    ],
  ])('rejects %s', async (_, data, words) => {
    expect(await complaint(data)).toContain(words);
  });

  test('rejects what a channel does not support, and sends what is undocumented with a warning', async () => {
    const on = (type: string, ...messages: object[]) => ({ version: 'v2', content: { type, messages } });
    const long = on('instagram', { type: 'text', text: 'x'.repeat(1_001) });
    expect(await complaint(long)).toContain('instagram takes 1000');
    expect(await complaint(on('whatsapp', { type: 'video', url: 'https://x.y/z' }))).toContain(
      'video does not work on whatsapp',
    );
    const image = await send(on('whatsapp', { type: 'image', url: 'https://x.y/z' }), 'whatsapp');
    expect(image).toMatchObject({
      ok: true,
      result: { ok: true, warnings: [expect.stringContaining('does not document whether whatsapp supports image')] },
    });
    const placeholder = await send(ofText('Hi {{first_name}}'));
    expect(placeholder.ok && String(placeholder.result.warnings)).toContain('sent literally');
  });
});

describe('the schema and the sandbox, which implements the rules independently', () => {
  const rarely = <Value>(usual: fc.Arbitrary<Value>, odd: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 70, arbitrary: usual as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: odd });
  const nothing = fc.constantFrom(undefined, null, 7, '');
  const word = rarely(fc.constantFrom('Shop', 'Ja, bitte', 'قهوة', '☕️'), nothing);
  const web = rarely(
    fc.constant('https://example.com/a'),
    fc.constantFrom('http://example.com', 'example.com', undefined, 'ftp://x'),
  );
  const target = rarely(fc.constant('content123'), nothing);
  const action = rarely(
    fc.constantFrom(
      { action: 'add_tag', tag_name: 'VIP' },
      { action: 'set_field_value', field_name: 'coupon_code', value: 'X1' },
      { action: 'unset_field_value', field_name: 'coupon_code' },
    ),
    fc.constantFrom({ action: 'jump' }, 7, { action: 'add_tag' }),
  );
  const few = <Value>(item: fc.Arbitrary<Value>, most: number) =>
    rarely(fc.array(item, { maxLength: Math.min(most, 3) }), fc.array(item, { minLength: most, maxLength: most + 1 }));
  const flowButton = fc.record({ type: fc.constant('flow'), caption: word, target });
  const callback = fc.record({
    type: fc.constant('dynamic_block_callback'),
    caption: word,
    url: web,
    method: fc.constantFrom('post', 'post', 'get'),
  });
  const customer = fc.constant({ shipping_address: true, contact_name: true, contact_phone: false });
  const product = fc.record({ label: word, cost: rarely(fc.nat(10_000), fc.constantFrom(-1, 1.5, '9')) });
  const button = fc.oneof(
    fc.record({ type: fc.constant('url'), caption: word, url: web }),
    fc.record({
      type: fc.constant('url'),
      caption: word,
      url: web,
      webview_size: rarely(fc.constant('full'), fc.constant('huge')),
    }),
    flowButton,
    flowButton,
    fc.record({ type: fc.constant('call'), caption: word, phone: word }),
    fc.record({ type: fc.constant('buy'), caption: word, customer, product }),
    callback,
    fc.constant({ type: 'node', caption: 'x', target: 'Step 2' }),
  );
  const text = rarely(
    fc.constantFrom('Hello', 'x'.repeat(1_000), '😀'.repeat(900)),
    fc.constantFrom('x'.repeat(1_500), '😀'.repeat(2_001), undefined, ''),
  );
  const card = fc.record(
    {
      title: rarely(word, fc.constant('x'.repeat(81))),
      subtitle: word,
      image_url: web,
      action_url: web,
      buttons: few(button, 3),
    },
    { requiredKeys: ['title'] },
  );
  const message = fc.oneof(
    fc.record({ type: fc.constant('text'), text }),
    fc.record({ type: fc.constant('text'), text, buttons: few(button, 3) }),
    fc.record(
      { type: fc.constantFrom('image', 'video', 'audio'), url: web, buttons: few(button, 3) },
      { requiredKeys: ['type', 'url'] },
    ),
    fc.record({ type: fc.constant('file'), url: web }),
    fc.record({
      type: fc.constant('cards'),
      elements: rarely(fc.array(card, { minLength: 1, maxLength: 2 }), fc.constant([])),
    }),
    fc.constant({ type: 'list', text: 'x' }),
  );
  const content = fc.record(
    {
      messages: rarely(
        fc.array(message, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(undefined, [], Array(11).fill({ type: 'text', text: 'x' })),
      ),
      quick_replies: few(fc.oneof(flowButton, flowButton, callback), 11),
      actions: few(action, 5),
    },
    { requiredKeys: ['messages'] },
  );

  /** Whether the sandbox accepts content that is sent to it directly. */
  async function takenBySandbox(channel: Channel, data: object): Promise<boolean> {
    const response = await fetch(`${used.sandbox.url}/manychat/fb/sending/sendContent`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${used.sandbox.matonKey}`,
        'maton-connection': used.sandbox.connectionId,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ subscriber_id: contacts[channel], data }),
    });
    return response.ok;
  }

  test('agree on 2,000 generated contents', async () => {
    const verdicts = { passed: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...named), content, async (channel, given) => {
        const data = { version: 'v2', content: { ...(channel !== 'messenger' && { type: channel }), ...given } };
        const outcome = await send(data, channel);
        const ours = outcome.ok || outcome.failure.source !== 'client';
        verdicts[ours ? 'passed' : 'refused'] += 1;
        expect(outcome.ok, JSON.stringify(outcome)).toBe(ours);
        if (!ours) expect(await takenBySandbox(channel, data), JSON.stringify(outcome)).toBe(false);
      }),
      { numRuns: 2_000, seed: 4, endOnFailure: true },
    );
    expect(verdicts.passed).toBeGreaterThan(300);
    expect(verdicts.refused).toBeGreaterThan(300);
  });
});
