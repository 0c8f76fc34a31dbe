import { describe, expect, test } from 'vitest';
import { keyOf, type Send } from '../../../src/account/send-guard/send-guard.js';
import type { Result } from '../../../tools/contract/json.js';
import { endpointOf } from '../../support/attempts.js';

describe('two sends are the same', () => {
  const sendContent = endpointOf('manychat_send_content');
  const of = (content: object, own: Partial<Send> = {}) =>
    keyOf({
      account: 'a',
      connection: 'c1',
      endpoint: sendContent,
      input: { subscriber_id: 5, data: { version: 'v2', content } },
      ...own,
    }).send;
  const text = (words: string, more: object = {}) => ({ messages: [{ type: 'text', text: words, ...more }] });
  const cafe = of(text('See you at the café'));

  test.each([
    ['leading and double blanks', of(text('  See you  at the\ncafé '))],
    ['decomposed Unicode', of(text('See you at the cafe\u0301'))],
    ['empty lists', of({ ...text('See you at the café', { buttons: [] }), actions: [], quick_replies: [] })],
    ['keys in another order', of({ messages: [{ text: 'See you at the café', type: 'text' }] })],
    [
      'an id as text',
      of({}, { input: { data: { content: text('See you at the café'), version: 'v2' }, subscriber_id: '5' } }),
    ],
    ['a connection in capitals', of(text('See you at the café'), { connection: 'C1' })],
  ])('with %s', (_, key) => {
    expect(key).toBe(cafe);
  });

  test.each([
    ['another full stop', of(text('See you at the café.'))],
    ['other letter case', of(text('see you at the café'))],
    ['another account', of(text('See you at the café'), { account: 'b' })],
    ['another connection', of(text('See you at the café'), { connection: 'c2' })],
    [
      'another button',
      of(text('See you at the café', { buttons: [{ type: 'url', caption: 'a', url: 'https://a.b' }] })),
    ],
    ['white space in an address', of({ messages: [{ type: 'image', url: 'https://a.b/%20%20' }] })],
  ])('but not with %s', (_, key) => {
    expect(key).not.toBe(cafe);
  });

  test('for a flow when the fields set with it are the same, in any case and order', () => {
    const start = (fields?: Result) =>
      keyOf({
        account: 'a',
        connection: 'c1',
        endpoint: endpointOf('manychat_send_flow'),
        input: { subscriber_id: '5', flow_ns: 'content1' },
        fields,
      }).send;
    expect(start({ Size: 42, colour: 'red' })).toBe(start({ colour: 'red', size: '42' }));
    expect(start({ order: '2' })).not.toBe(start({ order: '1' }));
    expect(start()).not.toBe(start({ order: '1' }));
  });
});
