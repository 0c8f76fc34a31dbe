import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { outputSchema } from '../../../../src/mcp/listing/json-schema.js';
import { declarations } from '../../../../tools/index.js';
import { callerThrough } from '../../../support/caller.js';
import { pinnedId } from '../../../support/program.js';

/** The documented bound of a result as JSON, in bytes. */
const maxResultBytes = 28_000;

import { useUpstream } from '../../../support/upstream-caller.js';

const used = useUpstream();

describe('a result', () => {
  async function resultOf(tool: string, args: object, data: unknown): Promise<Record<string, unknown>> {
    used.upstream.reply = { body: { status: 'success', data } };
    const outcome = await used.caller.call(tool, args);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
    return { ...outcome.result };
  }
  const bytesOf = (result: object): number => Buffer.byteLength(JSON.stringify(result));

  test('has long texts cut and marked, and a warning that names them', async () => {
    const data = { id: 1, name: 'n'.repeat(5_000_000), about: 'a'.repeat(30_000), description: 'short' };
    const result = await resultOf('manychat_get_page', {}, data);
    expect(result).toEqual({
      page: {
        id: '1',
        name: expect.stringMatching(/^n{500}… \[first 500 of \d+ characters\]$/),
        about: expect.stringMatching(/^a{23000,24000}… \[first \d+ of 30000 characters\]$/),
        description: 'short',
      },
      warnings: ['Cut, as marked in the text: page.name, page.about. Do not write a cut text back.'],
    });
    expect(bytesOf(result)).toBeLessThan(maxResultBytes);
  });

  test('is complete and without a warning if it fits: a list, with its total', async () => {
    const tags = Array.from({ length: 300 }, (_, index) => ({ id: index, name: `Tag ${index}` }));
    expect(await resultOf('manychat_list_tags', {}, tags)).toEqual({ total: 300, tags });
  });

  test('is complete and without a warning if it fits: a text', async () => {
    const custom_fields = [{ id: 1, name: 'note', value: 'v'.repeat(20_000) }];
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
  ])('of %s has the beginning of a long list, its total and the call for the rest', async (tool, key) => {
    const list = Array.from({ length: 5_000 }, (_, index) => ({ id: index + 1, name: `Name ${index}` }));
    const result = await resultOf(tool, {}, list);
    const shown = Array.isArray(result[key]) ? result[key] : [];
    expect(result).toEqual({
      total: 5_000,
      [key]: list.slice(0, shown.length),
      next: { tool, arguments: { offset: shown.length } },
      warnings: ['Pages shift when the list changes: read all of them first.'],
    });
    expect(Object.keys(result)).toEqual(['total', key, 'next', 'warnings']);
    expect(bytesOf(result)).toBeGreaterThan(0.9 * maxResultBytes);
    expect(bytesOf(result)).toBeLessThan(maxResultBytes);
  });

  test('has the connection that was named in the call for the rest', async () => {
    const list = Array.from({ length: 5_000 }, (_, index) => ({ id: index + 1, name: `Name ${index}` }));
    used.upstream.reply = { body: { status: 'success', data: list } };
    const unpinned = callerThrough(used.upstream.url, {});
    const outcome = await unpinned.call('manychat_list_tags', { connection_id: pinnedId, search: 'name' });
    await unpinned.close();
    expect(outcome).toMatchObject({
      result: { next: { arguments: { connection_id: pinnedId, search: 'name', offset: expect.any(Number) } } },
    });
    expect(used.upstream.arrived.at(-1)?.rawQuery).toBe('');
  });

  test('has flows and folders side by side', async () => {
    const flows = Array.from({ length: 4_000 }, (_, index) => ({ ns: `content${index}_1`, name: `Flow ${index}` }));
    const folders = Array.from({ length: 10 }, (_, index) => ({ id: index, name: `Folder ${index}` }));
    const result = await resultOf('manychat_list_flows', {}, { flows, folders });
    expect(result).toMatchObject({ total: 4_000, total_folders: 10, folders });
    expect(await resultOf('manychat_list_flows', { offset: 3_999 }, { flows, folders })).toEqual({
      total: 4_000,
      total_folders: 10,
      flows: flows.slice(3_999),
      folders: [],
    });
  });

  test('of a contact that is cut names manychat_get_subscriber for the rest, whatever tool returned it', async () => {
    const custom_fields = Array.from({ length: 3_000 }, (_, id) => ({ id, name: `f${id}`, value: 'x'.repeat(50) }));
    const contact = { id: 7, name: 'Ada', email: 'ada@example.com', custom_fields, tags: [{ id: 1, name: 'VIP' }] };
    for (const [tool, args] of [
      ['manychat_get_subscriber', { subscriber_id: 7 }],
      ['manychat_get_subscriber_by_user_ref', { user_ref: 1 }],
      ['manychat_find_subscriber_by_system_field', { email: 'ada@example.com' }],
      ['manychat_update_subscriber', { subscriber_id: 7, first_name: 'Ada' }],
      ['manychat_find_or_create_subscriber', { email: 'ada@example.com', has_opt_in_email: true }],
    ] as const) {
      expect(await resultOf(tool, args, contact), tool).toMatchObject({
        subscriber: { id: '7', name: 'Ada', tags: contact.tags },
        total_custom_fields: 3_000,
        total_tags: 1,
        next: { tool: 'manychat_get_subscriber', arguments: { subscriber_id: '7', offset: expect.any(Number) } },
      });
    }
  });

  test('has short texts whole and long ones cut where that makes room for every item', async () => {
    const custom_fields = [
      { id: 1, name: 'history', value: 'h'.repeat(50_000) },
      ...Array.from({ length: 10 }, (_, id) => ({ id: id + 2, name: `f${id}`, value: 'x'.repeat(600) })),
    ];
    const result = await resultOf('manychat_get_subscriber', { subscriber_id: 1 }, { id: 1, custom_fields });
    expect(result).toEqual({
      subscriber: {
        id: '1',
        custom_fields: [
          { ...custom_fields[0], value: expect.stringMatching(/^h{11000,12000}… /) },
          ...custom_fields.slice(1),
        ],
      },
      warnings: [
        'Cut, as marked in the text: subscriber.custom_fields.value. Do not write a cut text back. To read more of one: manychat_get_subscriber with its name as search.',
      ],
    });
  });

  test('says that an offset is past the end, and that a search has no hit', async () => {
    const tags = [{ id: 1, name: 'VIP' }];
    expect(await resultOf('manychat_list_tags', { offset: 9 }, tags)).toEqual({
      total: 1,
      tags: [],
      warnings: ['offset 9 is past the end (1 tag in all).'],
    });
    expect(await resultOf('manychat_list_tags', { search: 'gold' }, tags)).toEqual({
      total: 0,
      tags: [],
      warnings: ['No tag has "gold" in its name (1 tag in all).'],
    });
    expect(await resultOf('manychat_get_subscriber', { subscriber_id: 1, search: 'gold' }, { id: 1, tags })).toEqual({
      subscriber: { id: '1' },
      total_custom_fields: 0,
      total_tags: 0,
      warnings: [
        'No field with a value and no tag of this contact has "gold" in its name (0 custom fields and 1 tag in all); manychat_list_custom_fields shows all fields.',
      ],
    });
  });

  test.each([
    ['vip', ['VIP', 'Old VIPs', '𝐕𝐈𝐏 early']],
    ['old vip', ['Old VIPs']],
    ['CAFE', ['Café']],
    ['cafe\u0301', ['Café']],
    ['istanbul', ['İstanbul']],
    ['STRASSE', ['Straße']],
    ['lodz', ['Łódź']],
    ['夏', ['夏セール']],
    ['ガ', ['ガ行']],
    ['カ', []],
    ['🔥', ['Hot 🔥']],
    [2024, ['Sale 2024']],
    ['vip early', ['𝐕𝐈𝐏 early']],
    ['𝐨𝐥𝐝 𝐯𝐢𝐩', ['Old VIPs']],
    ['no 5', ['№ 5']],
    ['ΠΡΟΣ', ['Προσφορές']],
    ['προσφορεσ', ['Προσφορές']],
    ['ΠΡΟΣΦΟΡΈΣ', ['Προσφορές']],
    ['aero', ['Ærø']],
    ['œuvre', ['Œuvre']],
    ['oeuvre', ['Œuvre']],
  ])('of a search for %j has these names: %j', async (search, names) => {
    const all = [
      'V\u200eIP',
      'Old VIPs',
      'Café',
      'İstanbul',
      'Straße',
      'Łódź',
      '夏セール',
      'ガ行',
      'Hot 🔥',
      'Sale 2024',
      '𝐕𝐈𝐏 early',
      '№ 5',
      'Προσφορές',
      'Ærø',
      'Œuvre',
    ];
    const result = await resultOf(
      'manychat_list_tags',
      { search },
      all.map((name, index) => ({ id: index + 1, name })),
    );
    expect(result).toMatchObject({ total: names.length, tags: names.map((name) => expect.objectContaining({ name })) });
  });

  test.each([['\u200b'], ['\u0301'], ['\ufe0f\u20e3'], [' \u2060 ']])(
    'is refused for the search %j, which compares with nothing',
    async (search) => {
      const outcome = await used.caller.call('manychat_list_tags', { search });
      expect(outcome).toMatchObject({
        failure: { kind: 'invalid_input', message: expect.stringMatching(/^search: /) },
      });
    },
  );

  test('of a search has the flows of a folder by its name, and the folders of flows', async () => {
    const folders = [
      { id: 7, name: 'Promo' },
      { id: 8, name: 'Other' },
      { id: 9, name: 'Promo old' },
    ];
    const flows = [7, 8, 7, 0].map((folder_id, index) => ({ ns: `content${index}`, name: `Flow ${index}`, folder_id }));
    const search = (text: string) => resultOf('manychat_list_flows', { search: text }, { flows, folders });
    expect(await search('promo')).toEqual({
      total: 2,
      total_folders: 2,
      flows: [flows[0], flows[2]],
      folders: [folders[0], folders[2]],
    });
    expect(await search('flow 1')).toEqual({ total: 1, total_folders: 1, flows: [flows[1]], folders: [folders[1]] });
    expect(await search('promo 2')).toMatchObject({ flows: [flows[2]], folders: [folders[0]] });
    expect(await search('flow 3')).toMatchObject({
      flows: [flows[3]],
      folders: [],
      warnings: ['No folder has "flow 3" in its name (3 folders in all).'],
    });
  });

  test.each([[-1], [0.5], ['x'], [true]])('is refused for the offset %j', async (offset) => {
    const outcome = await used.caller.call('manychat_list_tags', { offset });
    expect(outcome).toMatchObject({
      failure: { kind: 'invalid_input', message: expect.stringMatching(/^offset: must be a whole number/) },
    });
  });

  test.each([
    ['many keys', Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`key${index}`, 'x'.repeat(90)]))],
    ['deep lists', { a: Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => 'x'.repeat(20))) }],
    ['long keys', { ['k'.repeat(1_000_000)]: 1 }],
    [
      'long lists beside those of contacts',
      { user_refs: Array.from({ length: 5_000 }, (_, index) => ({ user_ref: index })) },
    ],
  ])('of a response with %s still matches its output schema', async (_, data) => {
    for (const [name, args] of [
      ['manychat_get_subscriber', { subscriber_id: 1 }],
      ['manychat_find_subscribers_by_name', { name: 'x', detail: 'full' }],
      ['manychat_find_or_create_subscriber', { email: 'a@example.com', has_opt_in_email: true }],
    ] as const) {
      const isList = name.includes('by_name');
      const result = await resultOf(name, args, isList ? [data, { id: 2 }] : data);
      expect(bytesOf(result), name).toBeLessThan(maxResultBytes);
      const schema = declarations.find((each) => each.name === name)?.output.schema;
      if (schema === undefined) throw new Error(name);
      expect(new Ajv2020({ strict: false }).compile(outputSchema(schema))(result)).toBe(true);
    }
  });

  test('of a check of content has the data as it would be sent as a whole, or not at all', async () => {
    const check = (text: string) =>
      resultOf('manychat_check_content', { data: { messages: Array(3).fill({ type: 'text', text }) } }, {});
    expect((await check('Hi')).data).toMatchObject({
      content: { messages: [{ text: 'Hi' }, { text: 'Hi' }, { text: 'Hi' }] },
    });
    const long = await check('🔥'.repeat(900));
    expect(long).toMatchObject({
      valid: true,
      warnings: [expect.any(String), expect.stringMatching(/^The data as it/)],
    });
    expect(long).not.toHaveProperty('data');
    expect(bytesOf(long)).toBeLessThan(maxResultBytes);
  });

  test('of a dry run is bounded too', async () => {
    const dry = callerThrough(used.upstream.url, { MATON_CONNECTION_ID: pinnedId, MANYCHAT_MCP_DRY_RUN: '1' });
    const ids = Array.from({ length: 1_000 }, (_, index) => index + 1);
    const outcome = await dry.call('manychat_for_each_subscriber', {
      subscriber_ids: ids,
      action: 'send_text',
      text: '価値'.repeat(2_000),
    });
    await dry.close();
    expect(outcome).toMatchObject({ result: { dry_run: true, more_requests: 980 } });
    expect(bytesOf(outcome)).toBeLessThan(maxResultBytes + 100);
  });

  test('is not bounded for the completion of prompt arguments', async () => {
    const names = Array.from({ length: 3_000 }, (_, id) => ({ id, name: `Tag ${id} ${'x'.repeat(30)}` }));
    used.upstream.reply = { body: { status: 'success', data: names } };
    const { createCompleter } = await import('../../../../src/mcp/guidance/completion.js');
    const complete = createCompleter(used.caller.callTool, () => 0);
    expect(await complete('tag', 'Tag 2999')).toEqual([`Tag 2999 ${'x'.repeat(30)}`]);
  });
});
