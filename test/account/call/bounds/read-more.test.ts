import { describe, expect, test } from 'vitest';
import { bounded } from '../../../../src/account/call/bounds/bound-result.js';
import { asObject, type Result, toList } from '../../../../tools/contract/json.js';
import { listBotFields } from '../../../../tools/endpoints/fields.js';
import {
  findSubscribersByName,
  getSubscriber,
  getSubscriberByUserRef,
} from '../../../../tools/endpoints/subscribers.js';
import { listTags } from '../../../../tools/endpoints/tags.js';

const maxResultBytes = 28_000;

const numbered = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => item(index));

/** The result of one call, and its warnings as one text. */
function resultOf(
  declaration: Parameters<typeof bounded>[0]['declaration'],
  input: Result,
  data: Result,
  offers: (tool: string) => boolean = () => true,
) {
  const result = bounded({ declaration, input, connectionId: undefined, offers }, data);
  expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(maxResultBytes);
  return { result, warnings: (toList(result.warnings) ?? []).join(' ') };
}

const itemsOf = (value: unknown): Record<string, unknown>[] => (toList(value) ?? []).map(asObject);

describe('the value of a field that is searched by its very name', () => {
  const texts: readonly [string, (length: number) => string][] = [
    ['letters', (length) => 'v'.repeat(length)],
    ['quotes', (length) => '"'.repeat(length)],
    ['three-byte letters', (length) => '値'.repeat(length)],
  ];

  test.each(texts)('is never shorter than 10,000 bytes or the whole, for any number of neighbours: %s', (_, textOf) => {
    for (const length of [300, 2_000, 3_200, 12_000]) {
      for (let count = 2; count <= 120; count += length === 2_000 ? 1 : 17) {
        for (const place of count % 5 === 0 ? [0] : [count - 1]) {
          const bot_fields = numbered(count, (index) => ({
            id: index + 1,
            name: index === place ? 'note' : `note ${index} ${'n'.repeat(index % 7 === 0 ? 480 : 5)}`,
            value: textOf(index === place ? length : 2_000),
          }));
          const { result } = resultOf(listBotFields, { search: 'NOTE' }, { bot_fields });
          const value = String(itemsOf(result.bot_fields).find(({ id }) => id === place + 1)?.value);
          const shown = value.replace(/… \[first.*$/, '');
          const whole = textOf(length);
          const enough = Math.min(Buffer.byteLength(JSON.stringify(whole)) - 2, 9_600);
          expect(Buffer.byteLength(JSON.stringify(shown)) - 2, `${count} ${place}`).toBeGreaterThanOrEqual(enough);
        }
      }
    }
  });

  test('is shown before the values of longer neighbours', () => {
    const bot_fields = [
      { id: 2, name: 'json2', value: 'w'.repeat(5_000) },
      { id: 1, name: 'json', value: 'v'.repeat(23_000) },
    ];
    const { result, warnings } = resultOf(listBotFields, { search: 'json' }, { bot_fields });
    expect(itemsOf(result.bot_fields)[0]).toEqual(bot_fields[1]);
    expect(warnings).toContain('To read more of one: manychat_list_bot_fields with its name as search.');
  });

  test('comes page by page if many fields have that name', () => {
    const bot_fields = numbered(40, (id) => ({ id, name: 'note', value: 'v'.repeat(9_000) }));
    const { result } = resultOf(listBotFields, { search: 'note' }, { bot_fields });
    expect(itemsOf(result.bot_fields)).toEqual(bot_fields.slice(0, 2));
    expect(result.next).toEqual({ tool: 'manychat_list_bot_fields', arguments: { search: 'note', offset: 2 } });
  });

  test('is not recommended to be read by the call that was just made', () => {
    const bot_fields = [{ id: 1, name: 'note', value: 'v'.repeat(30_000) }];
    for (const search of ['note', undefined]) {
      const input = search === undefined ? {} : { search };
      const { warnings } = resultOf(listBotFields, input, { bot_fields });
      expect(warnings).toContain('They cannot be read at more length here.');
      expect(warnings).not.toContain('To read more');
    }
  });
});

describe('the advice how to read more', () => {
  test('is given only for values of items that a search finds', () => {
    const custom_fields = numbered(20, (id) => ({ id, name: `f${id}`, value: 'v'.repeat(3_000) }));
    const subscriber = { id: '1', last_input_text: 't'.repeat(9_000), custom_fields };
    const { warnings } = resultOf(getSubscriber, { subscriber_id: '1' }, { subscriber });
    expect(warnings).toContain(
      'To read more of one of subscriber.custom_fields.value: manychat_get_subscriber with its name as search.',
    );
    const tags = numbered(3, (id) => ({ id, name: 'n'.repeat(600 + id) }));
    expect(resultOf(listTags, {}, { tags }).warnings).toBe(
      'Cut, as marked in the text: tags.name. Do not write a cut text back.',
    );
    const unsearchable = numbered(20, (id) => ({ id, name: 'n'.repeat(201), value: 'v'.repeat(3_000) }));
    expect(resultOf(listBotFields, {}, { bot_fields: unsearchable }).warnings).not.toContain('To read more');
  });

  test('and the call for the rest name only tools that are offered', () => {
    const custom_fields = numbered(900, (id) => ({ id, name: `f${id}`, value: 'v'.repeat(900) }));
    const contact = { id: '1', custom_fields, tags: [] };
    const offers = (tool: string) => tool !== 'manychat_get_subscriber' && tool !== 'manychat_list_custom_fields';
    const one = resultOf(getSubscriberByUserRef, { user_ref: '1' }, { subscriber: contact }, offers);
    expect(one.result).not.toHaveProperty('next');
    expect(one.warnings).toContain('No tool that is offered here shows the rest.');
    const found = { subscribers: [contact, contact], count: 2, capped: false };
    const many = resultOf(findSubscribersByName, { name: 'a', detail: 'full' }, found, offers);
    for (const { result, warnings } of [one, many]) {
      expect(warnings).not.toMatch(/manychat_get_subscriber |manychat_list_custom_fields/);
      expect(JSON.stringify(result)).not.toContain('"tool":"manychat_get_subscriber"');
    }
  });
});

describe('a contact of which a part is shown', () => {
  const tags = numbered(2_000, (id) => ({ id, name: `Tag ${id}` }));

  test('says so, with the counts of what is shown', () => {
    const subscriber = { id: '1', custom_fields: [{ id: 1, name: 'f', value: 'v' }], tags };
    const { result, warnings } = resultOf(getSubscriber, { subscriber_id: '1' }, { subscriber });
    const count = itemsOf(asObject(result.subscriber).tags).length;
    expect(warnings).toBe(`Only a part is shown: tags ${count} of 2000.`);
    const rest = resultOf(getSubscriber, { subscriber_id: '1', offset: count }, { subscriber });
    expect(rest.warnings).toMatch(new RegExp(`^Only a part is shown: tags ${count + 1} to \\d+ of 2000\\.$`));
  });

  test('says so in a list of contacts too', () => {
    const subscribers = numbered(3, (id) => ({ id: String(id), tags }));
    const { warnings } = resultOf(findSubscribersByName, { name: 'a', detail: 'full' }, { subscribers, count: 3 });
    expect(warnings).toMatch(/^Of [123] contacts only a part of the tags or fields is shown: /);
  });

  test('has no call for the rest without an id, unless the same tool takes an offset', () => {
    const subscriber = { tags };
    expect(resultOf(getSubscriberByUserRef, { user_ref: '1' }, { subscriber }).result).not.toHaveProperty('next');
    expect(resultOf(getSubscriber, { subscriber_id: '7' }, { subscriber }).result.next).toMatchObject({
      tool: 'manychat_get_subscriber',
      arguments: { subscriber_id: '7' },
    });
  });
});

test('the mark states the length of the text that was cut, whatever that text ends with', () => {
  const value = `${'v'.repeat(30_000)}… [first 3 of 5 characters]`;
  const { result } = resultOf(listBotFields, {}, { bot_fields: [{ id: 1, name: 'a', value }] });
  expect(itemsOf(result.bot_fields)[0]?.value).toMatch(
    new RegExp(`v… \\[first \\d+ of ${value.length} characters\\]$`),
  );
});

test('the mark of a text that is cut twice states the length of the whole, and how much is there', () => {
  const contact = (id: number) => ({
    id: String(id),
    custom_fields: numbered(30, (field) => ({ id: field, name: `f${field}`, value: 'v'.repeat(2_000) })),
    ...Object.fromEntries(numbered(40, (index) => [`extra_${index}`, 'e'.repeat(4_000)])),
  });
  const { result } = resultOf(
    findSubscribersByName,
    { name: 'a', detail: 'full' },
    { subscribers: numbered(12, contact), count: 12 },
  );
  const texts = JSON.stringify(result).match(/"[ev]+… \[first \d+ of \d+ characters\]"/g) ?? [];
  expect(texts.length).toBeGreaterThan(3);
  for (const text of texts) {
    const [, letters = '', shown, total] = /^"([ev]+)… \[first (\d+) of (\d+) /.exec(text) ?? [];
    expect([Number(shown), Number(total)]).toEqual([letters.length, letters.startsWith('e') ? 4_000 : 2_000]);
  }
});
