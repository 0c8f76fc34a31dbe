import { describe, expect, test } from 'vitest';
import { followers, john, maria, tom } from '../support/people.js';
import { reached, useCaller } from '../support/sandboxed.js';

const forEach = 'manychat_for_each_subscriber';
const used = useCaller({ random: () => 0 }, { followers: 1_000 });
const orderFlow = 'content20240311101502_501223';
const each = (ids: readonly string[], own: (id: string) => object = () => ({})) =>
  ids.map((subscriber_id) => ({ subscriber_id, ...own(subscriber_id) }));
/** The requests of a path, as text. */
const sent = (path: string) =>
  used.sandbox.requests().flatMap((request) => (request.path.endsWith(path) ? [JSON.stringify(request.body)] : []));

describe('items with values of each contact', () => {
  test('send each its own text, and what is wrong with one concerns no other', async () => {
    const items = each([...followers(30), tom], (id) => ({ text: `Your code is ${id.slice(-2)}` }));
    expect(await used.result(forEach, { items, action: 'send_text' })).toMatchObject({
      accepted: 30,
      failed: [{ error: 'window_closed', subscriber_ids: [tom] }],
      contacts: [{ subscriber_id: tom, name: expect.any(String) }],
      remaining: 0,
    });
    for (const id of followers(30)) {
      const pair = new RegExp(`"?${id}"?.*Your code is ${id.slice(-2)}"`);
      expect(sent('sendContent').filter((request) => pair.test(request))).toHaveLength(1);
    }
    expect(reached(used.sandbox).sort()).toEqual(followers(30));
  });

  test('set the fields of each', async () => {
    const items = each([john, maria], (id) => ({ fields: { reply_text: `Order ${id}` } }));
    expect(await used.result(forEach, { items, action: 'set_fields' })).toMatchObject({ done: 2, remaining: 0 });
    expect(sent('setCustomFields').sort()).toEqual([
      expect.stringMatching(/"24958501110451908".*Order 24958501110451908"/),
      expect.stringMatching(/:123456789,.*Order 123456789"/),
    ]);
  });

  test('start a flow with the fields of each, in the form that clients are shown', async () => {
    const fields = (id: string) => [{ field_name: 'reply_text', field_value: id }];
    const items = each(followers(3), (id) => ({ fields: fields(id) }));
    const result = await used.result(forEach, { items, action: 'send_flow', flow_ns: orderFlow });
    expect(result).toEqual({ accepted: 3, failed: [], unknown: [], remaining: 0 });
    expect([used.countOf('setCustomFields'), used.countOf('sendFlow')]).toEqual([3, 3]);
  });

  test('can have no values, and stand for ids then', async () => {
    const args = { items: each([john, maria]), action: 'send_text', text: 'Hello' };
    expect(await used.result(forEach, args)).toMatchObject({ accepted: 2 });
  });

  test('name a contact twice only with the same values', async () => {
    const twice = (one: object, other: object) => [
      { subscriber_id: john, ...one },
      { subscriber_id: maria, text: 'Hi' },
      { subscriber_id: `user:${john}`, ...other },
    ];
    const same = { items: twice({ text: 'Hi' }, { text: 'Hi' }), action: 'send_text' };
    expect(await used.result(forEach, same)).toMatchObject({
      accepted: 2,
      warnings: expect.arrayContaining(['1 ids are repeated: each contact is processed once.']),
    });
    const failure = await used.failure(forEach, { ...same, items: twice({ text: 'Hi' }, { text: 'Bye' }) });
    expect(failure.message).toBe(`items[2]: contact ${john} has other values in items[0]: give each contact once`);
    expect(used.sandbox.messages()).toHaveLength(2);
  });

  test('compare fields in any order', async () => {
    const items = [
      { subscriber_id: john, fields: { reply_text: 'a', coupon_code: 'b' } },
      { subscriber_id: john, fields: { coupon_code: 'b', reply_text: 'a' } },
    ];
    expect(await used.result(forEach, { items, action: 'set_fields' })).toMatchObject({ done: 1 });
  });

  const hi = { text: 'Hi' };
  test.each([
    [{ items: each([john]), action: 'send_text' }, /^text: is required for send_text$/],
    [{ items: each([john], () => hi), action: 'send_text', text: 'Hi' }, /^text: is also in items: give it there, or/],
    [
      { items: [...each([john], () => hi), ...each([maria])], action: 'send_text' },
      /^items\[1\]\.text: is missing, and other items have it$/,
    ],
    [
      { items: each([john], () => hi), action: 'add_tag', tag_name: 'VIP' },
      /^items\[0\]\.text: does not belong to add_tag, which takes tag_name$/,
    ],
    [
      {
        items: [...each([maria], () => hi), ...each([john], () => ({ text: 'Hi {{first_name}}' }))],
        action: 'send_text',
      },
      /^items\[1\]\.text: holds \{\{first_name\}\}, which only flows fill in/,
    ],
    [{ items: each([john], () => ({ tag_name: 'VIP' })), action: 'add_tag' }, /^items\[0\]: "tag_name" not known here/],
    [{ items: each(followers(1_001)), action: 'add_tag', tag_name: 'VIP' }, /^items: takes at most 1000 items/],
    [{ items: each(['x']), action: 'add_tag', tag_name: 'VIP' }, /^items\[0\]\.subscriber_id: must be decimal digits/],
  ])('are refused before any request: %j', async (args, words) => {
    const failure = await used.failure(forEach, args);
    expect(failure).toMatchObject({ message: expect.stringMatching(words), performed: 'no', source: 'client' });
    expect(used.sandbox.requests()).toEqual([]);
  });
});
