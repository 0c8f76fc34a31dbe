import { beforeEach, describe, expect, test } from 'vitest';
import { createSendGuard } from '../../../src/account/send-guard/memory-send-guard.js';
import { drivenClock } from '../../support/driven.js';
import { everyTurnAtOnce } from '../../support/pacer.js';
import { followers } from '../../support/people.js';
import { createRandom } from '../../support/random.js';
import { lost, reached, useCaller } from '../../support/sandboxed.js';
import { callAt } from '../../support/send-guard-contract.js';
import { settle } from '../../support/timing.js';

const clock = drivenClock();
const used = useCaller({ clock, guard: createSendGuard(clock.now), pacer: everyTurnAtOnce }, { followers: 60 });
// What one test has sent is forgotten in the next.
beforeEach(() => clock.advance(900_000));
const maria = { subscriber_id: '24958501110451908' };
const sends = () => used.sandbox.messages().length;
/** Makes a call whose answer reaches its caller as the test says. */
const make = (tool: string, args: object, call = callAt(clock.now()), signal = new AbortController().signal) =>
  used.caller.call(tool, args, { delivery: call.delivery, signal });

describe('a send whose outcome is unknown', () => {
  test('is refused for five minutes, by whichever tool', async () => {
    const code = { ...maria, text: 'Code 1234' };
    used.sandbox.injectFault(lost('sendContent', true));
    expect(await used.failure('manychat_send_text', code)).toMatchObject({ kind: 'network', performed: 'unknown' });
    clock.advance(100_000);
    expect(await used.failure('manychat_send_text', code)).toMatchObject({
      kind: 'network',
      message: expect.stringMatching(/^The same was sent to this contact 1 min ago, and it is not known whether/),
      hint: 'First, a person looks at the chat in ManyChat. If it did not arrive, the same can be sent again in 4 min.',
      performed: 'unknown',
      retryable: false,
      source: 'client',
    });
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'Code 1234' }] } };
    await used.failure('manychat_send_content', { ...maria, data });
    const many = { subscriber_ids: [maria.subscriber_id], action: 'send_text', text: 'Code 1234' };
    expect(await used.result('manychat_for_each_subscriber', many)).toMatchObject({ unknown: [maria.subscriber_id] });
    expect(sends()).toBe(1);
    await used.result('manychat_send_text', { ...maria, text: 'Your code is 1234' });
    await used.result('manychat_send_text', { ...code, subscriber_id: '123456789' });
    expect(sends()).toBe(3);
    clock.advance(200_001);
    await used.result('manychat_send_text', code);
    await used.result('manychat_send_text', code);
    expect(sends()).toBe(5);
  });

  test('is the same whether its id came as a number or as text', async () => {
    const args = { subscriber_id: 123456789, text: 'Your table is ready' };
    used.sandbox.injectFault(lost('sendContent', true));
    await used.failure('manychat_send_text', args);
    const many = { subscriber_ids: ['123456789'], action: 'send_text', text: args.text };
    expect(await used.result('manychat_for_each_subscriber', many)).toMatchObject({ unknown: ['123456789'] });
    expect(sends()).toBe(1);
  });

  test('does not stop a job for the other contacts', async () => {
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
    expect(second).toMatchObject({ done: 19, remaining: [] });
    expect(second.stopped).toBeUndefined();
    expect(JSON.stringify(second.errors)).not.toContain('was not sent again');
    expect(sends()).toBe(40);
  });

  test('is refused before the fields that its flow shows are set; with other fields it is another send', async () => {
    const start = (reply_text: string) => ({
      subscriber_id: '123456789',
      fields: { reply_text },
      flow_ns: 'content20240311101502_501223',
    });
    used.sandbox.injectFault(lost('sendFlow', true));
    await used.failure('manychat_set_fields_and_send_flow', start('Order 1 shipped'));
    const told = await used.failure('manychat_set_fields_and_send_flow', start('Order 1 shipped'));
    expect(told).toMatchObject({ performed: 'unknown', source: 'client' });
    expect(told.details).toEqual(['Not done: set "reply_text"; start flow content20240311101502_501223.']);
    expect(used.countOf('setCustomFields')).toBe(1);
    expect(await used.result('manychat_set_fields_and_send_flow', start('Order 2 delayed'))).toEqual({ ok: true });
    expect(used.countOf('sendFlow')).toBe(2);
  });

  test('is none after a refusal, after a send that never left, and for what is no send', async () => {
    const args = { ...maria, text: 'Good day' };
    const body = { status: 'error', message: 'No' };
    used.sandbox.injectFault({ match: { path: 'sendContent' }, status: 400, body });
    await used.failure('manychat_send_text', args);
    await used.result('manychat_send_text', args);
    used.sandbox.injectFault(lost('createTag', false));
    await used.failure('manychat_create_tag', { name: 'Autumn' });
    await used.result('manychat_create_tag', { name: 'Autumn' });
  });
});

describe('a send that was done', () => {
  const hello = { ...maria, text: 'Hello' };
  const warning = /^The same was sent to this contact within the last minute, by .*: it was not sent again\./;

  test('is made again when its call was answered at once: people say the same thing twice', async () => {
    expect(await used.result('manychat_send_text', hello)).toEqual({ ok: true });
    expect(await used.result('manychat_send_text', hello)).toEqual({ ok: true });
    expect(sends()).toBe(2);
  });

  test('is not made again when its call was cancelled, answered late, or still open', async () => {
    const texts = ['Cancelled', 'Late', 'Open'];
    const calls = texts.map(() => callAt(clock.now()));
    for (const [index, text] of texts.entries()) await make('manychat_send_text', { ...maria, text }, calls[index]);
    clock.advance(5_000);
    const [cancelled, late] = calls;
    if (cancelled !== undefined) cancelled.delivery.cancelled = true;
    if (late !== undefined) late.delivery.answeredAt = clock.now();
    clock.advance(1);
    for (const text of texts) {
      const { warnings, ...result } = await used.result('manychat_send_text', { ...maria, text });
      expect(result).toEqual({ ok: true });
      expect(warnings).toEqual([expect.stringMatching(warning)]);
    }
    expect(sends()).toBe(3);
  });

  test('is made once when it is asked for twice at once, and both are told so', async () => {
    used.sandbox.injectFault({ match: { path: 'sendContent' }, delay_ms: 30 });
    const [first, second] = await Promise.all([
      used.result('manychat_send_text', hello),
      used.result('manychat_send_text', hello),
    ]);
    expect(first).toEqual({ ok: true });
    expect(second).toEqual({ ok: true, warnings: [expect.stringMatching(/by a call that was still open/)] });
    expect(sends()).toBe(1);
    expect(await used.result('manychat_send_text', hello)).toEqual({ ok: true });
    used.sandbox.injectFault({ ...lost('sendContent', true), delay_ms: 30 });
    const lostBoth = [used.failure('manychat_send_text', hello), used.failure('manychat_send_text', hello)];
    for (const failure of await Promise.all(lostBoth)) expect(failure).toMatchObject({ performed: 'unknown' });
    expect(sends()).toBe(3);
  });

  test('in a call that is cancelled on the way is known all the same, since its answer is waited for', async () => {
    used.sandbox.injectFault({ match: { path: 'sendContent' }, delay_ms: 20 });
    const cancel = new AbortController();
    const call = callAt(clock.now());
    const outcome = make('manychat_send_text', hello, call, cancel.signal);
    await used.sandbox.waitForRequests(1, 'sendContent');
    call.delivery.cancelled = true;
    cancel.abort();
    expect(await outcome).toMatchObject({ ok: true });
    expect(await used.result('manychat_send_text', hello)).toMatchObject({
      warnings: [expect.stringMatching(warning)],
    });
    expect(sends()).toBe(1);
  });

  test('is made by who waits for it when the first call is given up before it left', async () => {
    const cancel = new AbortController();
    const outcomes = [
      used.caller.call('manychat_send_text', hello, { signal: cancel.signal }),
      used.caller.call('manychat_send_text', hello),
      used.caller.call('manychat_send_text', hello),
    ];
    cancel.abort();
    const [given, ...kept] = await Promise.all(outcomes);
    expect(given).toMatchObject({ ok: false, failure: { kind: 'cancelled', performed: 'no' } });
    expect(kept.map(({ ok }) => ok)).toEqual([true, true]);
    expect(sends()).toBe(1);
  });

  test('for many is not made again, answered or not, by for_each or for one of them', async () => {
    const many = { subscriber_ids: followers(3), action: 'send_text', text: 'Hello' };
    expect(await used.result('manychat_for_each_subscriber', many)).not.toHaveProperty('warnings');
    const again = await used.result('manychat_for_each_subscriber', { ...many, subscriber_ids: followers(5) });
    expect(again).toMatchObject({
      done: 5,
      warnings: [expect.stringMatching(/^3 of those done were already sent the same/)],
    });
    const [one = ''] = followers(1);
    await used.result('manychat_send_text', { subscriber_id: one, text: 'Hello' });
    expect(reached(used.sandbox).sort()).toEqual(followers(5));
  });

  test('of a flow for many: neither its fields are set nor is it started again, until somebody else sets a field', async () => {
    const many = {
      subscriber_ids: followers(4),
      action: 'send_flow',
      flow_ns: 'content20240311101502_501223',
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

describe('a guard that fails', () => {
  const broken = async (): Promise<never> => {
    throw new Error('The store is away');
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
    },
  });

  test('does not turn a message that was sent into a failure, which would have it sent again', async () => {
    expect(await other.result('manychat_send_text', { ...maria, text: 'Hello' })).toEqual({ ok: true });
    const field = { ...maria, field_name: 'reply_text', field_value: 'Hello' };
    expect(await other.result('manychat_set_custom_field_by_name', field)).toEqual({ ok: true });
  });

  test('does not hide why a message was not sent', async () => {
    const body = { status: 'error', message: 'No' };
    other.sandbox.injectFault({ match: { path: 'sendContent' }, status: 400, body });
    const failure = await other.failure('manychat_send_text', { ...maria, text: 'Good day' });
    expect(failure).toMatchObject({ kind: 'rejected', performed: 'no' });
  });
});

describe('for_each that is given up after half and asked for twice more', () => {
  const subscriber_ids = followers(60);
  const many = { subscriber_ids, action: 'send_text', text: 'Closed on Friday' };

  test.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
    'reaches each of 60 contacts once, seed %i',
    async (seed) => {
      const random = createRandom(seed);
      const half = 20 + Math.floor(random() * 25);
      const abandoned = seed % 2 === 0;
      const cancel = new AbortController();
      const call = callAt(clock.now());
      let reachedHalf = (): void => undefined;
      const atHalf = new Promise<void>((resolve) => {
        reachedHalf = resolve;
      });
      const onProgress = ({ progress }: { progress: number }) => progress >= half && reachedHalf();
      const first = used.caller.call('manychat_for_each_subscriber', many, {
        delivery: call.delivery,
        signal: cancel.signal,
        onProgress,
      });
      await atHalf;
      if (!abandoned) {
        call.delivery.cancelled = true;
        cancel.abort();
      }
      for (let turn = random() * 5; turn > 0; turn -= 1) await settle();
      const repeats = [await used.result('manychat_for_each_subscriber', many)];
      repeats.push(await used.result('manychat_for_each_subscriber', many));
      await first;
      for (const result of repeats) expect(result).toMatchObject({ done: 60, failed: [], unknown: [], remaining: [] });
      expect(reached(used.sandbox).sort()).toEqual(subscriber_ids);
    },
  );
});
