import { describe, expect, test } from 'vitest';
import { maria } from '../support/people.js';
import { useCaller } from '../support/sandboxed.js';

const used = useCaller({ random: () => 0 });

describe('manychat_check_content', () => {
  const check = (data: unknown, more: object = {}) => used.result('manychat_check_content', { data, ...more });

  test('renders valid content with its channel, buttons, cards and actions, without a request', async () => {
    const content = {
      messages: [
        { type: 'text', text: 'Two\nlines', buttons: [{ type: 'call', caption: 'Call', phone: '+15550001111' }] },
        { type: 'image', url: 'https://example.com/a.png' },
        {
          type: 'cards',
          elements: [
            {
              title: 'Kenya',
              subtitle: '250 g',
              buttons: [
                {
                  type: 'url',
                  caption: 'See',
                  url: 'https://example.com/k',
                  actions: [{ action: 'add_tag', tag_name: 'VIP' }],
                },
              ],
            },
          ],
        },
      ],
      quick_replies: [{ type: 'flow', caption: 'Hi', target: 'content123456' }],
      actions: [{ action: 'set_field_value', field_name: 'purchase_count', value: 4 }],
    };
    const result = await check({ version: 'v2', content });
    expect(result).toMatchObject({ valid: true, problems: [] });
    expect(result.data).toBeUndefined();
    expect(result.rendering).toBe(
      `On messenger
Message 1 (text, 9 characters)
  Two
  lines
  [Call → +15550001111]
Message 2 (image)
  https://example.com/a.png
Message 3 (cards)
  Card 1: Kenya
    250 g
    [See → https://example.com/k; add_tag "VIP"]
Quick replies: [Hi → flow content123456]
Actions: set "purchase_count" to 4`,
    );
    expect(used.sandbox.requests()).toEqual([]);
  });

  test('reports the same problems as the send', async () => {
    const data = {
      version: 'v2',
      content: { type: 'instagram', messages: [{ type: 'video', url: 'x' }, { type: 'text' }] },
    };
    const { valid, problems } = await check(data);
    const failure = await used.failure('manychat_send_content', { subscriber_id: maria, data });
    expect(valid).toBe(false);
    expect((problems as string[]).join('; ')).toBe(failure.message);
  });

  test('returns corrected data, and checks for the requested channel', async () => {
    const mended = await check([{ type: 'text', text: 'hi' }]);
    expect(mended).toMatchObject({ valid: true, data: { version: 'v2', content: { messages: [{ text: 'hi' }] } } });
    expect(mended.warnings).toHaveLength(1);
    const cards = { version: 'v2', content: { messages: [{ type: 'cards', elements: [{ title: 'x' }] }] } };
    expect(await check(cards)).toMatchObject({ valid: true });
    expect(await check(cards, { channel: 'telegram' })).toMatchObject({
      valid: false,
      problems: ['data.content.messages[0]: cards does not work on telegram; use another form or channel'],
    });
    for (const data of [cards.content, cards.content.messages, JSON.stringify(cards)]) {
      expect(await check(data, { channel: 'telegram' })).toMatchObject({
        valid: false,
        problems: ['data.content.messages[0]: cards does not work on telegram; use another form or channel'],
      });
      expect(await check(data, { channel: 'instagram' })).toMatchObject({
        valid: true,
        data: { content: { type: 'instagram' } },
      });
    }
    expect(await check('nonsense')).toMatchObject({
      valid: false,
      problems: [expect.stringMatching(/^data: must be/)],
    });
  });
});
