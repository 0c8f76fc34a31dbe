import { describe, expect, test } from 'vitest';
import { createSendGuard } from '../../../src/account/send-guard/memory-send-guard.js';
import { drivenClock } from '../../support/driven.js';
import { everyTurnAtOnce } from '../../support/pacer.js';
import { followers, john } from '../../support/people.js';
import { lost, reached, useCaller, useSendGuard } from '../../support/sandboxed.js';
import { callAt } from '../../support/send-guard-contract.js';
import { acceptedBefore, sentOne, startedFlow } from '../../support/sent.js';

const clock = drivenClock();
const used = useCaller({ clock, guard: useSendGuard(clock.now), pacer: everyTurnAtOnce }, { followers: 40 });

/** How long a send is remembered after its call has ended, and how late an answer may come; both are documented. */
const rememberedMs = 300_000;
const promptMs = 3_000;

const orderFlow = 'content20240311101502_501223';
const maria = { subscriber_id: '24958501110451908' };
/** How the results name her, since her channel was looked up. */
const named = { contact: 'Maria Garcia' };
type CallWithDelivery = ReturnType<typeof callAt>;
const sends = () => used.sandbox.messages().length;
/** Calls a tool with a delivery that the test can change. */
const callWith = (tool: string, args: object, call = callAt(clock.now()), signal = new AbortController().signal) =>
  used.caller.call(tool, args, { delivery: call.delivery, signal });

describe('a send whose outcome is unknown', () => {
  const code = { ...maria, text: 'Code 1234' };

  test('is refused with how long ago it was and when it can be repeated', async () => {
    used.sandbox.injectFault(lost('sendContent', true));
    expect(await used.failure('manychat_send_text', code)).toMatchObject({ kind: 'network', performed: 'unknown' });
    clock.advance(100_000);
    // 100 s ago is 1 min; of the five minutes 200 s are left, rounded up.
    expect(await used.failure('manychat_send_text', code)).toMatchObject({
      kind: 'network',
      message: expect.stringMatching(/^The same was sent to this contact 1 min ago, and it is not known whether/),
      hint: 'First, a person looks at the chat in ManyChat. If it did not arrive, the same can be sent again in 4 min.',
      performed: 'unknown',
      retryable: false,
      source: 'client',
    });
    expect(sends()).toBe(1);
  });

  test('is refused to every tool that would send the same', async () => {
    used.sandbox.injectFault(lost('sendContent', true));
    await used.failure('manychat_send_text', code);
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: code.text }] } };
    await used.failure('manychat_send_content', { ...maria, data });
    const many = { subscriber_ids: [maria.subscriber_id], action: 'send_text', text: code.text };
    expect(await used.result('manychat_for_each_subscriber', many)).toMatchObject({ unknown: [maria.subscriber_id] });
    expect(sends()).toBe(1);
  });

  test('blocks neither another text nor another contact', async () => {
    used.sandbox.injectFault(lost('sendContent', true));
    await used.failure('manychat_send_text', code);
    await used.result('manychat_send_text', { ...maria, text: 'Your code is 1234' });
    await used.result('manychat_send_text', { ...code, subscriber_id: john });
    expect(sends()).toBe(3);
  });

  test('can be repeated after five minutes', async () => {
    used.sandbox.injectFault(lost('sendContent', true));
    await used.failure('manychat_send_text', code);
    clock.advance(rememberedMs - 1);
    await used.failure('manychat_send_text', code);
    clock.advance(1);
    await used.result('manychat_send_text', code);
    await used.result('manychat_send_text', code);
    expect(sends()).toBe(3);
  });

  test('is recognised whether the id is a number or a string', async () => {
    const args = { subscriber_id: 123456789, text: 'Your table is ready' };
    used.sandbox.injectFault(lost('sendContent', true));
    await used.failure('manychat_send_text', args);
    const many = { subscriber_ids: ['123456789'], action: 'send_text', text: args.text };
    expect(await used.result('manychat_for_each_subscriber', many)).toMatchObject({ unknown: ['123456789'] });
    expect(sends()).toBe(1);
  });

  test('does not count towards the failures that stop a job', async () => {
    // A job stops after five failures in a row: four are refusals of the guard, and the fifth is a lost response.
    const subscriber_ids = followers(20);
    const many = { subscriber_ids, action: 'send_text', text: 'Closed on Friday' };
    used.sandbox.injectFault({ ...lost('sendContent', true), times: 4 });
    const first = await used.result('manychat_for_each_subscriber', many);
    const unknown = first.unknown as string[];
    expect(unknown).toHaveLength(4);
    clock.advance(1_000);
    used.sandbox.injectFault({ ...lost('sendContent', true), after: 0, times: 1 });
    const second = await used.result('manychat_for_each_subscriber', {
      ...many,
      subscriber_ids: [...unknown, ...followers(40).slice(20)],
    });
    expect(second).toMatchObject({ accepted: 19, remaining: 0 });
    expect(second.stopped).toBeUndefined();
    expect(JSON.stringify(second.errors)).not.toContain('was not sent again');
    expect(sends()).toBe(40);
  });

  const start = (reply_text: string) => ({ subscriber_id: john, fields: { reply_text }, flow_ns: orderFlow });

  test('of a flow is refused before the fields that the flow shows are set', async () => {
    used.sandbox.injectFault(lost('sendFlow', true));
    await used.failure('manychat_set_fields_and_send_flow', start('Order 1 shipped'));
    const failure = await used.failure('manychat_set_fields_and_send_flow', start('Order 1 shipped'));
    expect(failure).toMatchObject({ performed: 'unknown', source: 'client' });
    expect(failure.details).toEqual([`Not done: set "reply_text"; start flow ${orderFlow}.`]);
    expect(used.countOf('setCustomFields')).toBe(1);
  });

  test('of a flow does not block the same flow with other fields', async () => {
    used.sandbox.injectFault(lost('sendFlow', true));
    await used.failure('manychat_set_fields_and_send_flow', start('Order 1 shipped'));
    expect(await used.result('manychat_set_fields_and_send_flow', start('Order 2 delayed'))).toEqual({
      ...startedFlow({ contact: 'John Doe' }, orderFlow),
      fields: [{ field: 'reply_text', value: 'Order 2 delayed' }],
    });
    expect(used.countOf('sendFlow')).toBe(2);
  });
});

describe('the guard does not remember', () => {
  test('a send that ManyChat refused', async () => {
    const args = { ...maria, text: 'Good day' };
    const body = { status: 'error', message: 'No' };
    used.sandbox.injectFault({ match: { path: 'sendContent' }, status: 400, body });
    await used.failure('manychat_send_text', args);
    await used.result('manychat_send_text', args);
  });

  test('a call that sends nothing to a contact', async () => {
    used.sandbox.injectFault(lost('createTag', false));
    await used.failure('manychat_create_tag', { name: 'Autumn' });
    await used.result('manychat_create_tag', { name: 'Autumn' });
  });
});

describe('a completed send', () => {
  const hello = { ...maria, text: 'Hello' };
  const warning = /^The same was sent to this contact within the last minute, by .*: it was not sent again\./;

  test('is repeated if its call was answered at once: people say the same thing twice', async () => {
    expect(await used.result('manychat_send_text', hello)).toEqual(sentOne(named));
    expect(await used.result('manychat_send_text', hello)).toEqual(sentOne(named));
    expect(sends()).toBe(2);
  });

  test.each([
    ['cancelled', ({ delivery }: CallWithDelivery) => (delivery.cancelled = true)],
    ['answered late', ({ delivery }: CallWithDelivery) => (delivery.answeredAt = clock.now())],
    ['not answered yet', () => undefined],
  ])('is not repeated if its call was %s', async (_, end) => {
    const call = callAt(clock.now());
    await callWith('manychat_send_text', hello, call);
    clock.advance(promptMs + 1);
    end(call);
    clock.advance(1);
    const { warnings, ...result } = await used.result('manychat_send_text', hello);
    expect(result).toEqual(sentOne(named, acceptedBefore));
    expect(warnings).toEqual([expect.stringMatching(warning)]);
    expect(sends()).toBe(1);
  });

  test('is made once for two calls at the same time, and the second one gets a warning', async () => {
    used.sandbox.injectFault({ match: { path: 'sendContent' }, delay_ms: 30 });
    const [first, second] = await Promise.all([
      used.result('manychat_send_text', hello),
      used.result('manychat_send_text', hello),
    ]);
    expect(first).toEqual(sentOne(named));
    expect(second).toEqual({
      ...sentOne(named, acceptedBefore),
      warnings: [expect.stringMatching(/by a call that was still open/)],
    });
    expect(sends()).toBe(1);
    expect(await used.result('manychat_send_text', hello)).toEqual(sentOne(named));
    expect(sends()).toBe(2);
  });

  test('is made once for two calls at the same time if its response is lost, and both fail', async () => {
    used.sandbox.injectFault({ ...lost('sendContent', true), delay_ms: 30 });
    const calls = [used.failure('manychat_send_text', hello), used.failure('manychat_send_text', hello)];
    for (const failure of await Promise.all(calls)) expect(failure).toMatchObject({ performed: 'unknown' });
    expect(sends()).toBe(1);
  });

  test('is remembered if its call is cancelled in flight, because its response is awaited', async () => {
    used.sandbox.injectFault({ match: { path: 'sendContent' }, delay_ms: 20 });
    const cancel = new AbortController();
    const call = callAt(clock.now());
    const outcome = callWith('manychat_send_text', hello, call, cancel.signal);
    await used.sandbox.waitForRequests(1, 'sendContent');
    call.delivery.cancelled = true;
    cancel.abort();
    expect(await outcome).toMatchObject({ ok: true });
    expect(await used.result('manychat_send_text', hello)).toMatchObject({
      warnings: [expect.stringMatching(warning)],
    });
    expect(sends()).toBe(1);
  });

  test('is made by a waiting call if the first one is cancelled before its departure', async () => {
    const cancel = new AbortController();
    const outcomes = [
      used.caller.call('manychat_send_text', hello, { signal: cancel.signal }),
      used.caller.call('manychat_send_text', hello),
      used.caller.call('manychat_send_text', hello),
    ];
    cancel.abort();
    const [first, ...others] = await Promise.all(outcomes);
    expect(first).toMatchObject({ ok: false, failure: { kind: 'cancelled', performed: 'no' } });
    expect(others.map(({ ok }) => ok)).toEqual([true, true]);
    expect(sends()).toBe(1);
  });

  test('to many contacts is not repeated, by for_each or to one of them, even if its call was answered', async () => {
    const many = { subscriber_ids: followers(3), action: 'send_text', text: 'Hello' };
    expect(await used.result('manychat_for_each_subscriber', many)).not.toHaveProperty('warnings');
    const again = await used.result('manychat_for_each_subscriber', { ...many, subscriber_ids: followers(5) });
    expect(again).toMatchObject({
      accepted: 5,
      warnings: [expect.stringMatching(/^3 of them were already sent the same/)],
    });
    const [one = ''] = followers(1);
    await used.result('manychat_send_text', { subscriber_id: one, text: 'Hello' });
    expect(reached(used.sandbox).sort()).toEqual(followers(5));
  });

  test('of a flow to many contacts is repeated, with its fields, only to a contact whose fields were set since', async () => {
    const many = {
      subscriber_ids: followers(4),
      action: 'send_flow',
      flow_ns: orderFlow,
      fields: { reply_text: 'Order 1' },
    };
    await used.result('manychat_for_each_subscriber', many);
    await used.result('manychat_for_each_subscriber', many);
    expect([used.countOf('setCustomFields'), used.countOf('sendFlow')]).toEqual([4, 4]);
    const [one = ''] = followers(1);
    const field = { subscriber_id: one, field_name: 'reply_text', field_value: 'Order 2' };
    await used.result('manychat_set_custom_field_by_name', field);
    await used.result('manychat_for_each_subscriber', many);
    expect([used.countOf('setCustomFields'), used.countOf('sendFlow')]).toEqual([5, 5]);
  });
});

describe('a guard whose store fails', () => {
  const broken = async (): Promise<never> => {
    throw new Error('The store cannot be reached');
  };
  const guard = createSendGuard(() => 0);
  const other = useCaller({
    pacer: everyTurnAtOnce,
    guard: {
      async claim(...asked) {
        const found = await guard.claim(...asked);
        if (found.state !== 'claimed') return found;
        return { state: 'claimed', claim: { ...found.claim, done: broken, unknown: broken, release: broken } };
      },
      fieldsSet: broken,
      close: guard.close,
    },
  });

  test('does not turn a completed send into a failure, which a client would repeat', async () => {
    expect(await other.result('manychat_send_text', { ...maria, text: 'Hello' })).toEqual(sentOne(named));
    const field = { ...maria, field_name: 'reply_text', field_value: 'Hello' };
    expect(await other.result('manychat_set_custom_field_by_name', field)).toEqual({
      ok: true,
      ...named,
      field: 'reply_text',
      value: 'Hello',
    });
  });

  test('does not hide why ManyChat refused a send', async () => {
    const body = { status: 'error', message: 'No' };
    other.sandbox.injectFault({ match: { path: 'sendContent' }, status: 400, body });
    const failure = await other.failure('manychat_send_text', { ...maria, text: 'Good day' });
    expect(failure).toMatchObject({ kind: 'rejected', performed: 'no' });
  });
});
