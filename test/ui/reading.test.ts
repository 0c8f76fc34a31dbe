import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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

  test('is read at every length at which a model has written it', () => {
    for (const { content } of examples) {
      const written = JSON.stringify({ version: 'v2', content });
      for (let length = 0; length <= written.length; length += 7) {
        const { notes } = readContent(written.slice(0, length), { isPartial: true });
        expect(notes.filter(({ text }) => text.startsWith('needs'))).toEqual([]);
      }
    }
  });
});
