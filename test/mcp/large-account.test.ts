import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asObject, isObject } from '../../tools/contract/json.js';
import { resources } from '../../tools/guidance/resources.js';
import { largeAccount, largeReply } from '../support/large-account.js';
import { connectProgram, pinnedId, through } from '../support/program.js';
import { startUpstream, type Upstream } from '../support/upstream.js';

const maxResultBytes = 28_000;

describe('a client of a large account', () => {
  let upstream: Upstream;
  let client: Awaited<ReturnType<typeof connectProgram>>['client'];
  beforeAll(async () => {
    upstream = await startUpstream(largeReply);
    ({ client } = await connectProgram({ ...through(upstream.url), MATON_CONNECTION_ID: pinnedId }));
  });
  afterAll(async () => {
    await client.close();
    await upstream.close();
  });
  const keyOf: Readonly<Record<string, keyof typeof largeAccount>> = {
    'manychat://tags': 'tags',
    'manychat://fields': 'custom_fields',
    'manychat://bot-fields': 'bot_fields',
    'manychat://flows': 'flows',
  };

  // Messages are not of ManyChat, and this account hears none.
  const lists = resources.filter(({ changes }) => changes !== true);

  test.each(lists.map(({ uri }) => [uri]))('reads %s, and the rest with the tool that it names', async (uri) => {
    const { contents } = await client.readResource({ uri });
    const [content] = contents;
    const text = content !== undefined && 'text' in content ? content.text : '';
    expect(Buffer.byteLength(text)).toBeLessThan(maxResultBytes);
    const key = keyOf[uri];
    if (key === undefined) return;
    const items: unknown[] = [];
    let page = asObject(JSON.parse(text));
    expect(page.total).toBe(largeAccount[key].length);
    for (;;) {
      const list = page[key];
      items.push(...(Array.isArray(list) ? list : []));
      const { next } = page;
      if (!isObject(next)) break;
      const result = await client.callTool({ name: String(next.tool), arguments: asObject(next.arguments) });
      const [first] = result.content;
      expect(Buffer.byteLength(first?.type === 'text' ? first.text : '')).toBeLessThan(maxResultBytes);
      page = asObject(result.structuredContent);
    }
    const ids = (list: readonly unknown[]) => list.map(asObject).map(({ id, ns }) => ns ?? id);
    expect(ids(items)).toEqual(ids(largeAccount[key]));
  });

  test('completes a name with 100 of the tags, and their true number', async () => {
    const ref = { type: 'ref/prompt', name: 'tidy_tags' } as const;
    const { completion } = await client.complete({ ref, argument: { name: 'tag', value: 'TAG' } });
    expect(completion.values).toHaveLength(100);
    expect(completion).toMatchObject({ total: largeAccount.tags.length, hasMore: true });
  });
});
