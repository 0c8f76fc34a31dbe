import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createNameList } from '../../../../src/account/lookups/true-names.js';
import { withoutHidden } from '../../../../src/text/safe-text.js';
import { type Caller, createCaller } from '../../../support/caller.js';
import { drivenClock } from '../../../support/driven.js';
import { usedText, withNames } from '../../../support/named-things.js';
import { john, maria } from '../../../support/people.js';
import { pinnedTo } from '../../../support/program.js';
import { useCaller, useSandbox } from '../../../support/sandboxed.js';

const clock = drivenClock();
const used = useCaller({ clock });
const { bodies, createTag, createField } = withNames(used);
const content = (actions: object[], more: object = {}) => ({
  version: 'v2',
  content: { messages: [{ type: 'text', text: 'Gold' }], actions, ...more },
});

describe('names in content', () => {
  test('are replaced in actions, and the content is sent once', async () => {
    const tag = await createTag('Gold\u200e');
    const field = await createField('Size\u200e');
    const payload = { tag_name: 'Gold', action: 'add_tag', buttons: [{ action: 'add_tag', tag_name: 'Gold' }] };
    const data = content(
      [
        { action: 'add_tag', tag_name: 'Gold' },
        { action: 'set_field_value', field_name: 'Size', value: 'Gold' },
      ],
      {
        messages: [
          {
            type: 'text',
            text: 'Gold',
            buttons: [
              {
                type: 'dynamic_block_callback',
                caption: 'Gold',
                url: 'https://example.com/gold',
                method: 'post',
                headers: { tag_name: 'Gold' },
                payload,
                actions: [{ action: 'remove_tag', tag_name: 'Gold' }],
              },
            ],
          },
        ],
      },
    );
    const result = await used.result('manychat_send_content', { subscriber_id: john, data });
    expect(result.warnings).toEqual(
      expect.arrayContaining([usedText('tag', tag, 'Gold'), usedText('custom field', field, 'Size')]),
    );
    const replaced = JSON.parse(
      JSON.stringify(data)
        .replace('"remove_tag","tag_name":"Gold"', '"remove_tag","tag_name":"Gold\u200e"')
        .replace(
          '"actions":[{"action":"add_tag","tag_name":"Gold"',
          '"actions":[{"action":"add_tag","tag_name":"Gold\u200e"',
        )
        .replace('"Size"', '"Size\u200e"'),
    );
    expect(bodies('sendContent')).toEqual([
      expect.objectContaining({ data }),
      expect.objectContaining({ data: replaced }),
    ]);
    expect(used.sandbox.messages()).toHaveLength(1);
  });

  test('are replaced for many contacts', async () => {
    await createTag('Gold\u200e');
    const data = content([{ action: 'add_tag', tag_name: 'Gold' }]);
    const args = { subscriber_ids: [john, maria], action: 'send_content', data };
    expect(await used.result('manychat_for_each_subscriber', args)).toMatchObject({ accepted: 2 });
    expect(used.sandbox.messages()).toHaveLength(2);
  });

  test('are not replaced if another one does not exist', async () => {
    await createTag('Gold\u200e');
    const data = content(['Gold', 'Silver'].map((tag_name) => ({ action: 'add_tag', tag_name })));
    const failure = await used.failure('manychat_send_content', { subscriber_id: john, data });
    expect(failure.details?.join('\n')).toContain('There is no tag "Silver"');
    expect(used.countOf('sendContent')).toBe(1);
  });

  const topics = { status: 'success', data: [{ id: 9, name: 'Zodiac\u200e' }] };
  const toTopic = { subscriber_id: john, data: content([]), otn_topic_name: 'Zodiac' };
  test('do not include a topic, which is replaced by its own name', async () => {
    used.sandbox.injectFault({ match: { path: 'getOtnTopics' }, status: 200, body: topics });
    const missing = { status: 'error', message: 'OTN topic not found', code: 3021 };
    used.sandbox.injectFault({ match: { path: 'sendContent' }, status: 400, body: missing });
    await used.failure('manychat_send_content', toTopic);
    expect(bodies('sendContent')).toEqual([
      expect.objectContaining({ otn_topic_name: 'Zodiac' }),
      expect.objectContaining({ otn_topic_name: 'Zodiac\u200e' }),
    ]);
  });

  test('are not replaced if it is only said that there is no token: it may be used up', async () => {
    used.sandbox.injectFault({ match: { path: 'getOtnTopics' }, status: 200, body: topics });
    const { kind, details } = await used.failure('manychat_send_content', toTopic);
    expect(kind).toBe('otn_unavailable');
    expect(details?.join()).toContain('one OTN topic is shown as "Zodiac" (id 9)');
    expect(bodies('sendContent')).toEqual([expect.objectContaining({ otn_topic_name: 'Zodiac' })]);
  });
});

describe('an id that is given by name', () => {
  const find = (field_name: string) =>
    used.caller.call('manychat_find_subscribers_by_custom_field', { field_name, field_value: 'x' });
  const asked = () => used.sandbox.requests().filter(({ path }) => path.endsWith('findByCustomField'));

  test('is that of the field with exactly this name, else of the only one that is shown so', async () => {
    const hidden = await createField('Size\u200e');
    const outcome = await find('size');
    expect(outcome).toMatchObject({ ok: true });
    expect(JSON.stringify(outcome)).toContain(`is read as the custom field with id ${hidden}`);
    const exact = await createField('Size');
    expect(JSON.stringify(await find('size'))).not.toContain('is read as');
    expect(asked().map(({ query }) => query.field_id)).toEqual([String(hidden), String(exact)]);
  });

  test('is refused without a request if there is no such field, or more than one', async () => {
    const ids = [await createField('Size\u200e'), await createField('Size\u200f')];
    for (const [name, message] of [
      ['Size', `2 custom fields are shown as "Size" (id ${ids.join(', ')}): use the id, with field_id`],
      ['Zodiac', 'There is no custom field "Zodiac"; none is similar, so ask the user which one is meant'],
    ] as const) {
      const failure = { kind: 'not_found', performed: 'no', message: expect.stringContaining(message) };
      expect(await find(name)).toMatchObject({ ok: false, failure });
    }
    expect(asked()).toEqual([]);
  });
});

describe('a dry run', () => {
  const sandbox = useSandbox({ limits: false });
  let caller: Caller;
  beforeAll(() => {
    caller = createCaller({ ...pinnedTo(sandbox), MANYCHAT_MCP_DRY_RUN: '1' });
  });
  afterAll(() => caller.close());
  const tags = (...names: string[]) =>
    sandbox.injectFault({
      match: { path: 'getTags' },
      status: 200,
      body: { status: 'success', data: names.map((name, index) => ({ id: 77 + index, name })) },
    });

  test('shows the true name, and says whose it is', async () => {
    tags('VIP\u200e');
    const args = { subscriber_id: john, tag_name: 'VIP' };
    expect(await caller.call('manychat_remove_tag_from_subscriber_by_name', args)).toEqual({
      ok: true,
      result: {
        dry_run: true,
        requests: [expect.objectContaining({ body: expect.objectContaining({ tag_name: 'VIP\u200e' }) })],
        warnings: [usedText('tag', 77, 'VIP')],
      },
    });
  });

  test('refuses a deletion by a name that is not exactly that of the tag, as without a dry run', async () => {
    tags('VIP\u200e');
    const message =
      'No tag has exactly this name, and one tag is shown as "VIP" (id 77): use the id, with manychat_delete_tag';
    expect(await caller.call('manychat_delete_tag_by_name', { tag_name: 'VIP' })).toMatchObject({
      ok: false,
      failure: { kind: 'invalid_input', performed: 'no', message },
    });
  });

  test.each([
    ['manychat_delete_tag_by_name', {}],
    ['manychat_add_tag_to_subscriber_by_name', { subscriber_id: john }],
    ['manychat_for_each_subscriber', { subscriber_ids: [john, maria], action: 'add_tag' }],
  ])('says that there is no such tag: %s', async (tool, more) => {
    tags('Gold');
    expect(await caller.call(tool, { ...more, tag_name: 'VIP' })).toMatchObject({
      ok: true,
      result: { dry_run: true, warnings: [expect.stringMatching(/^There is no tag "VIP"; none is similar/)] },
    });
  });

  test('shows the name as it is if a tag has it', async () => {
    tags('VIP\u200e', 'VIP');
    const outcome = await caller.call('manychat_delete_tag_by_name', { tag_name: 'VIP' });
    expect(outcome).toMatchObject({ result: { requests: [{ body: { tag_name: 'VIP' } }] } });
    expect(outcome).not.toHaveProperty('result.warnings');
  });

  test('refuses a name that is shown for two tags', async () => {
    tags('VIP\u200e', 'VIP\u200f');
    const outcome = await caller.call('manychat_delete_tag_by_name', { tag_name: 'VIP' });
    expect(outcome).toMatchObject({
      ok: false,
      failure: { kind: 'invalid_input', message: expect.stringContaining('2 tags are shown as "VIP" (id 77, 78)') },
    });
  });
});

describe('any list of names', () => {
  const letter = fc.constantFrom('a', 'b', 'A', ' ', 'é', 'e\u0301', '❤', '🏴');
  const mark = fc.constantFrom(
    '\u200e',
    '\u00ad',
    '\u200b',
    '\u200d',
    '\ufe0f',
    '\u{e0067}',
    '\u2028',
    '\u00a0',
    '\ufeff',
  );
  const name = fc.array(fc.oneof(letter, mark), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
  const data = (names: readonly string[]) => names.map((each, index) => ({ id: index + 1, name: each }));
  const kept = (text: string): string => text;

  test.each(['tag', 'custom field'] as const)('a shown name means the only %s that is shown so, or none', (kind) => {
    const sameName = (one: string, other: string): boolean =>
      kind === 'tag' ? one === other : one.toLowerCase() === other.toLowerCase();
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 8 }), fc.nat(), (names, pick) => {
        const list = createNameList(kind, data(names), kept);
        const shown = withoutHidden(names[pick % names.length] ?? '');
        const match = list.match(shown);
        const shownSo = names.filter((each) => sameName(withoutHidden(each), shown));
        if (names.some((each) => sameName(each, shown))) {
          expect(match.found).toBe('exact');
        } else if (match.found === 'shown') {
          expect(shownSo).toEqual([match.thing.name]);
        } else if (shown.trim() !== '') {
          expect(match.found).toBe('several');
        }
      }),
      { numRuns: 2_000, seed: 11 },
    );
  });

  const visible = fc
    .array(fc.oneof(fc.constantFrom('a', 'b'), mark), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join(''))
    .filter((each) => withoutHidden(each).trim() !== '');

  test.each([
    ['tag', 'manychat_delete_tag_by_name', 'removeTagByName', 'tag_name', {}],
    ['tag', 'manychat_remove_tag_from_subscriber_by_name', 'removeTagByName', 'tag_name', { subscriber_id: john }],
    [
      'field',
      'manychat_set_custom_field_by_name',
      'setCustomFieldByName',
      'field_name',
      { subscriber_id: john, field_value: 'x' },
    ],
  ] as const)(
    'a call by a shown name touches the only %s that is shown so, or is refused: %s',
    async (kind, tool, path, key, more) => {
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(visible, { minLength: 1, maxLength: 4 }), fc.nat(), async (names, pick) => {
          used.sandbox.reset();
          // What was deleted before is forgotten.
          clock.advance(300_000);
          for (const each of names) await (kind === 'tag' ? createTag(each) : createField(each));
          const shown = withoutHidden(names[pick % names.length] ?? '');
          const outcome = await used.caller.call(tool, { ...more, [key]: shown });
          const asked = bodies(path).map((body) => Object(body)[key]);
          const shownSo = names.filter((each) => withoutHidden(each) === shown);
          if (names.includes(shown)) {
            expect([outcome.ok, asked]).toEqual([true, [shown]]);
          } else if (shownSo.length === 1 && tool === 'manychat_delete_tag_by_name') {
            expect([outcome.ok, asked]).toEqual([false, [shown]]);
          } else if (shownSo.length === 1) {
            // One that differs in its blanks may be shown the same inside a sentence.
            expect(outcome.ok ? asked : [shown, ...shownSo]).toEqual([shown, ...shownSo]);
          } else {
            expect(outcome).toMatchObject({ ok: false, failure: { performed: 'no' } });
            expect(JSON.stringify(outcome)).toMatch(/s are shown as/);
          }
        }),
        { numRuns: 40, seed: 5 },
      );
    },
  );
});
