import { describe, expect, test } from 'vitest';
import { maria } from '../support/people.js';
import { useCaller } from '../support/sandboxed.js';
import { sentOne } from '../support/sent.js';

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

  test('accepts a card with an http address, with a warning, as the send does', async () => {
    const element = { title: 'Kenya', action_url: 'http://example.com/kenya' };
    const data = { version: 'v2', content: { messages: [{ type: 'cards', elements: [element] }] } };
    const warnings = [
      expect.stringMatching(/^messages\[0\]\.elements\[0\]\.action_url uses http; ManyChat advises https/),
    ];
    expect(await check(data)).toMatchObject({ valid: true, warnings });
    expect(await used.result('manychat_send_content', { subscriber_id: maria, data })).toEqual({
      ...sentOne({ subscriber_id: maria }),
      warnings,
    });
    expect(used.sandbox.messages()).toMatchObject([{ messages: [{ elements: [element] }] }]);
  });
});

describe('a channel that the API does not have', () => {
  const words = /must be one of "messenger", "instagram", "whatsapp", "telegram"; nothing here sends e-mail or SMS/;
  const content = (type: string) => ({ version: 'v2', content: { type, messages: [{ type: 'text', text: 'x' }] } });

  test.each([
    ['manychat_send_text', { subscriber_id: maria, text: 'x', channel: 'sms' }],
    ['manychat_send_content', { subscriber_id: maria, data: content('email') }],
    ['manychat_check_content', { data: content('instagram'), channel: 'E-Mail' }],
    ['manychat_for_each_subscriber', { subscriber_ids: [maria], action: 'send_text', text: 'x', channel: 'SMS' }],
  ])('is refused by %s, which says that there is no e-mail or SMS', async (tool, args) => {
    expect((await used.failure(tool, args)).message).toMatch(words);
  });

  test('is refused as any other word if it is no word for e-mail or SMS', async () => {
    const { message } = await used.failure('manychat_send_text', { subscriber_id: maria, text: 'x', channel: 'fax' });
    expect(message).toContain('channel: must be one of "auto", "messenger", "instagram"');
  });
});
