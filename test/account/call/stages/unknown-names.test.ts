import { describe, expect, test } from 'vitest';
import { john } from '../../../support/people.js';
import { useCaller } from '../../../support/sandboxed.js';

describe('a refusal caused by a name that does not exist', () => {
  const used = useCaller();
  const send = (content: object, more: object = {}) => ({
    subscriber_id: john,
    data: { version: 'v2', content: { messages: [{ type: 'text', text: 'x' }], ...content } },
    ...more,
  });

  test('suggests no tag if none is similar', async () => {
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
      'There is no tag "Old"; similar, but not the same: "Old Tag". Ask the user which one is meant before you delete any.',
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
  ])('suggests the closest names: %s %j', async (tool, args, suggestion) => {
    const failure = await used.failure(tool, args);
    expect(failure.performed).toBe('no');
    expect(failure.details?.join('\n')).toContain(suggestion);
  });

  test.each([
    [
      'manychat_add_tag_to_subscriber_by_name',
      { subscriber_id: john, tag_name: 'Lisbon' },
      'There is no tag "Lisbon"; none is similar; manychat_create_tag creates one, after the user agrees.',
    ],
    [
      'manychat_add_tag_to_subscriber_by_name',
      { subscriber_id: john, tag_name: 'VIPs' },
      'There is no tag "VIPs"; the closest are "VIP"; if none is meant, manychat_create_tag creates one, after the user agrees.',
    ],
    [
      'manychat_add_tag_to_subscriber_by_name',
      { subscriber_id: john, tag_name: 'v.i.p.' },
      'There is no tag "v.i.p."; the closest are "VIP".',
    ],
    [
      'manychat_remove_tag_from_subscriber_by_name',
      { subscriber_id: john, tag_name: 'Lisbon' },
      'There is no tag "Lisbon"; none is similar, so ask the user which one is meant.',
    ],
    [
      'manychat_delete_tag_by_name',
      { tag_name: 'Lisbon' },
      'There is no tag "Lisbon"; none is similar, so ask the user which one is meant.',
    ],
    [
      'manychat_set_custom_field_by_name',
      { subscriber_id: john, field_name: 'city', field_value: 'x' },
      'There is no custom field "city"; none is similar; manychat_create_custom_field creates one, after the user agrees: the API cannot delete it.',
    ],
    [
      'manychat_set_bot_field_by_name',
      { field_name: 'weather', field_value: 1 },
      'There is no bot field "weather"; none is similar; manychat_create_bot_field creates one, after the user agrees: the API cannot delete it.',
    ],
    [
      'manychat_send_flow',
      { subscriber_id: john, flow_ns: 'Lisbon special' },
      'There is no flow "Lisbon special"; none is similar; flows are made in ManyChat\'s editor, not by the API.',
    ],
    [
      'manychat_send_content',
      send({}, { otn_topic_name: 'Zodiac' }),
      'There is no OTN topic "Zodiac"; none is similar; topics are made in ManyChat, not by the API.',
    ],
  ])('offers only what is close, and says where a new one is created: %s %j', async (tool, args, sentence) => {
    expect((await used.failure(tool, args)).details).toContain(sentence);
  });

  test('says that the name exists if it does by now, which costs one more request', async () => {
    const body = { status: 'error', message: 'Tag not found' };
    used.sandbox.injectFault({ match: { path: 'addTagByName' }, status: 400, body });
    const failure = await used.failure('manychat_add_tag_to_subscriber_by_name', {
      subscriber_id: john,
      tag_name: 'VIP',
    });
    expect(failure.details).toEqual(['The tag "VIP" exists now: call again.']);
    expect(used.paths()).toEqual(['addTagByName', 'getTags']);
    used.sandbox.injectFault({ match: { path: 'removeTagByName' }, status: 400, body });
    const { details } = await used.failure('manychat_delete_tag_by_name', { tag_name: 'VIP' });
    expect(details).toEqual(['The tag "VIP" exists now: ask the user before you call again.']);
  });

  test('has no suggestions if the name exists and another reason is given', async () => {
    const body = { status: 'error', message: 'Validation error' };
    used.sandbox.injectFault({ match: { path: 'addTagByName' }, status: 400, body });
    const args = { subscriber_id: john, tag_name: 'VIP' };
    expect((await used.failure('manychat_add_tag_to_subscriber_by_name', args)).details).toBeUndefined();
  });

  test('has no suggestions if the names cannot be listed', async () => {
    used.sandbox.injectFault({ match: { path: 'getTags' }, times: 99, status: 403, body: { status: 'error' } });
    const failure = await used.failure('manychat_add_tag_to_subscriber_by_name', {
      subscriber_id: john,
      tag_name: 'VPI',
    });
    expect(failure).toMatchObject({ kind: 'not_found', details: ['Tag not found'] });
  });
});
