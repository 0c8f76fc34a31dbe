import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { beforeEach, describe, expect, test } from 'vitest';
import { createCaller } from '../../../support/caller.js';
import { sandboxed } from '../../../support/sandboxed.js';
import { startedFlow } from '../../../support/sent.js';
import { useUpstream } from '../../../support/upstream-caller.js';

const used = useUpstream();

describe('a result', () => {
  /** The result of a tool for a response: its whole body, or the data in it. The content type is wrong on purpose. */
  async function result(tool: string, args: object, response: string | object): Promise<Record<string, unknown>> {
    used.upstream.reply = {
      body: typeof response === 'string' ? response : { status: 'success', data: response },
      headers: { 'content-type': 'text/html' },
    };
    const outcome = await used.caller.call(tool, args);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
    return { ...outcome.result };
  }
  const subscriber = (data: string | object) => result('manychat_get_subscriber', { subscriber_id: '1' }, data);

  test.each([
    ['manychat_find_subscribers_by_name', { name: 'Ana' }, /^Only full names match/],
    [
      'manychat_find_subscribers_by_custom_field',
      { field_id: 8, field_value: '+1' },
      /^Only exactly this value matches/,
    ],
  ])('of a search without hits says what it matches: %s', async (tool, args, warning) => {
    const none = await result(tool, args, []);
    expect(none).toEqual({ subscribers: [], count: 0, capped: false, warnings: [expect.stringMatching(warning)] });
    expect(await result(tool, args, [{ id: '1' }])).toEqual({ subscribers: [{ id: '1' }], count: 1, capped: false });
  });

  test('keeps every digit of large integers, whatever the content type', async () => {
    const response =
      '{"status":"success","data":{"id":24958501110451908,"ig_id":17841400000000012345,"user_refs":[{"user_ref":-1543835812530302162}],"page_id":123,"custom_fields":[{"id":1,"value":9007199254740993},{"id":2,"value":0.1},{"id":3,"value":false}]}}';
    expect((await subscriber(response)).subscriber).toEqual({
      id: '24958501110451908',
      ig_id: '17841400000000012345',
      user_refs: [{ user_ref: '-1543835812530302162' }],
      page_id: '123',
      custom_fields: [
        { id: 1, value: '9007199254740993' },
        { id: 2, value: 0.1 },
        { id: 3, value: false },
      ],
    });
  });

  test('omits empty values', async () => {
    expect(
      await subscriber({
        id: '1',
        name: 'A',
        phone: null,
        email: '',
        tags: [],
        custom_fields: [{ id: 1, name: 'x', value: null }],
        gender: { odd: null },
        last_seen: 5,
      }),
    ).toEqual({
      subscriber: { id: '1', name: 'A', last_seen: '5' },
    });
  });

  test.each<[tool: string, args: object, data: object, expected: object]>([
    ['manychat_list_tags', {}, [], { total: 0, tags: [] }],
    ['manychat_list_flows', {}, { flows: [] }, { total: 0, flows: [], folders: [] }],
    ['manychat_find_subscriber_by_system_field', { email: 'a@b' }, [], { subscriber: null }],
    ['manychat_create_tag', { name: 'x' }, { tag: { id: 5, name: 'x' } }, { tag: { id: 5, name: 'x' } }],
    ['manychat_create_custom_field', { caption: 'x', type: 'text' }, { field: { id: 5 } }, { custom_field: { id: 5 } }],
    [
      'manychat_create_bot_field',
      { name: 'x', type: 'number', value: 0 },
      { field: { id: 5, value: 0 } },
      { bot_field: { id: 5, value: 0 } },
    ],
  ])('of %s has its named key, even if it is empty: %j %j', async (tool, args, data, expected) => {
    expect(await result(tool, args, data)).toEqual(expected);
  });

  test.each([[undefined], [null], [[]], ['odd'], [7], [{ tag: 3 }]])(
    'of a completed write is a success for the data %j',
    async (data) => {
      const response = JSON.stringify({ status: 'success', data });
      expect(await result('manychat_create_tag', { name: 'x' }, response)).toHaveProperty('tag');
      const flow = { subscriber_id: 1, flow_ns: 'c' };
      expect(await result('manychat_send_flow', flow, response)).toEqual(startedFlow({ contact: 'A' }, 'c'));
    },
  );

  describe('of a search', () => {
    const person = (index: number) => ({
      id: `2495850111045${1000 + index}`,
      name: 'Test User',
      email: `t${index}@example.com`,
      last_interaction: '2026-11-20T10:00:00+00:00',
      profile_pic: 'https://x',
      tags: [{ id: 1 }],
    });
    const search = (count: number, more: object = {}) =>
      result(
        'manychat_find_subscribers_by_name',
        { name: 'Test User', ...more },
        Array.from({ length: count }, (_, index) => person(index)),
      );

    test('has the address of a contact if there are few hits', async () => {
      expect(await search(1)).toEqual({
        subscribers: [
          {
            id: '24958501110451000',
            name: 'Test User',
            last_interaction: '2026-11-20T10:00:00+00:00',
            email: 't0@example.com',
          },
        ],
        count: 1,
        capped: false,
      });
    });

    test('is capped at 100 hits, in a short form', async () => {
      const many = await search(100);
      expect(many).toMatchObject({ count: 100, capped: true });
      expect(many.subscribers).toContainEqual({
        id: '24958501110451099',
        name: 'Test User',
        last_interaction: '2026-11-20',
      });
    });

    test('has the full form if that was asked for, within the bound of a result', async () => {
      const full = await search(100, { detail: 'full' });
      expect(JSON.stringify(full)).toContain('profile_pic');
      expect(JSON.stringify(full).length).toBeLessThan(28_000);
      expect(used.upstream.arrived.at(-1)?.rawQuery).toBe('?name=Test%20User');
    });
  });

  test('of a search with 100 hits stays under 4,000 tokens', async () => {
    const { environment } = await sandboxed();
    const caller = createCaller(environment);
    const outcome = await caller.call('manychat_find_subscribers_by_name', { name: 'Test User' });
    expect(outcome).toMatchObject({ ok: true, result: { count: 100, capped: true } });
    if (outcome.ok) expect(encode(JSON.stringify(outcome.result)).length).toBeLessThan(4000);
    await caller.close();
  });

  test('has no hidden characters in texts of strangers', async () => {
    const { subscriber: contact } = await subscriber({
      id: 1,
      last_input_text: 'pay\u202e\u200b me\u0007\u{e0041}\nnow',
    });
    expect(contact).toEqual({ id: '1', last_input_text: 'pay me\nnow' });
  });
});

describe('an id in the arguments', () => {
  beforeEach(() => {
    used.upstream.arrived.length = 0;
    used.upstream.reply = {};
  });

  const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'x' }] } };
  test.each<[what: string, tool: string, args: object, sent: RegExp]>([
    [
      'a user_ref',
      'manychat_send_content_by_user_ref',
      { user_ref: '-1543835812530302162', data },
      /"user_ref":"-1543835812530302162"/,
    ],
    [
      'a subscriber id in a query',
      'manychat_get_subscriber',
      { subscriber_id: ' 24958501110451908 ' },
      /^\?subscriber_id=24958501110451908$/,
    ],
    [
      'a subscriber id in a body',
      'manychat_add_tag_to_subscriber',
      { subscriber_id: '9007199254740991', tag_id: '12' },
      /^\{"subscriber_id":9007199254740991,"tag_id":12\}$/,
    ],
  ])('is sent with every digit: %s', async (_, tool, args, sent) => {
    await used.caller.call(tool, args);
    const [request] = used.upstream.arrived;
    expect(`${request?.rawQuery}${request?.rawBody}`).toMatch(sent);
  });

  test.each([1.5, 9007199254740992, '1e3', '12a', '-5', '', ' ', null, true, {}, '9'.repeat(21)])(
    'is refused if it is %j',
    async (id) => {
      expect(await used.caller.call('manychat_get_subscriber', { subscriber_id: id })).toMatchObject({
        ok: false,
        failure: { kind: 'invalid_input' },
      });
    },
  );
});
