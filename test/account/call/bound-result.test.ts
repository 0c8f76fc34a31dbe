import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outputSchema } from '../../../src/mcp/listing/json-schema.js';
import { declarations } from '../../../tools/index.js';
import { type Caller, callerThrough } from '../../support/caller.js';
import { startUpstream, type Upstream } from '../../support/upstream.js';

/** The documented bounds, in characters: of a name, of any other text, and of a whole result as JSON. */
const maxNameLength = 500;
const maxTextLength = 10_000;
const maxResultLength = 40_000;

/** A result ends with the item that fills it, so it can be a little longer. */
const withLastItem = 1.1 * maxResultLength;

let upstream: Upstream;
let caller: Caller;
beforeAll(async () => {
  upstream = await startUpstream();
  caller = callerThrough(upstream.url);
});
afterAll(async () => {
  await caller.close();
  await upstream.close();
});

describe('a result', () => {
  async function resultOf(tool: string, args: object, data: unknown): Promise<Record<string, unknown>> {
    upstream.reply = { body: { status: 'success', data } };
    const outcome = await caller.call(tool, args);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
    return { ...outcome.result };
  }
  const lengthOf = (result: object): number => JSON.stringify(result).length;

  test('has long texts truncated, and a warning that names them', async () => {
    const data = { id: 1, name: 'n'.repeat(5_000_000), about: 'a'.repeat(30_000), description: 'short' };
    const result = await resultOf('manychat_get_page', {}, data);
    expect(result).toEqual({
      page: {
        id: '1',
        name: `${'n'.repeat(maxNameLength)}…`,
        about: `${'a'.repeat(maxTextLength)}…`,
        description: 'short',
      },
      warnings: ['Truncated, marked with …: page.name, page.about.'],
    });
  });

  test('is complete and without a warning if it fits: a list', async () => {
    const tags = Array.from({ length: 300 }, (_, index) => ({ id: index, name: `Tag ${index}` }));
    expect(await resultOf('manychat_list_tags', {}, tags)).toEqual({ tags });
  });

  test('is complete and without a warning if it fits: a text', async () => {
    const value = 'v'.repeat(maxTextLength - 1);
    const custom_fields = [{ id: 1, name: 'note', value }];
    expect(await resultOf('manychat_get_subscriber', { subscriber_id: 1 }, { id: 1, custom_fields })).toEqual({
      subscriber: { id: '1', custom_fields },
    });
  });

  test.each([
    ['manychat_list_tags', 'tags'],
    ['manychat_list_custom_fields', 'custom_fields'],
    ['manychat_list_bot_fields', 'bot_fields'],
    ['manychat_list_growth_tools', 'growth_tools'],
    ['manychat_list_otn_topics', 'otn_topics'],
  ])('of %s has the beginning of a long list, and its total', async (tool, key) => {
    const list = Array.from({ length: 5_000 }, (_, index) => ({ id: index + 1, name: `Name ${index}` }));
    const result = await resultOf(tool, {}, list);
    expect(result.total).toBe(5_000);
    expect(result[key]).toEqual(list.slice(0, Array.isArray(result[key]) ? result[key].length : 0));
    expect(result.warnings).toEqual([expect.stringMatching(new RegExp(`^${key}: the first \\d+ of 5000`))]);
    expect(lengthOf(result)).toBeGreaterThan(0.75 * maxResultLength);
    expect(lengthOf(result)).toBeLessThan(withLastItem);
  });

  test('has the beginning of the first list and nothing of the second if the first fills it', async () => {
    const flows = Array.from({ length: 4_000 }, (_, index) => ({ ns: `content${index}_1`, name: `Flow ${index}` }));
    expect(await resultOf('manychat_list_flows', {}, { flows, folders: flows })).toMatchObject({
      total: 4_000,
      folders: [],
      warnings: [
        expect.stringMatching(/^flows: the first \d+ of 4000/),
        expect.stringMatching(/^folders: the first 0 of/),
      ],
    });
  });

  test('has a contact with the beginning of its fields and tags', async () => {
    const custom_fields = Array.from({ length: 3_000 }, (_, id) => ({ id, name: `f${id}`, value: 'x'.repeat(50) }));
    const contact = { id: 1, name: 'Ada', custom_fields, tags: custom_fields };
    const result = await resultOf('manychat_get_subscriber', { subscriber_id: 1 }, contact);
    expect(result.warnings).toHaveLength(2);
    expect(lengthOf(result)).toBeLessThan(withLastItem);
    expect(result.subscriber).toMatchObject({ id: '1', name: 'Ada', custom_fields: expect.arrayContaining([]) });
  });

  test.each([
    ['many keys', Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`key${index}`, 'x'.repeat(90)]))],
    ['deep lists', { a: Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => 'x'.repeat(20))) }],
    ['long keys', { ['k'.repeat(1_000_000)]: 1 }],
  ])('of a response with %s still matches its output schema', async (_, data) => {
    for (const [name, args] of [
      ['manychat_get_subscriber', { subscriber_id: 1 }],
      ['manychat_find_subscribers_by_name', { name: 'x', detail: 'full' }],
      ['manychat_find_or_create_subscriber', { email: 'a@example.com', has_opt_in_email: true }],
    ] as const) {
      const isList = name.includes('by_name');
      const result = await resultOf(name, args, isList ? [data, { id: 2 }] : data);
      // Objects keep their keys until the result has twice its length.
      expect(lengthOf(result), name).toBeLessThan(2 * withLastItem);
      const schema = declarations.find((each) => each.name === name)?.output.schema;
      if (schema === undefined) throw new Error(name);
      expect(new Ajv2020({ strict: false }).compile(outputSchema(schema))(result)).toBe(true);
    }
  });

  test('is not bounded for the completion of prompt arguments', async () => {
    const names = Array.from({ length: 3_000 }, (_, id) => ({ id, name: `Tag ${id} ${'x'.repeat(30)}` }));
    upstream.reply = { body: { status: 'success', data: names } };
    const { createCompleter } = await import('../../../src/mcp/completion.js');
    const complete = createCompleter(caller.callTool, () => 0);
    expect(await complete('tag', 'Tag 2999')).toEqual([`Tag 2999 ${'x'.repeat(30)}`]);
  });
});

describe('the arguments', () => {
  const fieldsPerRequest = 20;

  test.each([
    ['manychat_set_fields_and_send_flow', { subscriber_id: 1, flow_ns: 'content1' }],
    ['manychat_for_each_subscriber', { subscriber_ids: [1], action: 'set_fields' }],
    ['manychat_for_each_subscriber', { subscriber_ids: [1], action: 'send_flow', flow_ns: 'content1' }],
  ])('of %s have up to 100 fields', async (tool, args) => {
    const fields = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 'x']));
    upstream.reply = { body: { status: 'success', data: [] } };
    upstream.arrived.length = 0;
    const outcome = await caller.call(tool, { ...args, fields: fields(101) });
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'invalid_input', performed: 'no' } });
    expect(JSON.stringify(outcome)).toContain('fields: takes at most 100 fields');
    expect(upstream.arrived).toHaveLength(0);
    await caller.call(tool, { ...args, fields: fields(100) });
    expect(upstream.arrived.filter(({ path }) => path.endsWith('setCustomFields'))).toHaveLength(
      100 / fieldsPerRequest,
    );
  });

  const actions = Array.from({ length: 6 }, () => ({ action: 'add_tag', tag_name: 'x' }));
  const text = { type: 'text', text: 'x' };
  const button = { type: 'flow', caption: 'x', target: 'content1', actions };
  test.each([
    ['content', { messages: [text], actions }],
    ['a button', { messages: [{ ...text, buttons: [button] }] }],
    ['a quick reply', { messages: [text], quick_replies: [button] }],
    ['a button of a card', { messages: [{ type: 'cards', elements: [{ title: 'x', buttons: [button] }] }] }],
  ])('have up to 5 actions in %s', async (_, content) => {
    const data = { version: 'v2', content };
    const outcome = await caller.call('manychat_send_content', { subscriber_id: 1, data });
    expect(JSON.stringify(outcome)).toContain('takes at most 5 actions');
  });
});

describe('a response with a byte-order mark', () => {
  test('does not hide that a message was sent', async () => {
    upstream.reply = { body: '\ufeff{"status":"success","data":[]}' };
    expect(await caller.call('manychat_send_flow', { subscriber_id: 1, flow_ns: 'content9' })).toEqual({
      ok: true,
      result: { ok: true },
    });
  });

  test('is read, with white space after the mark, and large ids stay exact', async () => {
    upstream.reply = { body: '\ufeff \r\n{"status":"success","data":{"id":24958501110451908}}' };
    expect(await caller.call('manychat_get_subscriber', { subscriber_id: 1 })).toEqual({
      ok: true,
      result: { subscriber: { id: '24958501110451908' } },
    });
  });
});
