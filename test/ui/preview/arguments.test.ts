import { describe, expect, test } from 'vitest';
import { declarations } from '../../../tools/index.js';
import type { ToolCall } from '../../../ui/apps/tool-call.js';
import { previewOf } from '../../../ui/preview/preview-model.js';
import { callOf, drawnTexts, returned } from '../../support/shown-calls.js';

const sendText = { subscriber_id: '1', text: 'Hi' };

describe('a call that has not ended', () => {
  test.each(declarations.filter(({ view }) => view === 'message-preview').map((each) => [each.name, each] as const))(
    '%s shows what its arguments would do, and is not sent yet',
    (name, { example }) => {
      const { outcome: shown, facts, drawings } = previewOf({ tool: name, input: example, isPartial: false });
      expect([shown.tone, shown.title]).toEqual(['draft', expect.stringMatching(/^Not (?:sent|done)/)]);
      expect(facts.length + drawings.length).toBeGreaterThan(0);
    },
  );

  test('is drawn while its arguments stream in', () => {
    const input = { data: '{"content":{"messages":[{"type":"text","text":"Visit u' };
    const call: ToolCall = { tool: 'manychat_send_content', input, isPartial: true };
    expect([drawnTexts(call), previewOf(call).isPartial]).toEqual([['Visit u'], true]);
    expect(previewOf({ isPartial: true }).outcome).toMatchObject({ tone: 'draft', title: 'Not sent yet' });
  });

  test('of a long text shows the messages that it is split into, by the limit of the channel that it was sent on', () => {
    const input = { ...sendText, text: `${'One. '.repeat(240)}End`, channel: 'auto' };
    expect(drawnTexts(callOf('send_text', input))).toHaveLength(1);
    expect(previewOf(callOf('send_text', input)).facts).toContainEqual({
      label: 'Channel',
      value: 'found when it is sent',
    });
    const sent = callOf('send_text', input, returned({ ok: true, channel: 'instagram', messages: 2 }));
    expect(drawnTexts(sent)).toHaveLength(2);
    expect(drawnTexts(sent).join(' ')).toBe(input.text);
  });

  test('for contacts with texts of their own shows the first of them, and whose they are', () => {
    const items = [1, 2, 3, 4, 5].map((id) => ({ subscriber_id: String(id), text: `Text ${id}` }));
    const call = callOf('for_each_subscriber', { action: 'send_text', items });
    const { drawings, left, facts } = previewOf(call);
    expect(drawings.map(({ to }) => to)).toEqual(['1', '2', '3']);
    expect([drawnTexts(call), left]).toEqual([['Text 1', 'Text 2', 'Text 3'], '2 more are not drawn.']);
    expect(facts).toContainEqual({ label: 'Contacts', value: '5' });
  });

  test.each([
    [
      'a list',
      [
        { field_name: 'size', field_value: 'M' },
        { field_id: 7, field_value: 3 },
      ],
    ],
    ['an object', { size: 'M', '7': 3 }],
    ['JSON text', '[{"field_name":"size","field_value":"M"},{"field_id":"7","field_value":3}]'],
  ])('shows the flow and the fields that are set for it, given as %s', (_, fields) => {
    const { facts } = previewOf(
      callOf('set_fields_and_send_flow', { subscriber_id: '1', fields, flow_ns: 'content1' }),
    );
    expect(facts.map(({ label, value }) => `${label}: ${value}`).toSorted()).toEqual(
      ['Contact id: 1', 'Sets: size = M', 'Sets: 7 = 3', 'Starts flow: content1'].toSorted(),
    );
  });

  test.each([
    [{ channel: 'auto' }, 'found when it is sent'],
    [{}, 'found when it is sent'],
    [{ channel: 'whatsapp' }, 'WhatsApp'],
    [{ text: undefined, data: { content: { type: 'telegram', messages: [] } } }, 'Telegram'],
    [{ text: undefined, data: { content: { messages: [] } } }, undefined],
    [{ message_id: 'm1' }, undefined],
  ])('says on which channel %j is sent', (args, channel) => {
    const { facts } = previewOf(callOf('send_text', { ...sendText, ...args }));
    expect(facts.find(({ label }) => label === 'Channel')?.value).toBe(channel);
  });

  test('names the account, so that a wrong one is seen', () => {
    const input = { ...sendText, account: 'Wholesale', connection_id: 'Sunrise Coffee' };
    expect(previewOf(callOf('send_text', input)).facts.slice(0, 2)).toEqual([
      { label: 'Account', value: 'Wholesale' },
      { label: 'Connection', value: 'Sunrise Coffee' },
    ]);
  });
});
