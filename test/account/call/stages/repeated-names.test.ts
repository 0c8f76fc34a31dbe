import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createCaller } from '../../../support/caller.js';
import { drivenClock } from '../../../support/driven.js';
import { usedText, withNames } from '../../../support/named-things.js';
import { followers, john } from '../../../support/people.js';
import { through } from '../../../support/program.js';
import { lost, useCaller } from '../../../support/sandboxed.js';
import { startUpstream } from '../../../support/upstream.js';

const content = (...actions: object[]) => ({
  version: 'v2',
  content: { messages: [{ type: 'text', text: 'Gold' }], actions },
});
const addGold = content({ action: 'add_tag', tag_name: 'Gold' });

describe('the second attempt of a call', () => {
  test.each([
    ['manychat_add_tag_to_subscriber_by_name', { tag_name: 'Gold' }, 'addTagByName'],
    ['manychat_send_content', { data: addGold }, 'sendContent'],
  ])('stays on the connection of the first, though another one is active by now: %s', async (tool, args, path) => {
    const upstream = await startUpstream();
    onTestFinished(() => upstream.close());
    const caller = createCaller(through(upstream.url));
    onTestFinished(() => caller.close());
    const wire: string[] = [];
    let active = '2222';
    upstream.reply = ({ path: asked, headers, rawBody }, response) => {
      const word = asked.split('/').at(-1) ?? '';
      const answer = (status: number, body: object) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      };
      if (word === 'connections') {
        answer(200, { connections: [{ connection_id: active, status: 'ACTIVE', app: 'manychat' }] });
        return;
      }
      if (word === 'getInfo') {
        answer(200, { status: 'success', data: { id: 1, name: 'Sunrise' } });
        return;
      }
      wire.push(`${word}@${String(headers['maton-connection'])}`);
      if (word === 'getTags') {
        // The owner connects another account, and some call looks at the connections.
        active = '1111';
        void caller
          .call('manychat_list_connections')
          .then(() => answer(200, { status: 'success', data: [{ id: 9, name: 'Gold\u200e' }] }));
        return;
      }
      const isTrue = rawBody.includes('Gold\u200e');
      answer(isTrue ? 200 : 400, isTrue ? { status: 'success' } : { status: 'error', message: 'Tag not found' });
    };
    expect(await caller.call(tool, { subscriber_id: john, ...args })).toMatchObject({ ok: true });
    expect(wire).toEqual([`${path}@2222`, 'getTags@2222', `${path}@2222`]);
  });
});

describe('a deletion by name', () => {
  const clock = drivenClock();
  const used = useCaller({ clock });
  const { createTag } = withNames(used);
  beforeEach(() => clock.advance(300_000));

  test('is not made of a tag that is shown alike, although it was used by that name before', async () => {
    const hidden = await createTag('Gold\u200e');
    const args = { subscriber_id: john, tag_name: 'Gold' };
    await used.result('manychat_add_tag_to_subscriber_by_name', args);
    await createTag('Gold');
    expect(await used.result('manychat_delete_tag_by_name', { tag_name: 'Gold' })).toEqual({ ok: true, tag: 'Gold' });
    const { tags } = await used.result('manychat_list_tags');
    expect(JSON.stringify(tags)).toContain(`{"id":${hidden},"name":"Gold"}`);
  });

  test.each([
    [true, 'unknown'],
    [false, 'no'],
  ])(
    'is not made of another tag that is shown alike when it is repeated: carried out %j',
    async (perform, performed) => {
      await createTag('Gold');
      const id = await createTag('Gold\u200e');
      used.sandbox.injectFault(
        perform
          ? lost('removeTagByName', true)
          : { match: { path: 'removeTagByName' }, status: 403, body: { status: 'error' } },
      );
      expect((await used.failure('manychat_delete_tag_by_name', { tag_name: 'Gold' })).performed).toBe(performed);
      if (!perform) await used.result('manychat_delete_tag_by_name', { tag_name: 'Gold' });
      const repeated = await used.failure('manychat_delete_tag_by_name', { tag_name: 'Gold' });
      expect(repeated).toMatchObject({ kind: 'not_found', performed: 'no' });
      expect(repeated.details).toContain(
        `No tag has exactly this name, and one tag is shown as "Gold" (id ${id}): use the id, with manychat_delete_tag.`,
      );
      expect(JSON.stringify(await used.result('manychat_list_tags'))).toContain(`{"id":${id},"name":"Gold"}`);
    },
  );

  test.each(['manychat_delete_tag', 'manychat_delete_tag_by_name'])(
    'leaves the contact with another tag that is shown alike: removing then means what was deleted, for a while: %s',
    async (tool) => {
      const [id, other] = [await createTag('Gold'), await createTag('Gold\u200e')];
      await used.result('manychat_add_tag_to_subscriber', { subscriber_id: john, tag_id: other });
      await used.result(tool, tool.endsWith('name') ? { tag_name: 'Gold' } : { tag_id: id });
      const args = { subscriber_id: john, tag_name: 'Gold' };
      for (const verb of ['remove_tag_from', 'add_tag_to']) {
        const failure = await used.failure(`manychat_${verb}_subscriber_by_name`, args);
        expect(failure.details?.join()).toContain(
          `one tag is shown as "Gold" (id ${other}): use the id, with manychat_${verb}_subscriber.`,
        );
      }
      await used.failure('manychat_send_content', { subscriber_id: john, data: addGold });
      expect(used.sandbox.messages()).toEqual([]);
      clock.advance(300_000);
      expect(await used.result('manychat_remove_tag_from_subscriber_by_name', args)).toMatchObject({ ok: true });
    },
  );
});

describe('a refusal for another reason than a name', () => {
  const used = useCaller({ random: () => 0 });
  const { createTag, createField } = withNames(used);
  beforeEach(async () => {
    await createTag('Gold\u200e');
    await createField('Size\u200e');
  });

  const refused = (message: string, status = 400, more: object = {}) => ({
    status,
    body: { status: 'error', message, ...more },
  });
  const others = [
    refused('Something went wrong'),
    refused('Duplicate message'),
    refused('Message was partly delivered'),
    refused('Message was partly delivered: Tag not found'),
    refused('Tag was added, message not found'),
    refused('Subscriber does not exist'),
    refused('User not found'),
    refused('Invalid data format'),
    refused('Validation error'),
    refused('Validation error', 400, { details: ['Tag not found', 'Message was delivered'] }),
    refused('Field not found'),
    refused('Tag not found', 404),
    refused('Tag not found', 409),
    refused('', 404),
    refused(''),
    { status: 404, body: '' },
    { status: 400, body: 'Tag not found' },
  ];

  test.each(others)('makes no second send: %j', async (refusal) => {
    used.sandbox.injectFault({ match: { path: 'sendContent' }, ...refusal });
    await used.failure('manychat_send_content', { subscriber_id: john, data: addGold });
    expect(used.countOf('sendContent')).toBe(1);
  });

  test.each(others.filter(({ body }) => !JSON.stringify(body).includes('ag not found"')))(
    'makes no second change: %j',
    async (refusal) => {
      used.sandbox.injectFault({ match: { path: 'addTagByName' }, ...refusal });
      await used.failure('manychat_add_tag_to_subscriber_by_name', { subscriber_id: john, tag_name: 'Gold' });
      expect(used.countOf('addTagByName')).toBe(1);
    },
  );

  test.each([
    refused('Tag not found'),
    refused('Tag not found', 200),
    refused('Validation error', 400, { details: ['Tag not found'] }),
    refused('Validation error', 400, {
      details: { 'data.content.actions[0].tag_name': ['Tag with same name not found'] },
    }),
    refused('Wrong dynamic message format: Tag "Gold" does not exist.'),
    refused('The tag Gold was not found'),
  ])('is told from one that is for a name: %j', async (refusal) => {
    used.sandbox.injectFault({ match: { path: 'sendContent' }, ...refusal });
    expect(await used.result('manychat_send_content', { subscriber_id: john, data: addGold })).toMatchObject({
      ok: true,
    });
    expect(used.countOf('sendContent')).toBe(2);
    expect(used.sandbox.messages()).toHaveLength(1);
  });

  test('is one about a kind of thing that the call does not name', async () => {
    used.sandbox.injectFault({ match: { path: 'sendContent' }, ...refused('Field not found') });
    const data = content(
      { action: 'add_tag', tag_name: 'Gold' },
      { action: 'unset_field_value', field_name: 'birthday' },
    );
    await used.failure('manychat_send_content', { subscriber_id: john, data });
    expect(used.countOf('sendContent')).toBe(1);
  });
});

describe('a name that was used in a call', () => {
  const used = useCaller({}, { followers: 30 });
  const { bodies, createTag } = withNames(used);

  test.each([true, false])('keeps its thing for the rest of the contacts, answered %j', async (answered) => {
    const id = await createTag('Gold');
    const other = await createTag('Gold\u200e');
    if (!answered) used.sandbox.injectFault(lost('addTagByName', true));
    // The tag is deleted after fourteen contacts.
    const gone = { status: 400, body: { status: 'error', message: 'Tag not found' } };
    used.sandbox.injectFault({ match: { path: 'addTagByName' }, after: 14, times: 99, ...gone });
    used.sandbox.injectFault({
      match: { path: 'getTags' },
      times: 99,
      status: 200,
      body: { status: 'success', data: [{ id: other, name: 'Gold\u200e' }] },
    });
    const args = { subscriber_ids: followers(30), action: 'add_tag', tag_name: 'Gold' };
    const result = await used.result('manychat_for_each_subscriber', args);
    expect(result).toMatchObject({ stopped: expect.stringContaining('not_found') });
    expect(result).not.toHaveProperty('warnings');
    expect(bodies('addTagByName').every((body) => Object(body).tag_name === 'Gold')).toBe(true);
    expect(id).not.toBe(other);
  });

  test('may have another thing in a later call', async () => {
    const id = await createTag('Gold\u200e');
    const args = { subscriber_id: john, tag_name: 'Gold' };
    const gone = { status: 200, body: { status: 'success' } };
    used.sandbox.injectFault({ match: { path: 'addTagByName' }, ...gone });
    await used.result('manychat_add_tag_to_subscriber_by_name', args);
    const { warnings } = await used.result('manychat_add_tag_to_subscriber_by_name', args);
    expect(warnings).toEqual([usedText('tag', id, 'Gold')]);
  });
});
