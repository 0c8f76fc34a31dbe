import { describe, expect, onTestFinished, test } from 'vitest';
import { createCaller } from '../support/caller.js';
import { drivenClock } from '../support/driven.js';
import { john, maria, tom } from '../support/people.js';
import { lost, sandboxed, useCaller } from '../support/sandboxed.js';

const text = (words: string) => ({ version: 'v2', content: { messages: [{ type: 'text', text: words }] } });
const flow = 'content20240311101502_501223';

describe('names in what a write did', () => {
  const used = useCaller();
  const addTag = async (id: string) =>
    (await used.result('manychat_add_tag_to_subscriber', { subscriber_id: id, tag_id: 1 })).contact;

  test.each([
    ['24958501110490001', 'Zoë 🌻 Müller'],
    ['24958501110490002', 'محمد الأحمد'],
    ['24958501110490004', 'nanA Petrova'.slice(1)],
  ])('of contact %s are shown as in other results', async (id, name) => {
    await used.result('manychat_get_subscriber', { subscriber_id: id });
    expect(await addTag(id)).toBe(name);
  });

  test('follow a change of the name', async () => {
    await used.result('manychat_get_subscriber', { subscriber_id: john });
    await used.result('manychat_update_subscriber', { subscriber_id: john, last_name: 'Smith' });
    expect(await addTag(john)).toBe('John Smith');
  });

  test('are without secrets', async () => {
    const secret = used.sandbox.matonKey;
    await used.result('manychat_update_subscriber', { subscriber_id: john, first_name: 'K', last_name: secret });
    expect(
      JSON.stringify(await used.result('manychat_add_tag_to_subscriber', { subscriber_id: john, tag_id: 1 })),
    ).not.toContain(secret);
    const value = `${'x'.repeat(110)}${secret}`;
    const set = { subscriber_id: john, field_id: 1, field_value: value };
    const shown = JSON.stringify(await used.result('manychat_set_custom_field', set));
    expect(shown).not.toContain(secret.slice(0, 8));
  });
});

test('names are never those of another connection', async () => {
  const { sandbox, environment } = await sandboxed({ secondConnection: 'ACTIVE' });
  const caller = createCaller(environment);
  onTestFinished(() => caller.close());
  await caller.call('manychat_list_tags', { connection_id: sandbox.connectionId });
  const add = { subscriber_id: '7002000111', tag_id: 1, connection_id: sandbox.secondConnectionId };
  const result = () => caller.call('manychat_add_tag_to_subscriber', add);
  expect(await result()).toEqual({ ok: true, result: { ok: true, subscriber_id: '7002000111', tag_id: '1' } });
  await caller.call('manychat_list_tags', { connection_id: sandbox.secondConnectionId });
  expect(await result()).toMatchObject({ result: { tag: 'Reseller' } });
});

describe('what a send came to', () => {
  const used = useCaller();
  const topic = 'Back in Stock';
  const notify = { subscriber_id: tom, data: text('The Kenya is back'), otn_topic_name: topic };

  test('names the topic whose one-time notification is spent', async () => {
    expect(await used.result('manychat_send_content', notify)).toMatchObject({
      otn_topic: topic,
      status: 'accepted; the one-time notification for this topic is spent; ManyChat does not tell whether it arrived',
    });
    expect(await used.failure('manychat_send_content', notify)).toMatchObject({ kind: 'otn_unavailable' });
  });

  test('may have spent it if the outcome is unknown, and has the link of the chat', async () => {
    await used.result('manychat_get_subscriber', { subscriber_id: tom });
    used.sandbox.injectFault(lost('sendContent', true));
    const spent = `The contact's one-time notification for "${topic}" may be spent.`;
    const link = `https://app.manychat.com/fb123456789/chat/${tom}`;
    for (const hint of [/looked at the chat in ManyChat \(chat_link\)/, /looks at the chat/]) {
      expect(await used.failure('manychat_send_content', notify)).toMatchObject({
        performed: 'unknown',
        details: [spent],
        chat_link: link,
        hint: expect.stringMatching(hint),
      });
    }
    expect(used.countOf('sendContent')).toBe(1);
  });

  test('says that a repeat was not sent again', async () => {
    const many = { subscriber_ids: [john], action: 'send_content', data: text('Closed on Friday') };
    await used.result('manychat_for_each_subscriber', many);
    const send = { subscriber_id: john, data: text('Closed on Friday') };
    expect(await used.result('manychat_send_content', send)).toMatchObject({
      messages: 1,
      status: 'accepted before; not sent again',
      warnings: [expect.stringContaining('it was not sent again')],
    });
    const start = { fields: [{ field_name: 'reply_text', field_value: 'It shipped' }], flow_ns: flow };
    await used.result('manychat_for_each_subscriber', { subscriber_ids: [john], action: 'send_flow', ...start });
    expect(await used.result('manychat_set_fields_and_send_flow', { subscriber_id: john, ...start })).toEqual({
      ok: true,
      subscriber_id: john,
      flow,
      status: 'accepted before; not sent again',
      warnings: [expect.stringContaining('it was not sent again')],
    });
  });
});

describe('the link of a chat', () => {
  const clock = drivenClock();
  const used = useCaller({ clock });
  const unknown = async (subscriber_id: string) => {
    used.sandbox.injectFault(lost('sendFlow', false));
    return used.failure('manychat_send_flow', { subscriber_id, flow_ns: flow });
  };

  test('is left out if no contact was read, and else formed like that of another contact', async () => {
    expect(await unknown(maria)).not.toHaveProperty('chat_link');
    expect((await unknown(tom)).hint).toContain('live_chat_url of manychat_get_subscriber');
    await used.result('manychat_get_subscriber', { subscriber_id: john });
    clock.advance(600_000);
    expect(await unknown(maria)).toHaveProperty('chat_link', `https://app.manychat.com/fb123456789/chat/${maria}`);
  });
});
