import { expect, test } from 'vitest';
import { createDoubts } from '../src/doubts.js';
import { followers } from './support/people.js';
import { lost, useCaller } from './support/sandboxed.js';
import { manualTiming } from './support/timing.js';

const timing = manualTiming();
const used = useCaller({ doubts: createDoubts(timing.now) }, { followers: 40 });
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
    hint: 'A person looks at the chat in ManyChat first. If it did not arrive, the same can be sent again in 4 min.',
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

test('by whichever tool, and whether its id came as a number or as text', async () => {
  const args = { subscriber_id: 123456789, text: 'Your table is ready' };
  used.sandbox.order(lost('sendContent', true));
  await used.failure('manychat_send_text', args);
  const many = { subscriber_ids: ['123456789'], action: 'send_text', text: args.text };
  expect(await used.result('manychat_for_each_subscriber', many)).toMatchObject({ unknown: ['123456789'] });
  expect(sends()).toBe(1);
});

test('a flow in doubt is refused before the fields that it shows are set', async () => {
  const start = (reply_text: string) => ({
    subscriber_id: '123456789',
    fields: { reply_text },
    flow_ns: 'content20240311101502_501223',
  });
  used.sandbox.order(lost('sendFlow', true));
  await used.failure('manychat_set_fields_and_send_flow', start('Order 1 shipped'));
  const told = await used.failure('manychat_set_fields_and_send_flow', start('Order 2 delayed'));
  expect(told).toMatchObject({ performed: 'unknown', source: 'client' });
  expect(told.details).toEqual(['Not done: set reply_text; start flow content20240311101502_501223.']);
  expect(used.countOf('setCustomFields')).toBe(1);
});

test('who may have got it already does not stop the job for the others', async () => {
  const subscriber_ids = followers(20);
  const many = { subscriber_ids, action: 'send_text', text: 'Closed on Friday' };
  used.sandbox.order({ ...lost('sendContent', true), times: 4 });
  const first = await used.result('manychat_for_each_subscriber', many);
  const rest = { ...many, subscriber_ids: [...subscriber_ids, ...followers(40).slice(20)] };
  const lostOnes = Array.isArray(first.unknown) ? first.unknown.length : 0;
  expect(lostOnes).toBe(4);
  timing.advance(1_000);
  used.sandbox.order({ ...lost('sendContent', true), after: 0, times: 1 });
  const second = await used.result('manychat_for_each_subscriber', {
    ...rest,
    subscriber_ids: [...(first.unknown as string[]), ...followers(40).slice(20)],
  });
  expect(second).toMatchObject({ done: 19, remaining: [] });
  expect(second.stopped).toBeUndefined();
  expect(JSON.stringify(second.errors)).not.toContain('was not sent again');
  expect(sends()).toBe(40);
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
