import { expect, test } from 'vitest';
import { createDoubts } from '../src/doubts.js';
import { lost, useCaller } from './support/sandboxed.js';
import { manualTiming } from './support/timing.js';

const timing = manualTiming();
const used = useCaller({ doubts: createDoubts(timing.now) });
const maria = { subscriber_id: '24958501110451908' };
const sends = () => used.sandbox.messages().length;

test('the same is not sent again while nobody knows whether it arrived', async () => {
  const code = { ...maria, text: 'Code 1234' };
  used.sandbox.order(lost('sendContent', true));
  expect(await used.failure('manychat_send_text', code)).toMatchObject({ kind: 'network', performed: 'unknown' });
  timing.advance(100_000);
  expect(await used.failure('manychat_send_text', code)).toMatchObject({
    kind: 'network',
    message: expect.stringMatching(/^The same was sent to this contact 1 min ago, and it is not known whether/),
    hint: 'A person looks at the chat in ManyChat first. If it did not arrive, the same can be sent again in 4 min, other words at once.',
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
  timing.advance(200_001);
  await used.result('manychat_send_text', code);
  await used.result('manychat_send_text', code);
  expect(sends()).toBe(5);
});

test('the same that is asked for twice at once is sent once, and both are told what came of it', async () => {
  used.sandbox.order({ match: { path: 'sendContent' }, delay_ms: 30 });
  const hello = { ...maria, text: 'Hello' };
  const both = [used.result('manychat_send_text', hello), used.result('manychat_send_text', hello)];
  const [first, second] = await Promise.all(both);
  expect(first).toEqual({ ok: true });
  expect(second).toEqual({
    ok: true,
    warnings: ['The very same was on its way to this contact already: it was sent once.'],
  });
  expect(sends()).toBe(1);
  expect(await used.result('manychat_send_text', hello)).toEqual({ ok: true });
  used.sandbox.order({ ...lost('sendContent', true), delay_ms: 30 });
  const lostBoth = [used.failure('manychat_send_text', hello), used.failure('manychat_send_text', hello)];
  for (const failure of await Promise.all(lostBoth)) expect(failure).toMatchObject({ performed: 'unknown' });
  expect(sends()).toBe(3);
});

test('who waits for the same does not share that it was given up before it left', async () => {
  const args = { ...maria, text: 'Patience' };
  const cancel = new AbortController();
  const outcomes = [
    used.caller.call('manychat_send_text', args, { signal: cancel.signal }),
    used.caller.call('manychat_send_text', args),
    used.caller.call('manychat_send_text', args),
  ];
  cancel.abort();
  const [given, ...kept] = await Promise.all(outcomes);
  expect(given).toMatchObject({ ok: false, failure: { kind: 'cancelled', performed: 'no' } });
  expect(kept.map(({ ok }) => ok)).toEqual([true, true]);
  expect(sends()).toBe(1);
});

test('a refusal, a send that never left, and what is no send leave no doubt', async () => {
  const args = { ...maria, text: 'Good day' };
  const body = { status: 'error', message: 'No' };
  used.sandbox.order({ match: { path: 'sendContent' }, status: 400, body });
  await used.failure('manychat_send_text', args);
  await used.result('manychat_send_text', args);
  used.sandbox.order(lost('createTag', false));
  await used.failure('manychat_create_tag', { name: 'Autumn' });
  await used.result('manychat_create_tag', { name: 'Autumn' });
});
