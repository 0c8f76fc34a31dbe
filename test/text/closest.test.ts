import { describe, expect, test } from 'vitest';
import { closest } from '../../src/text/closest.js';
import { john } from '../support/people.js';
import { useCaller } from '../support/sandboxed.js';

describe('the closest of some names', () => {
  const names = (given: string, all: readonly string[]) =>
    closest(
      given,
      all.map((name) => ({ label: name, names: [name] })),
    ).map(({ label }) => label);

  test.each([
    ['custmer', ['VIP', 'Customer', 'Newsletter'], ['Customer']],
    ['vip', ['Old', 'VIP gold', 'VIP'], ['VIP', 'VIP gold']],
    ['shipped', ['Welcome', 'Order has shipped'], ['Order has shipped']],
    ['', ['a', 'b'], ['a', 'b']],
    ['x', [], []],
    ['zzz', ['aaa', 'bbb', 'ccc', 'ddd', 'eee', 'fff'], ['aaa', 'bbb', 'ccc', 'ddd', 'eee']],
  ])('to %j', (given, all, expected) => expect(names(given, all)).toEqual(expected));

  // Compared whole it takes minutes, longer than a test may.
  test('to a text of a megabyte are found', () => {
    const all = Array.from({ length: 500 }, (_, index) => `${'some long name '.repeat(5)}${index}`);
    expect(names('some long name '.repeat(70_000), all)).toHaveLength(5);
  });
});

describe('a name that does not exist is answered with those that come close', () => {
  const used = useCaller();
  const send = (content: object, more: object = {}) => ({
    subscriber_id: john,
    data: { version: 'v2', content: { messages: [{ type: 'text', text: 'x' }], ...content } },
    ...more,
  });

  test('of tags without letters none is like another', async () => {
    await used.result('manychat_create_tag', { name: '⭐' });
    const { details } = await used.failure('manychat_delete_tag_by_name', { tag_name: '🔥' });
    expect(details).toContain('There is no tag "🔥"; none is similar, so ask the user which one is meant.');
  });

  test.each([
    [
      'manychat_add_tag_to_subscriber_by_name',
      { subscriber_id: john, tag_name: 'vip' },
      'There is no tag "vip"; the closest are "VIP"',
    ],
    ['manychat_remove_tag_from_subscriber_by_name', { subscriber_id: john, tag_name: 'Custmer' }, '"Customer"'],
    [
      'manychat_delete_tag_by_name',
      { tag_name: 'Old' },
      'There is no tag "Old"; none is similar, so ask the user which one is meant.',
    ],
    ['manychat_delete_tag_by_name', { tag_name: 'old-tag' }, 'There is no tag "old-tag"; the closest are "Old Tag"'],
    [
      'manychat_set_custom_field_by_name',
      { subscriber_id: john, field_name: 'birth_day', field_value: 'x' },
      'There is no custom field "birth_day"; the closest are "birthday"',
    ],
    [
      'manychat_set_custom_fields',
      { subscriber_id: john, fields: [{ field_name: 'phone', field_value: 'x' }] },
      '"phone_number"',
    ],
    [
      'manychat_set_bot_field_by_name',
      { field_name: 'count', field_value: 1 },
      'There is no bot field "count"; the closest are "counter"',
    ],
    ['manychat_set_bot_fields', { fields: [{ field_name: 'count', field_value: 1 }] }, '"counter"'],
    [
      'manychat_send_flow',
      { subscriber_id: john, flow_ns: 'Welcome' },
      'There is no flow "Welcome"; the closest are "content123456" ("Welcome',
    ],
    ['manychat_send_content', send({ actions: [{ action: 'add_tag', tag_name: 'VPI' }] }), '"VIP"'],
    [
      'manychat_send_content',
      send({ actions: [{ action: 'unset_field_value', field_name: 'birth_day' }] }),
      '"birthday"',
    ],
    [
      'manychat_send_content',
      send({}, { otn_topic_name: 'Back in stok' }),
      'There is no OTN topic "Back in stok"; the closest are "Back in Stock"',
    ],
    [
      'manychat_send_text',
      { subscriber_id: john, text: 'x', buttons: [{ caption: 'x', flow_ns: 'content12345' }] },
      '"content123456"',
    ],
    [
      'manychat_send_content',
      send({
        messages: [
          {
            type: 'cards',
            elements: [
              {
                title: 'x',
                buttons: [
                  {
                    type: 'flow',
                    caption: 'x',
                    target: 'content12345',
                    actions: [{ action: 'remove_tag', tag_name: 'VPI' }],
                  },
                ],
              },
            ],
          },
        ],
      }),
      '"content123456"',
    ],
  ])('%s %j', async (tool, args, words) => {
    const told = await used.failure(tool, args);
    expect(told.performed).toBe('no');
    expect(told.details?.join('\n')).toContain(words);
  });

  test('a refusal with another reason costs one request more and says nothing of names', async () => {
    const body = { status: 'error', message: 'Tag not found' };
    used.sandbox.injectFault({ match: { path: 'addTagByName' }, status: 400, body });
    const told = await used.failure('manychat_add_tag_to_subscriber_by_name', { subscriber_id: john, tag_name: 'VIP' });
    expect(told.details).toBeUndefined();
    expect(used.paths()).toEqual(['addTagByName', 'getTags']);
  });

  test('and is told all the same when the names cannot be listed', async () => {
    used.sandbox.injectFault({ match: { path: 'getTags' }, times: 99, status: 403, body: { status: 'error' } });
    const told = await used.failure('manychat_add_tag_to_subscriber_by_name', { subscriber_id: john, tag_name: 'VPI' });
    expect(told).toMatchObject({ kind: 'not_found', details: ['Tag not found'] });
  });
});
