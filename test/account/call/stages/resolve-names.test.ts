import { describe, expect, test } from 'vitest';
import { usedText, withNames } from '../../../support/named-things.js';
import { followers, john, maria, tom } from '../../../support/people.js';
import { lost, useCaller } from '../../../support/sandboxed.js';

const used = useCaller({}, { followers: 30 });
const { bodies, createTag, createField } = withNames(used);
const content = (actions: object[]) => ({
  version: 'v2',
  content: { messages: [{ type: 'text', text: 'Gold' }], actions },
});
const addTag = (tag_name: string) =>
  used.result('manychat_add_tag_to_subscriber_by_name', { subscriber_id: john, tag_name });

describe('a tag named as it is shown', () => {
  test('is listed without its hidden characters, and is added and removed by that name', async () => {
    const id = await createTag('Gold\u200e');
    expect((await used.result('manychat_list_tags')).tags).toContainEqual({ id, name: 'Gold' });
    const result = { ok: true, tag: 'Gold', warnings: [usedText('tag', id, 'Gold')] };
    expect(await addTag('Gold')).toEqual({ ...result, subscriber_id: john });
    const { subscriber } = await used.result('manychat_get_subscriber', { subscriber_id: john });
    expect(subscriber).toMatchObject({ tags: expect.arrayContaining([{ id, name: 'Gold' }]) });
    const remove = { subscriber_id: john, tag_name: 'Gold' };
    expect(await used.result('manychat_remove_tag_from_subscriber_by_name', remove)).toEqual({
      ...result,
      contact: 'John Doe',
    });
  });

  test.each(['add_tag_to', 'remove_tag_from'])(
    'is the one with exactly this name, if there is one: %s',
    async (verb) => {
      await createTag('Gold\u200e');
      const tool = `manychat_${verb}_subscriber_by_name`;
      const args = { subscriber_id: john, tag_name: 'Gold' };
      await used.result(tool, args);
      // Another one was meant before this one was there.
      await createTag('Gold');
      expect(await used.result(tool, args)).toEqual({ ok: true, contact: 'John Doe', tag: 'Gold' });
    },
  );

  test('is also found by a name that was copied with hidden characters', async () => {
    const id = await createTag('Gold');
    expect(await addTag('\u202aGo\u00adld\u202c')).toEqual({
      ok: true,
      contact: 'John Doe',
      tag: 'Gold',
      warnings: [usedText('tag', id, 'Gold')],
    });
  });

  test('costs no further request if it has this very name', async () => {
    await addTag('VIP');
    await used.result('manychat_send_content', {
      subscriber_id: john,
      data: content([{ action: 'add_tag', tag_name: 'VIP' }]),
    });
    expect(used.paths()).toEqual(['addTagByName', 'sendContent']);
  });

  test.each([
    ['manychat_add_tag_to_subscriber_by_name', { subscriber_id: john }, 'manychat_add_tag_to_subscriber'],
    ['manychat_remove_tag_from_subscriber_by_name', { subscriber_id: john }, 'manychat_remove_tag_from_subscriber'],
    ['manychat_delete_tag_by_name', {}, 'manychat_delete_tag'],
  ])('that is one of two is refused, with their ids and the tool that takes them: %s', async (tool, args, byId) => {
    const ids = [await createTag('Gold\u200e'), await createTag('Gold\u200f')];
    const failure = await used.failure(tool, { ...args, tag_name: 'Gold' });
    expect(failure).toMatchObject({ kind: 'not_found', performed: 'no' });
    expect(failure.details).toContain(
      `No tag has exactly this name, and 2 tags are shown as "Gold" (id ${ids.join(', ')}): use the id, with ${byId}.`,
    );
    expect(used.paths().filter((path) => path?.endsWith('ByName'))).toHaveLength(1);
  });

  test('is not looked up if its request may have been carried out', async () => {
    await createTag('Gold\u200e');
    used.sandbox.injectFault(lost('sendContent', true));
    const data = content([{ action: 'add_tag', tag_name: 'Gold' }]);
    const failure = await used.failure('manychat_send_content', { subscriber_id: john, data });
    expect(failure.performed).toBe('unknown');
    expect(used.countOf('sendContent')).toBe(1);
    expect(used.countOf('getTags')).toBe(0);
  });

  test('may not be cut: its beginning names nothing', async () => {
    const name = `A very long name of a tag ${'x'.repeat(60)}`;
    await createTag(name);
    const tag_name = `${name.slice(0, 60)}…`;
    for (const tool of ['manychat_delete_tag_by_name', 'manychat_remove_tag_from_subscriber_by_name']) {
      const args = { tag_name, ...(tool.includes('remove') && { subscriber_id: john }) };
      expect(await used.failure(tool, args)).toMatchObject({ kind: 'not_found', performed: 'no' });
    }
    expect(used.countOf('removeTagByName')).toBe(2);
  });

  test('is suggested with its id if its name is shown cut or without characters', async () => {
    const name = `A very long name of a tag ${'x'.repeat(60)}`;
    const ids = [await createTag(name), await createTag('Go\u00adlden\u200e')];
    for (const [at, tag_name] of [`${name}x`, 'Golde'].entries()) {
      const { details } = await used.failure('manychat_delete_tag_by_name', { tag_name });
      expect(details?.join()).toContain(`${at === 0 ? 'x…' : 'Golden'}" (id ${ids[at]})`);
    }
  });

  test('is looked up once for many contacts', async () => {
    const id = await createTag('Gold\u200e');
    const args = { subscriber_ids: followers(30), action: 'add_tag', tag_name: 'Gold' };
    const result = await used.result('manychat_for_each_subscriber', args);
    expect(result).toMatchObject({ done: 30, failed: [], warnings: [usedText('tag', id, 'Gold')] });
    expect(used.countOf('getTags')).toBe(1);
    // Those that were under way together are made again, the others use the true name at once.
    expect(used.countOf('addTagByName')).toBeLessThanOrEqual(40);
  });
});

describe('a field named as it is shown', () => {
  test.each([
    ['manychat_set_custom_field_by_name', { field_name: 'big order', field_value: 'yes' }],
    ['manychat_set_custom_fields', { fields: [{ field_name: 'big order', field_value: 'yes' }] }],
    ['manychat_set_fields_and_send_flow', { fields: { 'big order': 'yes' }, flow_ns: 'content123456' }],
  ])('is set, by its type: %s', async (tool, args) => {
    const id = await createField('Big  order\u200b', 'boolean');
    const { ok, warnings } = await used.result(tool, { subscriber_id: john, ...args });
    expect({ ok, warnings }).toEqual({
      ok: true,
      warnings: expect.arrayContaining([usedText('custom field', id, 'big order')]),
    });
    const { subscriber } = await used.result('manychat_get_subscriber', { subscriber_id: john });
    expect(subscriber).toMatchObject({
      custom_fields: expect.arrayContaining([expect.objectContaining({ id, value: true })]),
    });
  });

  test('is set for many contacts, and for the account', async () => {
    const id = await createField('Size\u200e');
    const many = { subscriber_ids: [john, maria, tom], action: 'set_fields', fields: { Size: 'L' } };
    expect(await used.result('manychat_for_each_subscriber', many)).toMatchObject({
      done: 3,
      warnings: [usedText('custom field', id, 'Size')],
    });
    const { bot_field: field } = await used.result('manychat_create_bot_field', { name: 'Open\u00ad', type: 'text' });
    const warnings = [usedText('bot field', Object(field).id, 'Open')];
    expect(await used.result('manychat_set_bot_field_by_name', { field_name: 'Open', field_value: 'x' })).toEqual({
      ok: true,
      field: 'Open',
      value: 'x',
      warnings,
    });
    const fields = [{ field_name: 'Open', field_value: 'y' }];
    expect(await used.result('manychat_set_bot_fields', { fields })).toEqual({
      ok: true,
      fields: [{ field: 'Open', value: 'y', was: 'x' }],
      warnings,
    });
  });

  test('has the type of the one with exactly this name, not of another one that is shown so', async () => {
    await createField('Size');
    await createField('Size\u200e', 'number');
    await used.result('manychat_set_custom_field_by_name', {
      subscriber_id: john,
      field_name: 'Size',
      field_value: '042',
    });
    expect(bodies('setCustomFieldByName')).toEqual([expect.objectContaining({ field_value: '042' })]);
  });

  test('that is one of two is refused, with their ids', async () => {
    const ids = [await createField('Size\u200e'), await createField('size\u200f')];
    const args = { subscriber_id: john, field_name: 'Size', field_value: 'L' };
    const { details } = await used.failure('manychat_set_custom_field_by_name', args);
    expect(details).toContain(
      `No custom field has exactly this name, and 2 custom fields are shown as "Size" (id ${ids.join(', ')}): use the id, with manychat_set_custom_field.`,
    );
  });

  const twice = expect.stringContaining('is given twice, in spellings that are shown alike');
  test('is not set twice in two spellings', async () => {
    const id = await createField('Size\u200e');
    for (const other of [{ field_name: 'size\u200e' }, { field_name: 'SI\u200eZE' }, { field_id: id }]) {
      const fields = [
        { field_name: 'Size', field_value: 'L' },
        { ...other, field_value: 'M' },
      ];
      const failure = await used.failure('manychat_set_custom_fields', { subscriber_id: john, fields });
      expect(failure).toMatchObject({ kind: 'invalid_input', performed: 'no', message: twice });
    }
    // The first request of each was refused by ManyChat, and no second one was made.
    expect(used.countOf('setCustomFields')).toBe(3);
  });

  test.each([
    ['manychat_set_custom_fields', 'setCustomFields', { subscriber_id: john }, 'phone_number'],
    ['manychat_set_bot_fields', 'setBotFields', {}, 'counter'],
  ])('is not set twice by one list: %s', async (tool, path, more, name) => {
    for (const [one, other, what] of [
      [{ field_name: name }, { field_name: name.toUpperCase() }, `"${name.toUpperCase()}" (case is ignored)`],
      [{ field_name: name }, { field_name: name }, `"${name}" (case is ignored)`],
      [{ field_id: 1 }, { field_id: '1' }, 'with id 1'],
    ] as const) {
      const fields = [
        { ...one, field_value: '1' },
        { ...other, field_value: '2' },
      ];
      expect(await used.failure(tool, { ...more, fields })).toMatchObject({
        kind: 'invalid_input',
        performed: 'no',
        message: expect.stringContaining(`the field ${what} is given twice: give it once`),
      });
    }
    expect(used.countOf(path)).toBe(0);
  });

  test('is not set twice in two spellings by the requests of one call', async () => {
    await createField('Size\u200e');
    const others = Array.from({ length: 20 }, (_, index) => [`f${index}`, 'x']);
    const fields = { Size: 'L', ...Object.fromEntries(others), 'Size\u200e': 'M' };
    const many = { subscriber_ids: [john], action: 'set_fields', fields };
    const flow = { subscriber_id: john, fields, flow_ns: 'content123456' };
    for (const failure of [
      await used.failure('manychat_for_each_subscriber', many),
      await used.failure('manychat_set_fields_and_send_flow', flow),
    ])
      expect(failure).toMatchObject({
        kind: 'invalid_input',
        performed: 'no',
        message: expect.stringMatching(/is given twice.* give each by its id, with manychat_set_custom_fields$/),
      });
    expect(used.countOf('setCustomFields')).toBe(0);
  });
});
