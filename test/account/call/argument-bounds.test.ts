import { describe, expect, test } from 'vitest';
import { startedFlow } from '../../support/sent.js';
import { useUpstream } from '../../support/upstream-caller.js';

const used = useUpstream();

describe('the arguments', () => {
  const fieldsPerRequest = 20;

  test.each([
    ['manychat_set_fields_and_send_flow', { subscriber_id: 1, flow_ns: 'content1' }],
    ['manychat_for_each_subscriber', { subscriber_ids: [1], action: 'set_fields' }],
    ['manychat_for_each_subscriber', { subscriber_ids: [1], action: 'send_flow', flow_ns: 'content1' }],
  ])('of %s have up to 100 fields', async (tool, args) => {
    const fields = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 'x']));
    used.upstream.reply = { body: { status: 'success', data: [] } };
    used.upstream.arrived.length = 0;
    const outcome = await used.caller.call(tool, { ...args, fields: fields(101) });
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'invalid_input', performed: 'no' } });
    expect(JSON.stringify(outcome)).toContain('fields: takes at most 100 fields');
    expect(used.upstream.arrived).toHaveLength(0);
    await used.caller.call(tool, { ...args, fields: fields(100) });
    expect(used.upstream.arrived.filter(({ path }) => path.endsWith('setCustomFields'))).toHaveLength(
      100 / fieldsPerRequest,
    );
  });

  const actions = Array.from({ length: 6 }, () => ({ action: 'add_tag', tag_name: 'x' }));
  const text = { type: 'text', text: 'x' };
  const button = { type: 'flow', caption: 'x', target: 'content1', actions };
  test.each([
    ['content', { messages: [text], actions }],
    ['a button', { messages: [{ ...text, buttons: [button] }] }],
    ['a quick reply', { messages: [text], quick_replies: [button] }],
    ['a button of a card', { messages: [{ type: 'cards', elements: [{ title: 'x', buttons: [button] }] }] }],
  ])('have up to 5 actions in %s', async (_, content) => {
    const data = { version: 'v2', content };
    const outcome = await used.caller.call('manychat_send_content', { subscriber_id: 1, data });
    expect(JSON.stringify(outcome)).toContain('takes at most 5 actions');
  });
});

describe('a response with a byte-order mark', () => {
  test('does not hide that a message was sent', async () => {
    used.upstream.reply = { body: '\ufeff{"status":"success","data":[]}' };
    expect(await used.caller.call('manychat_send_flow', { subscriber_id: 1, flow_ns: 'content9' })).toEqual({
      ok: true,
      result: startedFlow({ subscriber_id: '1' }, 'content9'),
    });
  });

  test('is read, with white space after the mark, and large ids stay exact', async () => {
    used.upstream.reply = { body: '\ufeff \r\n{"status":"success","data":{"id":24958501110451908}}' };
    expect(await used.caller.call('manychat_get_subscriber', { subscriber_id: 1 })).toEqual({
      ok: true,
      result: { subscriber: { id: '24958501110451908' } },
    });
  });
});
