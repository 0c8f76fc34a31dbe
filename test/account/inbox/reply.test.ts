import { describe, expect, test } from 'vitest';
import { atOnce, hearing } from '../../support/heard.js';
import { inbound } from '../../support/hearing-client.js';
import { lost, reached } from '../../support/sandboxed.js';

const holder = { id: 'h1', forMs: 8_000, takes: 'text' } as const;
const holding = { ...atOnce, mode: 'reply', holder } as const;
const never = new AbortController().signal;

const onWhatsapp = { contact: '1523908700', channel: 'whatsapp' } as const;

describe('an answer', () => {
  test('is written by the request that waits, and is not sent', async () => {
    const { messages, write, result, sandbox } = await hearing();
    const message_id = await write('Open on Sunday?', {}, holding);
    const responding = messages.heldAnswer(message_id, holder, never).then(async (content) => {
      await messages.confirm(message_id, holder, true);
      return content;
    });
    const replied = await result('manychat_reply', { message_id, text: 'Yes' });
    expect(replied).toMatchObject({ ok: true, answered: 'in the response' });
    expect(await responding).toEqual({ text: 'Yes' });
    expect(sandbox.messages()).toEqual([]);
  });

  test('is unknown if the request does not confirm it, and is never given again', async () => {
    const { messages, write, failure, sandbox } = await hearing();
    const message_id = await write('Open on Sunday?', {}, holding);
    const responding = messages
      .heldAnswer(message_id, holder, never)
      .then(() => messages.confirm(message_id, holder, false));
    const first = await failure('manychat_reply', { message_id, text: 'Yes' });
    await responding;
    const second = await failure('manychat_reply', { message_id, text: 'Yes, until noon' });
    for (const each of [first, second]) {
      expect(each).toMatchObject({ performed: 'unknown', retryable: false });
      expect(each.hint).toContain('never repeated');
    }
    expect(sandbox.messages()).toEqual([]);
  });

  test('is sent on the channel of its message if no request waits, once', async () => {
    const { write, result, failure, sandbox } = await hearing();
    const message_id = await write('Hi', { contact: '1523908701', channel: 'telegram' });
    expect(await result('manychat_reply', { message_id, text: 'Hello' })).toMatchObject({
      answered: 'sent',
      channel: 'telegram',
    });
    expect(await result('manychat_reply', { message_id, text: 'Hello' })).toMatchObject({ answered: 'before' });
    expect(await failure('manychat_reply', { message_id, text: 'Hello again' })).toMatchObject({
      kind: 'already_exists',
      performed: 'no',
      message: expect.stringContaining('"Hello"'),
    });
    expect(sandbox.messages()).toMatchObject([{ subscriber_id: '1523908701', channel: 'telegram' }]);
  });

  test('finds its channel if the message names none', async () => {
    const { write, result, sandbox } = await hearing();
    const message_id = await write('Hola', { contact: '24958501110451931', channel: undefined });
    expect(await result('manychat_reply', { message_id, text: 'Hola!' })).toMatchObject({
      answered: 'sent',
      channel: 'instagram',
    });
    expect(reached(sandbox)).toEqual(['24958501110451931']);
  });

  test('with data has the type of its channel', async () => {
    const { write, result, sandbox } = await hearing();
    const message_id = await write('Hi', { contact: '1523908701', channel: 'telegram' });
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'Hello' }] } };
    expect(await result('manychat_reply', { message_id, data: JSON.stringify(data) })).toMatchObject({
      channel: 'telegram',
    });
    expect(reached(sandbox)).toEqual(['1523908701']);
  });

  test('with data that does not fit its channel leaves the message open', async () => {
    const { write, result, failure } = await hearing();
    const message_id = await write('Hi', { contact: '1523908701', channel: 'telegram' });
    const cards = { type: 'cards', elements: [{ title: 'Beans' }] };
    const data = { version: 'v2', content: { messages: [cards] } };
    expect(await failure('manychat_reply', { message_id, data })).toMatchObject({
      kind: 'invalid_content',
      performed: 'no',
    });
    expect(await result('manychat_reply', { message_id, text: 'Beans' })).toMatchObject({ answered: 'sent' });
  });

  test('with a callback is filled for the message, and refused where ManyChat cannot call back', async () => {
    const button = { type: 'dynamic_block_callback', caption: 'More', url: 'https://inbound.invalid/', method: 'post' };
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'Hello', buttons: [button] }] } };
    const deaf = await hearing();
    const first = await deaf.write('Hi');
    expect(await deaf.failure('manychat_reply', { message_id: first, data })).toMatchObject({
      kind: 'invalid_content',
    });
    expect(await deaf.result('manychat_reply', { message_id: first, text: 'Hello' })).toMatchObject({
      answered: 'sent',
    });
    const { write, result, sandbox } = await hearing({
      callbacks: {
        of: (_, message) => ({
          url: (kind) => `https://us.example/${kind}/${message.id}`,
          headers: { proof: 'p' },
          message,
        }),
      },
    });
    const message_id = await write('Hi');
    await result('manychat_reply', { message_id, data });
    const [{ body } = { body: '' }] = sandbox.requests().filter(({ path }) => path.endsWith('sendContent'));
    expect(JSON.stringify(body)).toContain(`https://us.example/button/${message_id}`);
  });

  test('past 24 hours on WhatsApp goes through the field and the flow that are set', async () => {
    const whatsapp = { field: 'reply_text', flow: 'content20240611120000_714450' };
    const { write, result, sandbox } = await hearing({ inbound: { ...inbound, whatsapp } });
    const message_id = await write('Still there?', onWhatsapp);
    expect(await result('manychat_reply', { message_id, text: 'Yes' })).toMatchObject({ answered: 'by template' });
    expect(reached(sandbox)).toEqual([onWhatsapp.contact]);
    const { contacts } = sandbox.account();
    expect(JSON.stringify(contacts?.find(({ id }) => String(id) === onWhatsapp.contact))).toContain('Yes');
  });

  test('past 24 hours without a template fails, and the message stays open', async () => {
    const { messages, write, failure, sandbox } = await hearing();
    const message_id = await write('Still there?', onWhatsapp);
    expect(await failure('manychat_reply', { message_id, text: 'Yes' })).toMatchObject({
      kind: 'window_closed',
      performed: 'no',
    });
    expect(sandbox.messages()).toEqual([]);
    expect((await messages.list({ limit: 1 })).entries).toMatchObject([{ id: message_id, state: 'open' }]);
  });

  test('whose response is lost is unknown, and never sent again', async () => {
    const { write, failure, sandbox } = await hearing();
    const message_id = await write('Hi');
    sandbox.injectFault(lost('sendContent', true));
    expect(await failure('manychat_reply', { message_id, text: 'Hello' })).toMatchObject({ performed: 'unknown' });
    expect(await failure('manychat_reply', { message_id, text: 'Hello' })).toMatchObject({
      performed: 'unknown',
      retryable: false,
    });
    expect(sandbox.messages()).toHaveLength(1);
  });

  test('is a draft until a person approves it', async () => {
    const { messages, write, result, failure, answer, sandbox } = await hearing();
    const message_id = await write('Refund?', {}, { ...atOnce, mode: 'draft' });
    expect(await result('manychat_reply', { message_id, text: 'No' })).toMatchObject({ answered: 'draft' });
    expect(await failure('manychat_reply', { message_id, text: 'Yes' })).toMatchObject({
      message: expect.stringContaining('waits for a person'),
    });
    expect(sandbox.messages()).toEqual([]);
    const [draft] = await messages.drafts();
    const content = draft?.answer ?? { text: '' };
    expect(await answer(message_id, content, false)).toMatchObject({ ok: true, result: { answered: 'before' } });
    expect(await answer(message_id, content, true)).toMatchObject({ ok: true, result: { answered: 'sent' } });
    expect(sandbox.messages()).toHaveLength(1);
  });

  test('is refused once the contact is left to people', async () => {
    const { write, result, failure } = await hearing();
    const rules = { ...atOnce, loop: { answers: 1, withinMs: 600_000 } };
    const ids = [await write('1', {}, rules), await write('2', {}, rules)];
    await result('manychat_reply', { message_id: ids[0], text: 'a' });
    await result('manychat_reply', { message_id: ids[1], text: 'b' });
    const third = await write('3', {}, rules);
    expect(await failure('manychat_reply', { message_id: third, text: 'c' })).toMatchObject({
      kind: 'permission_denied',
      performed: 'no',
      message: expect.stringContaining('left to people'),
    });
  });

  test('to a message that is not kept is refused', async () => {
    const { failure } = await hearing();
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'b' }] } };
    expect(await failure('manychat_reply', { message_id: 'm1', text: 'Hello' })).toMatchObject({
      kind: 'not_found',
      performed: 'no',
    });
    expect(await failure('manychat_reply', { message_id: 'm1', text: 'a', data })).toMatchObject({
      kind: 'invalid_input',
    });
  });

  test('is not given in a dry run, and the message stays open', async () => {
    const { messages, write, result, sandbox } = await hearing({ environment: { MANYCHAT_MCP_DRY_RUN: '1' } });
    const message_id = await write('Hi');
    expect(await result('manychat_reply', { message_id, text: 'Hello' })).toMatchObject({ dry_run: true });
    expect(await result('manychat_forget_messages', { subscriber_id: '24958501110451908' })).toMatchObject({
      dry_run: true,
    });
    expect(sandbox.messages()).toEqual([]);
    expect((await messages.list({ limit: 9 })).entries).toMatchObject([{ state: 'open' }]);
  });

  test('needs no other tool that sends, and its content does nothing that is excluded', async () => {
    const excluded = 'send_text,send_content,add_tag_to_subscriber,add_tag_to_subscriber_by_name';
    const { write, result, failure, sandbox } = await hearing({
      environment: { MANYCHAT_MCP_EXCLUDE_TOOLS: excluded },
    });
    const message_id = await write('Hi');
    const actions = [{ action: 'add_tag', tag_name: 'VIP' }];
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'Hello' }], actions } };
    expect(await failure('manychat_reply', { message_id, data })).toMatchObject({ kind: 'permission_denied' });
    expect(await result('manychat_reply', { message_id, text: 'Hello' })).toMatchObject({ answered: 'sent' });
    expect(sandbox.messages()).toHaveLength(1);
  });
});
