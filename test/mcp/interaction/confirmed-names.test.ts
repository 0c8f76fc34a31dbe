import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AskingServer, spawnAsking } from '../../support/asking-server.js';
import { maria } from '../../support/people.js';
import { useSandbox } from '../../support/sandboxed.js';

describe('a confirmed call about a tag that is named as it is shown', () => {
  const sandbox = useSandbox({ limits: false });
  let server: AskingServer;
  beforeEach(() => {
    server = spawnAsking(sandbox);
  });
  afterEach(() => server.close());
  const accepted = { inputResponses: { confirm: { action: 'accept', content: { confirm: true } } } };
  const named = { tag_name: 'Gold' };
  const deletions = () =>
    sandbox.requests().flatMap(({ path, body }) => (path.includes('/page/removeTag') ? [body] : []));
  const tagsAre = (...tags: [number, string][]) =>
    sandbox.injectFault({
      match: { path: 'getTags' },
      status: 200,
      body: { status: 'success', data: tags.map(([id, name]) => ({ id, name })) },
    });
  const createTag = async (name: string): Promise<number> =>
    (await server.call('manychat_create_tag', { name })).structuredContent.tag.id;

  test('deletes the tag in the question, although one with exactly this name was created since', async () => {
    const id = await createTag('Gold\u200e');
    const { requestState, inputRequests } = await server.call('manychat_delete_tag_by_name', named);
    expect(inputRequests.confirm.params.message).toBe(
      `Delete tag "Gold" (id ${id}) itself, and from every contact on page "Sunrise Coffee"?\n\ntag_name: Gold\n\nThe tag "Gold" is the one with id ${id}. Its true name differs in characters that are not shown.\n\nThis cannot be undone.`,
    );
    await createTag('Gold');
    const done = await server.call('manychat_delete_tag_by_name', named, { requestState, ...accepted });
    expect(done.structuredContent).toMatchObject({ ok: true, warnings: [expect.stringContaining(`id ${id}`)] });
    expect(deletions()).toEqual([{ tag_id: id }]);
  });

  test('deletes no other tag that is shown so if the one in the question is gone', async () => {
    const id = await createTag('Gold');
    const { requestState, inputRequests } = await server.call('manychat_delete_tag_by_name', named);
    expect(inputRequests.confirm.params.message).toContain(`Delete tag "Gold" (id ${id}) itself`);
    expect(inputRequests.confirm.params.message).not.toContain('not shown');
    await server.call('manychat_remove_tag_from_subscriber', { subscriber_id: maria, tag_id: id });
    const { requestState: own } = await server.call('manychat_delete_tag', { tag_id: id });
    await server.call('manychat_delete_tag', { tag_id: id }, { requestState: own, ...accepted });
    const other = await createTag('Gold\u200e');
    const result = await server.call('manychat_delete_tag_by_name', named, { requestState, ...accepted });
    expect(JSON.parse(result.content[0].text).error).toMatchObject({ kind: 'not_found', performed: 'no' });
    expect(deletions()).toEqual([{ tag_id: id }, { tag_id: id }]);
    const { tags } = (await server.call('manychat_list_tags', {})).structuredContent;
    expect(tags).toContainEqual({ id: other, name: 'Gold' });
  });

  test('deletes the tag in the question, although its name has passed to another one', async () => {
    const [id, other] = [await createTag('Silver'), await createTag('Gold')];
    tagsAre([id, 'Gold'], [other, 'Gold\u200e']);
    const { requestState, inputRequests } = await server.call('manychat_delete_tag_by_name', named);
    expect(inputRequests.confirm.params.message).toContain(`Delete tag "Gold" (id ${id}) itself`);
    const done = await server.call('manychat_delete_tag_by_name', named, { requestState, ...accepted });
    expect(done.structuredContent).toEqual({ ok: true, tag: 'Gold' });
    expect(deletions()).toEqual([{ tag_id: id }]);
  });

  test.each([
    [
      [
        [5, 'Silver'],
        [9, 'Gold'],
      ],
    ],
    [[[9, 'Gold\u200e']]],
    [[]],
  ] as [[number, string][]][])('sends nothing with a tag that is not the one in the question: %j', async (later) => {
    const actions = [{ action: 'add_tag', tag_name: 'Gold' }];
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'x' }], actions } };
    const content = { subscriber_id: maria, data };
    tagsAre([5, 'Gold']);
    const { requestState } = await server.call('manychat_send_content', content);
    tagsAre(...later);
    const result = await server.call('manychat_send_content', content, { requestState, ...accepted });
    expect(JSON.parse(result.content[0].text).error).toMatchObject({
      performed: 'no',
      message:
        'The user confirmed the tag "Gold" with id 5, but the name may mean another one now: call again, so that the user is asked again',
    });
    expect(sandbox.requests().some(({ path }) => path.endsWith('sendContent'))).toBe(false);
  });

  test('is not asked if two tags are shown so', async () => {
    const ids = [await createTag('Gold\u200e'), await createTag('Gold\u200f')];
    const result = await server.call('manychat_delete_tag_by_name', named);
    expect(JSON.parse(result.content[0].text).error).toMatchObject({
      kind: 'invalid_input',
      performed: 'no',
      message: expect.stringContaining(`2 tags are shown as "Gold" (id ${ids.join(', ')})`),
    });
    expect(deletions()).toEqual([]);
  });

  test('names the tags and fields of an action for many contacts', async () => {
    const id = await createTag('Gold\u200e');
    const many = { subscriber_ids: [maria, '123456789'], action: 'remove_tag', ...named };
    const { inputRequests } = await server.call('manychat_for_each_subscriber', many);
    expect(inputRequests.confirm.params.message).toContain(`Remove tag "Gold" (id ${id}) from 2 contacts`);
  });
});
