import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { channelProblems, contentWarnings } from '../../tools/message/channel-rules.js';
import { content as grammar } from '../../tools/message/content.js';
import { examples } from '../../ui/gallery/examples.js';
import { channelIn, readContent } from '../../ui/message-view/reading.js';

const channels = ['messenger', 'instagram', 'whatsapp', 'telegram'] as const;
const textMessage = (text: string) => ({ type: 'text', text });

describe('the channel of content', () => {
  test.each([
    ['instagram', { type: 'instagram', messages: [] }],
    ['instagram', { version: 'v2', content: { type: ' Instagram', messages: [] } }],
    ['whatsapp', '{"content":{"type":"whatsapp","messages":[]}}'],
    ['messenger', { messages: [] }],
    ['messenger', { type: 'facebook', messages: [] }],
    ['messenger', { type: 7 }],
    ['messenger', null],
  ])('is %s', (channel, content) => {
    expect(channelIn(content)).toBe(channel);
  });
});

describe('content of any form', () => {
  const bodies = (content: unknown) => readContent(content).messages.map(({ body }) => body);
  const hello = [{ kind: 'text', text: 'Hello' }];

  test.each([
    ['content', { messages: [textMessage('Hello')] }],
    ['data', { version: 'v2', content: { messages: [textMessage('Hello')] } }],
    ['a list', [textMessage('Hello')]],
    ['JSON text', '{"version":"v2","content":{"messages":[{"type":"text","text":"Hello"}]}}'],
    ['JSON text inside', { messages: '[{"type":"text","text":"Hello"}]' }],
    ['JSON text that is not complete', '{"messages":[{"type":"text","text":"Hello'],
  ])('is read from %s', (_, content) => {
    expect(bodies(content)).toEqual(hello);
  });

  test('never makes the reader throw', () => {
    const keys = fc.constantFrom(
      ...['type', 'text', 'messages', 'content', 'elements', 'buttons', 'caption', 'url', 'quick_replies', 'actions'],
      ...['action', 'target', 'product', 'customer', 'headers', 'payload', 'external_message_callback', '__proto__'],
    );
    const words = fc.constantFrom(
      'text',
      'cards',
      'image',
      'url',
      'flow',
      'buy',
      'add_tag',
      '[{"type":"text"',
      '{{x}}',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 6, depthSize: 'large' }, words, fc.jsonValue(), tie('list'), tie('fields')),
      list: fc.array(tie('value'), { maxLength: 4 }),
      fields: fc.dictionary(keys, tie('value'), { maxKeys: 6 }),
    }));
    fc.assert(
      fc.property(value, fc.constantFrom(...channels), fc.boolean(), (content, channel, splitTexts) => {
        readContent(content, { channel, splitTexts });
        readContent(JSON.stringify(content), { channel, isPartial: true });
      }),
      { numRuns: 500 },
    );
  });

  test('has no problem while a model still writes it, unless it has one when it is complete', () => {
    const problems = (content: unknown) => JSON.stringify(readContent(content, { isPartial: true })).match(/"invalid"/);
    const complete = examples.filter(({ content }) => problems(content) === null);
    expect(complete.length).toBeGreaterThan(25);
    for (const { content } of complete) {
      const written = JSON.stringify({ version: 'v2', content });
      for (let length = 0; length <= written.length; length += 1) {
        expect(problems(written.slice(0, length)), written.slice(0, length)).toBeNull();
      }
    }
  });
});

describe('what is noted', () => {
  /** The notes of content in a channel, anywhere in it, without those of several parts that say the same. */
  function notesOf(content: unknown, channel: (typeof channels)[number]) {
    const model = readContent(content, { channel });
    const cards = model.messages.flatMap(({ body }) => (body.kind === 'cards' ? body.cards : []));
    const notes = [model, ...model.messages, ...cards].flatMap((part) => part.notes).concat(model.quickReplyNotes);
    const texts = (...severities: string[]) =>
      [...new Set(notes.filter(({ severity }) => severities.includes(severity)).map(({ text }) => text))].sort();
    return { problems: texts('invalid', 'unsupported'), warnings: texts('undocumented', 'literal') };
  }

  const valid = examples.flatMap(({ name, content }) => {
    const parsed = grammar.safeParse(content);
    return parsed.success ? channels.map((channel) => ({ name, channel, content: parsed.data })) : [];
  });

  test('the examples are enough to compare', () => {
    expect(valid.length).toBeGreaterThan(100);
  });

  test.each(valid)('of $name on $channel is what manychat_check_content says', ({ channel, content }) => {
    const typed = { ...content, ...(channel === 'messenger' ? {} : { type: channel }) };
    const { problems, warnings } = notesOf(content, channel);
    expect(problems).toEqual([...new Set(Array.from(channelProblems(typed), ({ problem }) => problem))].sort());
    // What is in a part that the channel does not support is not said to be undocumented as well.
    const expected = contentWarnings(typed);
    expect(expected).toEqual(expect.arrayContaining(warnings));
    if (problems.length === 0) expect(warnings).toEqual([...expected].sort());
  });

  test.each([
    ['takes at most 10 messages; has 11', { messages: Array.from({ length: 11 }, () => textMessage('x')) }],
    [
      'takes at most 3 buttons; has 4',
      { messages: [{ ...textMessage('x'), buttons: Array(4).fill({ type: 'flow' }) }] },
    ],
    ['takes at most 11 quick replies; has 12', { messages: [], quick_replies: Array(12).fill({ type: 'flow' }) }],
    ['takes at most 10 cards; has 11', { messages: [{ type: 'cards', elements: Array(11).fill({ title: 'x' }) }] }],
    ['takes at most 5 actions; has 6', { messages: [], actions: Array(6).fill({ action: 'add_tag', tag_name: 'x' }) }],
    ['`title` takes at most 80 characters', { messages: [{ type: 'cards', elements: [{ title: 'x'.repeat(81) }] }] }],
    ['unknown button: "share"', { messages: [{ ...textMessage('x'), buttons: [{ type: 'share', caption: 'x' }] }] }],
    ['a message must have one of the types text, image, video, audio, file, cards', [{ type: 'sticker' }]],
    ['a message must be an object', ['text']],
    [
      '`url` must be a full web address, e.g. https://example.com/shop',
      [{ type: 'image', url: 'javascript:alert(1)' }],
    ],
    ['needs at least one message', {}],
    ['unknown channel: "sms"', { type: 'sms', messages: [textMessage('x')] }],
    ['a text message needs `text`', [{ type: 'text' }]],
  ])('%s', (problem, content) => {
    expect(notesOf(content, 'messenger').problems).toContain(problem);
  });

  test('of what a contact wrote is nothing', () => {
    const content = { messages: [textMessage(`{{x}}${'x'.repeat(3_000)}`), { type: 'audio', url: 'x:y' }] };
    const { messages } = readContent(content, { channel: 'whatsapp', isFromContact: true });
    expect(messages.map(({ notes, severity }) => [notes, severity])).toEqual([
      [[], undefined],
      [[], undefined],
    ]);
  });
});

describe('what is drawn', () => {
  test('of a long list are its first items, with a note', () => {
    const { messages, notes } = readContent({ messages: Array.from({ length: 100_000 }, () => textMessage('x')) });
    expect(messages).toHaveLength(50);
    expect(messages.map(({ severity }) => severity)).toEqual([
      ...Array(10).fill(undefined),
      ...Array(40).fill('invalid'),
    ]);
    expect(notes.map(({ text }) => text)).toEqual(['takes at most 10 messages; has 100000', 'the first 50 are drawn']);
  });

  test('of a text that is to be split are its parts, with the buttons below the last', () => {
    const text = `${'One sentence. '.repeat(100)}\n\n${'Another one. '.repeat(20)}`;
    const content = { messages: [{ ...textMessage(text), buttons: [{ type: 'flow', caption: 'Fine', target: 'x' }] }] };
    const drawn = (options: object) =>
      readContent(content, { channel: 'instagram', ...options }).messages.map(({ body, buttons, severity }) => [
        body.kind === 'text' ? body.part : undefined,
        buttons.length,
        severity,
      ]);
    expect(drawn({ splitTexts: true })).toEqual([
      [{ number: 1, of: 2 }, 0, undefined],
      [{ number: 2, of: 2 }, 1, undefined],
    ]);
    expect(drawn({})).toEqual([[undefined, 1, 'invalid']]);
  });

  test('are quick replies of a message too, from where the tools move them', () => {
    const content = {
      messages: [{ ...textMessage('x'), quick_replies: [{ type: 'flow', caption: 'Yes', target: 'x' }] }],
    };
    expect(readContent(content).quickReplies).toMatchObject([
      { caption: 'Yes', pressed: { kind: 'quick_reply', type: 'flow', index: 0 } },
    ]);
  });

  test('are buttons in the shape of manychat_send_text', () => {
    const buttons = [
      { caption: 'Shop', url: 'https://example.com/' },
      { caption: 'Start', flow_ns: 'content1' },
    ];
    const [message] = readContent({ messages: [{ ...textMessage('x'), buttons }] }).messages;
    expect(message?.notes).toEqual([]);
    expect(message?.buttons).toMatchObject([
      { severity: undefined, link: { href: 'https://example.com/' }, pressed: { type: 'url' } },
      { severity: undefined, does: [['starts the flow ', { id: 'content1' }]], pressed: { type: 'flow' } },
    ]);
  });
});
