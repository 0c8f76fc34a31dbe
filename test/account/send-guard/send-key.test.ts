import { describe, expect, test } from 'vitest';
import { keyOf, type Send } from '../../../src/account/send-guard/send-guard.js';
import type { Result } from '../../../tools/contract/json.js';
import { endpointOf } from '../../support/attempts.js';

describe('the key of a send', () => {
  const sendContent = endpointOf('manychat_send_content');
  const keyFor = (content: object, own: Partial<Send> = {}) =>
    keyOf({
      account: 'a',
      connection: 'c1',
      endpoint: sendContent,
      input: { subscriber_id: 5, data: { version: 'v2', content } },
      ...own,
    }).send;
  const text = (words: string, more: object = {}) => ({ messages: [{ type: 'text', text: words, ...more }] });
  const cafe = keyFor(text('See you at the café'));

  test.each([
    ['leading and double white space', keyFor(text('  See you  at the\ncafé '))],
    ['decomposed Unicode', keyFor(text('See you at the cafe\u0301'))],
    ['empty lists', keyFor({ ...text('See you at the café', { buttons: [] }), actions: [], quick_replies: [] })],
    ['keys in another order', keyFor({ messages: [{ text: 'See you at the café', type: 'text' }] })],
    [
      'an id as a string',
      keyFor({}, { input: { data: { content: text('See you at the café'), version: 'v2' }, subscriber_id: '5' } }),
    ],
    ['a connection id in capitals', keyFor(text('See you at the café'), { connection: 'C1' })],
  ])('is the same with %s', (_, key) => {
    expect(key).toBe(cafe);
  });

  test.each([
    ['a full stop', keyFor(text('See you at the café.'))],
    ['another letter case', keyFor(text('see you at the café'))],
    ['another account', keyFor(text('See you at the café'), { account: 'b' })],
    ['another connection', keyFor(text('See you at the café'), { connection: 'c2' })],
    [
      'another button',
      keyFor(text('See you at the café', { buttons: [{ type: 'url', caption: 'a', url: 'https://a.b' }] })),
    ],
    ['an image instead of the text', keyFor({ messages: [{ type: 'image', url: 'https://a.b/%20%20' }] })],
  ])('differs with %s', (_, key) => {
    expect(key).not.toBe(cafe);
  });

  test('differs with other white space in a URL', () => {
    const image = (url: string) => keyFor({ messages: [{ type: 'image', url }] });
    expect(image('https://a.b/?q=a  b')).not.toBe(image('https://a.b/?q=a b'));
  });

  test('is the same if a thing is named as it is shown or by its true name', () => {
    const named = (mark: string, own: object = {}) =>
      keyFor(
        {},
        {
          input: {
            subscriber_id: 5,
            otn_topic_name: `Back in${mark} stock`,
            data: {
              version: 'v2',
              content: {
                ...text('See you'),
                actions: [
                  { action: 'add_tag', tag_name: `V${mark}IP` },
                  { action: 'set_field_value', field_name: `Size${mark}`, value: 'L' },
                ],
                ...own,
              },
            },
          },
        },
      );
    expect(named('\u200e')).toBe(named(''));
    expect(named('\u200e')).not.toBe(named('x'));
    // A text is shown to the contact as it is.
    expect(keyFor(text('V\u200eIP'))).not.toBe(keyFor(text('VIP')));
  });

  describe('of a flow', () => {
    const start = (fields?: Result) =>
      keyOf({
        account: 'a',
        connection: 'c1',
        endpoint: endpointOf('manychat_send_flow'),
        input: { subscriber_id: '5', flow_ns: 'content1' },
        fields,
      }).send;

    test('is the same if a field is named as it is shown or by its true name', () => {
      expect(start({ 'Size\u200e': 'L' })).toBe(start({ size: 'L' }));
      expect(start({ 'Size\u200e': 'L' })).not.toBe(start({ size: 'M' }));
    });

    test('is the same with the same fields in another order and case', () => {
      expect(start({ Size: 42, colour: 'red' })).toBe(start({ colour: 'red', size: '42' }));
    });

    test('differs with other fields, or with none', () => {
      expect(start({ order: '2' })).not.toBe(start({ order: '1' }));
      expect(start()).not.toBe(start({ order: '1' }));
    });
  });
});
