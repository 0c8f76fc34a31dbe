import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asObject } from '../../../tools/contract/json.js';
import { type CallEnd, readResult } from '../../../ui/apps/tool-call.js';
import { previewOf } from '../../../ui/preview/preview-model.js';
import { callOf, drawnTexts, returned } from '../../support/shown-calls.js';

const sendText = { subscriber_id: '1', text: 'Hi' };
const failed = (failure: Record<string, unknown>): CallEnd => ({ kind: 'failure', failure });
const outcome = (...call: Parameters<typeof callOf>) => previewOf(callOf(...call)).outcome;
const flow = { subscriber_id: '1', flow_ns: 'content1' };
const accepted = 'accepted; ManyChat does not tell whether it arrived';
const job = { failed: [], unknown: [], remaining: 0 };

describe('a call that has ended', () => {
  test.each<[string, string, Record<string, unknown>, CallEnd, string, string]>([
    ['a send', 'send_text', sendText, returned({ ok: true, status: accepted }), 'sent', 'Sent'],
    ['a flow', 'send_flow', flow, returned({ ok: true, status: accepted }), 'sent', 'Flow started'],
    [
      'a repeated send',
      'send_text',
      sendText,
      returned({ ok: true, status: 'accepted before; not sent again' }),
      'done',
      'Sent before, not sent again',
    ],
    ['a dry run', 'send_text', sendText, returned({ dry_run: true, requests: [] }), 'done', 'Dry run: not sent'],
    ['a refusal', 'send_text', sendText, failed({ performed: 'no' }), 'refused', 'Not sent'],
    [
      'a lost response',
      'send_text',
      sendText,
      failed({ performed: 'unknown' }),
      'unknown',
      'It is not known whether it was sent',
    ],
    [
      'a failure of any other kind',
      'send_text',
      sendText,
      failed({}),
      'unknown',
      'It is not known whether it was sent',
    ],
    [
      'a workflow that was done in part',
      'set_fields_and_send_flow',
      flow,
      failed({ performed: 'yes' }),
      'unknown',
      'It failed after something was done',
    ],
    [
      'a call that the client refused',
      'send_text',
      sendText,
      { kind: 'text', text: 'Denied', isError: true },
      'unknown',
      'It is not known whether it was sent',
    ],
    [
      'a cancelled call',
      'send_text',
      sendText,
      { kind: 'cancelled', reason: '' },
      'unknown',
      'It is not known whether it was sent',
    ],
    [
      'an answer',
      'reply',
      { message_id: 'm1', text: 'Hi' },
      returned({ ok: true, answered: 'in the response' }),
      'sent',
      'Answered',
    ],
    [
      'a draft',
      'reply',
      { message_id: 'm1', text: 'Hi' },
      returned({ ok: true, answered: 'draft' }),
      'draft',
      'A draft: not sent yet',
    ],
    [
      'an answer before',
      'reply',
      { message_id: 'm1' },
      returned({ ok: true, answered: 'before' }),
      'done',
      'Answered before, not answered again',
    ],
    [
      'an answer of a kind to come',
      'reply',
      { message_id: 'm1' },
      returned({ ok: true, answered: 'later' }),
      'unknown',
      'It is not known whether it was sent',
    ],
    [
      'a job',
      'for_each_subscriber',
      { action: 'send_text' },
      returned({ ...job, accepted: 2 }),
      'sent',
      'Accepted for 2 contacts',
    ],
    [
      'a job with remains',
      'for_each_subscriber',
      { action: 'send_text' },
      returned({ ...job, accepted: 1, remaining: 3 }),
      'unknown',
      'Accepted for 1 contact, not for all',
    ],
    [
      'a job that reached nobody',
      'for_each_subscriber',
      { action: 'send_text' },
      returned({ ...job, accepted: 0, remaining: 3 }),
      'refused',
      'Accepted for 0 contacts, not for all',
    ],
    [
      'a job that sends nothing',
      'for_each_subscriber',
      { action: 'add_tag' },
      returned({ ...job, done: 2 }),
      'done',
      'Done for 2 contacts',
    ],
    [
      'a refused job that sends nothing',
      'for_each_subscriber',
      { action: 'add_tag' },
      failed({ performed: 'no' }),
      'refused',
      'Not done',
    ],
    ['a check', 'check_content', {}, returned({ valid: true, problems: [] }), 'done', 'Checked, not sent'],
    [
      'a check with problems',
      'check_content',
      {},
      returned({ valid: false, problems: ['p'] }),
      'refused',
      'It cannot be sent like this',
    ],
    ['a failed check', 'check_content', {}, failed({ performed: 'no' }), 'refused', 'It could not be checked'],
    ['a cancelled check', 'check_content', {}, { kind: 'cancelled', reason: '' }, 'refused', 'The check was cancelled'],
    ['prose', 'send_text', sendText, { kind: 'text', text: 'Sent!', isError: false }, 'plain', 'Result'],
    ['unknown data', 'send_text', sendText, returned({ fine: true }), 'plain', 'Result'],
    ['another tool', 'delete_tag', {}, returned({ ok: true }), 'plain', 'Result'],
  ])('%s', (_, tool, input, end, tone, title) => {
    expect(outcome(tool, input, end)).toMatchObject({ tone, title });
  });

  test('shows whom it reached, on which channel, and the name of the flow', () => {
    const said = returned({
      ok: true,
      contact: 'Maria',
      channel: 'instagram',
      flow: 'Welcome',
      actions: ['add_tag "VIP"'],
    });
    expect(previewOf(callOf('send_text', { ...flow, text: 'Hi' }, said)).facts.map(({ value }) => value)).toEqual([
      'Maria',
      '1',
      'content1',
      'Instagram',
      'Welcome',
      'add_tag "VIP"',
    ]);
    const unnamed = previewOf(callOf('send_flow', flow, returned({ ok: true, flow: 'content1' }))).facts;
    expect(unnamed.map(({ label }) => label)).toEqual(['Contact id', 'Starts flow']);
  });

  test('is recognised by its arguments and its result where the host does not name the tool', () => {
    expect(outcome(undefined, sendText, returned({ ok: true, status: accepted })).tone).toBe('sent');
    expect(outcome(undefined, {}, returned({ valid: true, problems: [] })).tone).toBe('done');
  });

  test('before its arguments were complete was not made', () => {
    const end: CallEnd = { kind: 'cancelled', reason: 'user action' };
    expect(previewOf({ tool: 'manychat_send_text', input: sendText, isPartial: true, end }).outcome).toEqual({
      tone: 'refused',
      title: 'Cancelled, not sent',
      lines: ['The client says: “user action”'],
      lists: [],
    });
  });

  test('is not known to be sent or not where the view saw only that it was cancelled', () => {
    const end: CallEnd = { kind: 'cancelled', reason: '' };
    expect(previewOf({ tool: 'manychat_send_text', isPartial: true, end }).outcome).toEqual({
      tone: 'unknown',
      title: 'It is not known whether it was sent',
      lines: ['The call was cancelled.'],
      lists: [],
    });
  });

  test("shows ManyChat's words, the hint, the details and the chat of a refusal", () => {
    const failure = {
      performed: 'no',
      source: 'manychat',
      message: 'Validation error',
      hint: 'Use a template.',
      details: ['The window has been closed for 2 h.'],
      chat_link: 'https://app.manychat.com/1',
    };
    expect(outcome('send_text', sendText, failed(failure))).toMatchObject({
      lines: ['ManyChat: “Validation error”', 'Use a template.'],
      lists: [{ title: 'Details', items: ['The window has been closed for 2 h.'] }],
      chatLink: 'https://app.manychat.com/1',
    });
  });

  test('shows what a check found, and the message as it would be sent', () => {
    const data = { version: 'v2', content: { type: 'instagram', messages: [{ type: 'text', text: 'Corrected' }] } };
    const checked = {
      valid: true,
      problems: [],
      channels: ['messenger', 'whatsapp'],
      elsewhere: ['instagram: too long'],
      warnings: ['w'],
      data,
    };
    const call = callOf(
      'check_content',
      { data: '[{"type":"text","text":"Given"}]', channel: 'instagram' },
      returned(checked),
    );
    const { outcome: shown } = previewOf(call);
    expect(drawnTexts(call)).toEqual(['Corrected']);
    expect([shown.lines, shown.lists]).toEqual([
      ['It has the form that ManyChat accepts.', 'It fits Messenger, WhatsApp.'],
      [
        { title: 'Elsewhere', items: ['instagram: too long'] },
        { title: 'To know', items: ['w'] },
      ],
    ]);
    expect(drawnTexts(callOf('check_content', call.input, returned({ valid: false, problems: [] })))).toEqual([
      'Given',
    ]);
  });

  test('counts the contacts of a job by what became of them', () => {
    const result = {
      accepted: 4,
      failed: [{ error: 'window_closed', subscriber_ids: ['5', '6'] }],
      unknown: ['7'],
      remaining: 3,
      errors: [{ kind: 'window_closed', message: 'Closed.', hint: 'Wait.' }],
      stopped: 'rate_limited: slow down.',
    };
    expect(outcome('for_each_subscriber', { action: 'send_text' }, returned(result))).toMatchObject({
      tone: 'unknown',
      lines: [
        'ManyChat does not tell whether a message arrived.',
        'It is not known whether 1 were reached.',
        '3 remain: nothing was done for them yet.',
        'rate_limited: slow down.',
      ],
      lists: [
        { title: 'Failed', items: ['2 window_closed'] },
        { title: 'Why', items: ['Closed. Wait.'] },
      ],
    });
  });
});

test('only what says that it was sent looks sent, and nothing makes the preview throw', () => {
  const tool = fc.option(
    fc.constantFrom('send_text', 'send_flow', 'reply', 'for_each_subscriber', 'check_content', 'x'),
    { nil: undefined },
  );
  const key = fc.constantFrom(
    'ok',
    'status',
    'answered',
    'accepted',
    'done',
    'remaining',
    'failed',
    'unknown',
    'valid',
    'problems',
    'data',
    'isError',
    'structuredContent',
  );
  const anything = fc.oneof(fc.anything(), fc.dictionary(key, fc.anything()));
  const inputs = fc.dictionary(
    fc.constantFrom('text', 'data', 'items', 'fields', 'action', 'subscriber_id', 'channel', 'buttons'),
    fc.anything(),
  );
  fc.assert(
    fc.property(tool, inputs, fc.dictionary(key, anything), fc.boolean(), (name, input, result, isPartial) => {
      const { outcome: shown } = previewOf({ ...callOf(name, input, readResult(result)), isPartial });
      if (shown.tone !== 'sent') return;
      const data = asObject(result.structuredContent);
      expect(data.ok === true || Number(data.accepted) > 0).toBe(true);
      expect(result.isError).not.toBe(true);
    }),
    { numRuns: 500 },
  );
});
