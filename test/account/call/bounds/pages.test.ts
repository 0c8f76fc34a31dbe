import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bounded } from '../../../../src/account/call/bounds/bound-result.js';
import { asObject, isObject, type Result } from '../../../../tools/contract/json.js';
import { getSubscriber } from '../../../../tools/endpoints/subscribers.js';
import { listTags } from '../../../../tools/endpoints/tags.js';
import { declarations } from '../../../../tools/index.js';
import { createCaller } from '../../../support/caller.js';
import { largeAccount, largeContact, largeReply } from '../../../support/large-account.js';
import { everyTurnAtOnce } from '../../../support/pacer.js';
import { pinnedId, through } from '../../../support/program.js';
import { requesting } from '../../../support/requesting.js';
import { startUpstream, type Upstream } from '../../../support/upstream.js';

const maxResultBytes = 28_000;
const seed = 20_261_126;

const bytesOf = (result: unknown): number => Buffer.byteLength(JSON.stringify(result));

/** The items of a list in a result, by the key of the list. */
type Items = Record<string, unknown[]>;

/** A call as a result names it. */
const nextOf = ({ next }: Result): { tool: string; arguments: Result } | undefined =>
  isObject(next) ? { tool: String(next.tool), arguments: asObject(next.arguments) } : undefined;

/** Adds the items of a page. */
function collect(items: Items, holder: Result, keys: readonly string[]): void {
  for (const key of keys) {
    const list = holder[key];
    if (Array.isArray(list)) items[key] = [...(items[key] ?? []), ...list];
  }
}

const idsOf = (items: readonly unknown[] = []): unknown[] =>
  items.map((item) => {
    const { id, ns, connection_id } = asObject(item);
    return ns ?? connection_id ?? id;
  });

/** Calls a tool, and what each result names as next. */
async function follow(
  call: (tool: string, args: Result) => Promise<Result>,
  tool: string,
  args: Result,
): Promise<Result[]> {
  const pages: Result[] = [];
  let named: ReturnType<typeof nextOf> = { tool, arguments: args };
  while (named !== undefined) {
    const page = await call(named.tool, named.arguments);
    expect(bytesOf(page)).toBeLessThan(maxResultBytes);
    pages.push(page);
    named = nextOf(page);
  }
  return pages;
}

describe('a large account', () => {
  let upstream: Upstream;
  let caller: ReturnType<typeof createCaller>;
  beforeAll(async () => {
    upstream = await startUpstream(largeReply);
    caller = createCaller({ ...through(upstream.url), MATON_CONNECTION_ID: pinnedId }, { pacer: everyTurnAtOnce });
  });
  afterAll(async () => {
    await caller.close();
    await upstream.close();
  });
  async function call(tool: string, args: Result): Promise<Result> {
    const outcome = await caller.call(tool, args);
    if (!outcome.ok) throw new Error(`${tool}: ${JSON.stringify(outcome.failure)}`);
    return outcome.result;
  }

  const paged = declarations.filter(({ output }) => output.pages !== undefined);
  const lists: Readonly<Record<string, readonly unknown[]>> = largeAccount;

  test('has a page of each list, and no other tool returns more either', async () => {
    expect(paged.length).toBeGreaterThan(12);
    for (const { name, effect, example } of requesting) {
      if (effect !== 'read') continue;
      const outcome = await caller.call(name, example);
      expect(bytesOf(outcome), name).toBeLessThan(maxResultBytes + 100);
    }
  });

  test.each(paged.filter(({ output }) => output.pages?.within === undefined && !output.pages?.counted))(
    '$name returns every item once',
    async ({ name, output }) => {
      const keys = output.pages?.lists ?? [];
      const items: Items = {};
      const pages = await follow(call, name, {});
      for (const page of pages) collect(items, page, keys);
      expect(pages.length).toBeGreaterThan(1);
      for (const key of keys) expect(idsOf(items[key]), key).toEqual(idsOf(lists[key]));
      expect(pages.map(({ total }) => total)).toEqual(pages.map(() => lists[keys[0] ?? '']?.length));
    },
  );

  test('manychat_get_subscriber returns every field and tag of a contact once', async () => {
    const items: Items = {};
    for (const page of await follow(call, 'manychat_get_subscriber', { subscriber_id: '1' })) {
      expect(page.subscriber).toMatchObject({ id: '1', name: 'Ana 1' });
      collect(items, asObject(page.subscriber), ['custom_fields', 'tags']);
    }
    expect(idsOf(items.custom_fields)).toEqual(idsOf(largeContact(1).custom_fields));
    expect(idsOf(items.tags)).toEqual(idsOf(largeContact(1).tags));
  });

  test.each(paged.filter(({ output }) => output.pages?.within === 'subscriber'))(
    '$name returns the first of them, and the call for the others',
    async ({ name, example }) => {
      const page = await call(name, example);
      expect(bytesOf(page)).toBeLessThan(maxResultBytes);
      const { custom_fields, tags } = asObject(page.subscriber);
      expect(nextOf(page)).toEqual({
        tool: 'manychat_get_subscriber',
        arguments: { subscriber_id: '1', offset: Array.isArray(tags) ? tags.length : 0 },
      });
      expect(custom_fields).toHaveLength(Number(nextOf(page)?.arguments.offset));
    },
  );

  test.each(paged.filter(({ output }) => output.pages?.counted === true))(
    '$name returns every contact once, and names the call for the rest of each',
    async ({ name, example }) => {
      const contacts: unknown[] = [];
      for (const page of await follow(call, name, { ...example, detail: 'full' }))
        contacts.push(...(Array.isArray(page.subscribers) ? page.subscribers : []));
      expect(idsOf(contacts)).toEqual(['1', '2', '3']);
      for (const contact of contacts) {
        const { tool = '', arguments: args = {} } = nextOf(asObject(contact)) ?? {};
        expect(args).toEqual({ subscriber_id: asObject(contact).id, offset: expect.any(Number) });
        const shown = [contact, asObject(await call(tool, args)).subscriber].map(asObject);
        const items: Items = {};
        for (const part of shown) collect(items, part, ['custom_fields', 'tags']);
        const ids = idsOf(items.custom_fields);
        expect(ids).toEqual(idsOf(largeContact(1).custom_fields).slice(0, ids.length));
      }
    },
  );

  test.each([
    ['manychat_list_flows', 'flows', 'erinnerung newsletter'],
    ['manychat_list_tags', 'tags', 'ЗАКАЗЕ'],
    ['manychat_list_tags', 'tags', 'отзыв'],
    ['manychat_list_tags', 'tags', 'bestatigt'],
    ['manychat_list_bot_fields', 'bot_fields', 'bot_1'],
    ['manychat_list_custom_fields', 'custom_fields', 'field_7'],
  ])('a search of %s reaches every match once: %s %s', async (tool, key, search) => {
    const items: Items = {};
    for (const page of await follow(call, tool, { search })) collect(items, page, [key]);
    const words = search.toLowerCase().split(' ');
    const expected = (lists[key] ?? []).filter((item) => {
      const name = String(asObject(item).name).toLowerCase().replace('ä', 'a');
      return words.every((word) => name.includes(word));
    });
    expect(idsOf(items[key])).toEqual(idsOf(expected));
  });

  test('a long value is read whole with the name of its field, even if others contain that name', async () => {
    const [page] = await follow(call, 'manychat_list_bot_fields', { search: 'bot_1' });
    expect(page).toMatchObject({ total: 111 });
    expect(page?.bot_fields).toContainEqual(largeAccount.bot_fields[1]);
    const several = await call('manychat_get_subscriber', { subscriber_id: '1', search: 'field_12' });
    expect(several).toMatchObject({ total_custom_fields: 11 });
    expect(asObject(several.subscriber).custom_fields).toContainEqual(largeContact(1).custom_fields[12]);
    const contact = await call('manychat_get_subscriber', { subscriber_id: '1', search: 'field_799' });
    expect(contact).toEqual({
      subscriber: { ...largeContact(1), custom_fields: [largeContact(1).custom_fields[799]], tags: undefined },
      total_custom_fields: 1,
      total_tags: 0,
      warnings: ['No tag of this contact has "field_799" in its name (3000 tags in all).'],
    });
  });
});

test('what is cut in a list of contacts is marked once, and its calls name the connection', async () => {
  const upstream = await startUpstream(largeReply);
  const caller = createCaller(through(upstream.url), { pacer: everyTurnAtOnce });
  const args = { connection_id: pinnedId, name: 'Ana', detail: 'full' };
  const outcome = await caller.call('manychat_find_subscribers_by_name', args);
  await caller.close();
  await upstream.close();
  const subscribers = outcome.ok && Array.isArray(outcome.result.subscribers) ? outcome.result.subscribers : [];
  expect(subscribers).toHaveLength(3);
  for (const contact of subscribers.map(asObject)) {
    expect(nextOf(contact)?.arguments).toMatchObject({ connection_id: pinnedId, subscriber_id: contact.id });
    expect(contact.last_input_text).toMatch(/^[^…]+… \[first \d+ of 2000 characters\]$/);
    expect(JSON.stringify(contact)).not.toMatch(/…[^"]*…/);
  }
});

describe('in any list', () => {
  const name = fc.oneof(
    fc.string({ maxLength: 400, unit: 'grapheme' }),
    fc.integer({ min: 1, max: 600 }).map((length) => '"'.repeat(length)),
    fc.integer({ min: 1, max: 600 }).map((length) => '🔥'.repeat(length)),
    fc.integer({ min: 1, max: 600 }).map((length) => 'n'.repeat(length)),
  );

  /** Follows the pages of one result. */
  async function pagesOf(declaration: typeof listTags, data: Result, args: Result): Promise<Result[]> {
    return follow(
      async (_, input) => bounded({ declaration, input, connectionId: undefined, offers: () => true }, data),
      declaration.name,
      args,
    );
  }

  test('the pages are small enough and have every item once', async () => {
    const property = fc.asyncProperty(
      fc.array(name, { maxLength: 120, size: 'max' }),
      fc.nat(4),
      async (names, times) => {
        const tags = Array.from({ length: times + 1 }, () => names)
          .flat()
          .map((each, id) => ({ id, name: each }));
        const pages = await pagesOf(listTags, { tags }, {});
        const ids = pages.flatMap((page) => idsOf(Array.isArray(page.tags) ? page.tags : []));
        expect(ids).toEqual(idsOf(tags));
      },
    );
    await fc.assert(property, { seed, numRuns: 25 });
  });

  test('the pages of a contact are too, whatever its own texts and values are', async () => {
    const field = fc.record({ name, value: fc.oneof(name, fc.integer(), fc.string({ maxLength: 3_000 })) });
    const contact = fc.record({
      last_input_text: name,
      fields: fc.array(field, { maxLength: 80, size: 'max' }),
      tags: fc.array(name),
    });
    const property = fc.asyncProperty(contact, async ({ last_input_text, fields, tags: tagNames }) => {
      const custom_fields = fields.map((each, id) => ({ id, ...each }));
      const tags = tagNames.map((each, id) => ({ id, name: each }));
      const pages = await pagesOf(getSubscriber, { subscriber: { id: '1', last_input_text, custom_fields, tags } }, {});
      const items: Items = {};
      for (const { subscriber } of pages) collect(items, asObject(subscriber), ['custom_fields', 'tags']);
      expect(idsOf(items.custom_fields)).toEqual(idsOf(custom_fields));
      expect(idsOf(items.tags)).toEqual(idsOf(tags));
    });
    await fc.assert(property, { seed, numRuns: 25 });
  });

  test('a list of about the size of a page is whole, or comes in two pages', async () => {
    const sizeWith = async (length: number) => {
      const tags = Array.from({ length: 60 }, (_, id) => ({ id, name: 'n'.repeat(id < 59 ? 416 : length) }));
      return pagesOf(listTags, { tags }, {});
    };
    const counts = new Set<number>();
    for (let length = 1; length < 480; length += 1) {
      const pages = await sizeWith(length);
      counts.add(pages.length);
      expect(pages.flatMap(({ tags }) => idsOf(Array.isArray(tags) ? tags : []))).toHaveLength(60);
    }
    expect(counts).toEqual(new Set([1, 2]));
  });
});
