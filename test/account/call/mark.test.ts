import { describe, expect, test } from 'vitest';
import { bounded } from '../../../src/account/call/bounds/bound-result.js';
import { markPattern } from '../../../src/account/call/mark.js';
import { isObject } from '../../../tools/contract/json.js';
import { listBotFields } from '../../../tools/endpoints/fields.js';
import { runBulk } from '../../support/bulk.js';
import { useFolder } from '../../support/folder.js';
import { requesting } from '../../support/requesting.js';
import { useUpstream } from '../../support/upstream-caller.js';

const used = useUpstream();

const cut = 'vvvv… [first 300 of 2000 characters]';

/** Copies of a value in which one text is another. */
function withOneText(value: unknown, text: string): unknown[] {
  if (typeof value === 'string') return [text];
  if (Array.isArray(value))
    return value.flatMap((each, index) => withOneText(each, text).map((other) => value.with(index, other)));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    withOneText(each, text).map((other) => ({ ...value, [key]: other })),
  );
}

describe('a text that a result shortened', () => {
  test.each(requesting.map(({ name, example }) => [name, example] as const))(
    'is refused by %s wherever its example has a text, and nothing is sent',
    async (name, example) => {
      const before = used.upstream.arrived.length;
      for (const args of withOneText(example, cut)) {
        const outcome = await used.caller.call(name, args);
        expect(outcome, JSON.stringify(args)).toMatchObject({
          ok: false,
          failure: { kind: expect.stringMatching(/^invalid_(?:input|content)$/), performed: 'no' },
        });
      }
      expect(used.upstream.arrived.length).toBe(before);
    },
  );

  test.each([
    ['manychat_set_custom_field', { subscriber_id: '5', field_id: 1, field_value: cut }, 'field_value'],
    ['manychat_set_custom_fields', { subscriber_id: '5', fields: [{ field_id: 1, field_value: cut }] }, 'fields[0].'],
    ['manychat_set_bot_field', { field_id: 1, field_value: JSON.stringify({ note: cut }) }, 'field_value'],
    [
      'manychat_set_bot_field',
      { field_id: 1, field_value: '{"note":"v\\u2026 [first 3 of 9 characters]"}' },
      'field_value',
    ],
    ['manychat_set_bot_fields', { fields: JSON.stringify([{ field_id: 1, field_value: cut }]) }, 'fields[0].'],
    ['manychat_send_text', { subscriber_id: '5', text: `Hi ${cut}!` }, 'text'],
    ['manychat_create_tag', { name: cut.replace('…', '...') }, 'name'],
    ['manychat_set_fields_and_send_flow', { subscriber_id: '5', flow_ns: 'c1', fields: { note: cut } }, 'fields'],
    ['manychat_for_each_subscriber', { subscriber_ids: ['5'], action: 'send_text', text: cut }, 'text'],
    ['manychat_list_tags', { search: cut }, 'search'],
  ])('is refused by %s in words that name the place: %j', async (name, args, place) => {
    const { failure } = { failure: undefined, ...(await used.caller.call(name, args)) };
    expect(failure).toMatchObject({ kind: 'invalid_input', performed: 'no' });
    expect(failure?.message).toContain(place);
    expect(failure?.message).toMatch(/an earlier result shortened it.*with the tool that showed it/);
  });

  test.each([[{ type: 'text', text: cut }], [{ type: 'cards', elements: [{ title: cut }] }]])(
    'is refused as content: %j',
    async (message) => {
      for (const form of [(data: object) => data, JSON.stringify]) {
        const data = form({ messages: [message] });
        const outcome = await used.caller.call('manychat_send_content', { subscriber_id: '5', data });
        expect(outcome).toMatchObject({ failure: { kind: 'invalid_content', performed: 'no' } });
        expect(JSON.stringify(outcome)).toContain('an earlier result shortened it');
      }
    },
  );

  const write = useFolder();

  test('is refused in a cell of a table', async () => {
    const table = write('t.csv', `id,note\n123456789012,"${cut}"\n123456789013,Whole\n`);
    const environment = { MANYCHAT_API_KEY: '1:0123456789abcdef0123456789abcdef', MANYCHAT_MCP_DRY_RUN: '1' };
    const { counts, noted } = await runBulk(environment, table, { setFields: 'note' });
    expect(counts).toMatchObject({ failed: 1 });
    expect(noted).toContain('an earlier result shortened it');
  });

  test.each([
    'Read more… [first 3 steps]',
    'The first 300 of 2000 characters',
    '[first 300 of 2000 characters]',
    '… [first ten of 20 characters]',
  ])('is not what a person writes: %s', (text) => {
    expect(text).not.toMatch(markPattern);
  });

  test('has the mark that is refused', () => {
    const call = { declaration: listBotFields, input: {}, connectionId: undefined, offers: () => true };
    const bot_fields = [{ id: 1, name: 'n'.repeat(600), value: 'v'.repeat(30_000) }];
    const { bot_fields: shown } = bounded(call, { bot_fields });
    expect(shown).toEqual([
      { id: 1, name: expect.stringMatching(markPattern), value: expect.stringMatching(markPattern) },
    ]);
  });
});
