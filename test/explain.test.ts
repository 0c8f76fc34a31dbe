import { beforeEach, describe, expect, test } from 'vitest';
import type { Failure } from '../tools/failure.js';
import { reachability, spanText } from '../tools/window.js';
import { useSandbox } from './support/sandboxed.js';
import { fastTiming } from './support/timing.js';

describe('a refused send', () => {
  const used = useSandbox({ timing: fastTiming(50), random: () => 0 });
  beforeEach(() => used.sandbox.reset());

  async function refusal(subscriber_id: string, content: object = {}, more: object = {}): Promise<Failure> {
    const data = { version: 'v2', content: { ...content, messages: [{ type: 'text', text: 'hi' }] } };
    const outcome = await used.caller.call('manychat_send_content', { subscriber_id, data, ...more });
    if (outcome.ok) throw new Error('was sent');
    expect(used.sandbox.messages()).toEqual([]);
    return outcome.failure;
  }

  test('says when the contact wrote last', async () => {
    const tom = await refusal('24958501110460017');
    expect(tom).toMatchObject({ kind: 'window_closed', code: 3011 });
    expect(tom.details?.[0]).toMatch(
      /^The contact interacted last 3 d ago \(.*\): the 24-hour window has been closed for 2 d\.$/,
    );
    const paths = used.sandbox.requests().map((request) => request.path.split('/').at(-1));
    expect(paths).toEqual(['sendContent', 'getInfo']);
  });

  test.each([
    ['otn_unavailable', '24958501110460017', {}, { otn_topic_name: 'Price Drop Alert' }, /closed for/],
    ['channel_refused', '24958501110470023', {}, {}, /Instagram is on record/],
    ['subscriber_inactive', '24958501110480012', {}, {}, /no interaction/],
    ['message_tag_refused', '24958501110451908', {}, { message_tag: 'ACCOUNT_UPDATE' }, /window is open for another/],
    ['window_closed', '24958501110470024', { type: 'instagram' }, {}, /closed for/],
  ])('%s is explained by the contact', async (kind, id, content, more, words) => {
    const failure = await refusal(id, content, more);
    expect(failure.kind).toBe(kind);
    expect(failure.details?.join(' ')).toMatch(words);
  });

  test('is told all the same when the contact cannot be read', async () => {
    used.sandbox.order({ match: { path: 'getInfo' }, times: 9, status: 500, body: {} });
    const tom = await refusal('24958501110460017');
    expect(tom).toMatchObject({ kind: 'window_closed', performed: 'no' });
    expect(tom.details).toBeUndefined();
  });

  test('whose reason is another costs no further request', async () => {
    expect((await refusal('42')).kind).toBe('not_found');
    expect(used.sandbox.requests()).toHaveLength(1);
  });
});

describe('in words', () => {
  test.each([
    [0, '0 min'],
    [59 * 60_000, '59 min'],
    [90 * 60_000, '1 h 30 min'],
    [24 * 3_600_000, '1 d'],
    [(49 * 60 + 5) * 60_000, '2 d 1 h'],
  ])('%i ms is %s', (span, words) => expect(spanText(span)).toBe(words));

  test('what cannot be read is not claimed', () => {
    expect(reachability(undefined, 0)[0]).toContain('no interaction');
    expect(reachability({ last_interaction: 'soon' }, 0)[0]).toContain('no interaction');
    expect(reachability({ whatsapp_phone: '1', ig_id: '2' }, 0)[1]).toContain('Instagram and WhatsApp is on record');
  });
});
