import { describe, expect, test } from 'vitest';
import type { Failure } from '../../../../tools/contract/failure.js';
import { emma, liam, maria, noah, sofia, tom } from '../../../support/people.js';
import { useCaller } from '../../../support/sandboxed.js';

describe('a refused send', () => {
  const used = useCaller({ random: () => 0 });

  async function refusal(subscriber_id: string, content: object = {}, more: object = {}): Promise<Failure> {
    const data = { version: 'v2', content: { ...content, messages: [{ type: 'text', text: 'hi' }] } };
    const outcome = await used.caller.call('manychat_send_content', { subscriber_id, data, ...more });
    if (outcome.ok) throw new Error('was sent');
    expect(used.sandbox.messages()).toEqual([]);
    return outcome.failure;
  }

  test('says when the contact wrote last', async () => {
    const told = await refusal(tom);
    expect(told).toMatchObject({ kind: 'window_closed', code: 3011 });
    expect(told.details?.[0]).toMatch(
      /^The contact last interacted 3 d ago \(.*\): the 24-hour window has been closed for 2 d\.$/,
    );
    const paths = used.sandbox.requests().map((request) => request.path.split('/').at(-1));
    expect(paths).toEqual(['sendContent', 'getInfo']);
  });

  test.each([
    ['otn_unavailable', tom, {}, { otn_topic_name: 'Price Drop Alert' }, /closed for/],
    ['channel_refused', sofia, {}, {}, /Instagram is on record/],
    ['subscriber_inactive', liam, {}, {}, /no record of an interaction/],
    ['subscriber_inactive', emma, {}, {}, /The contact last interacted .*: it may have unsubscribed since\./],
    ['message_tag_refused', maria, {}, { message_tag: 'ACCOUNT_UPDATE' }, /window is open for another/],
    ['window_closed', noah, { type: 'instagram' }, {}, /closed for/],
  ])('%s is explained by the contact', async (kind, id, content, more, words) => {
    const failure = await refusal(id, content, more);
    expect(failure.kind).toBe(kind);
    expect(failure.details?.join(' ')).toMatch(words);
  });

  test('although the window is open by the contact says for which channel it counts', async () => {
    const body = { status: 'error', message: 'Over 24 h since the last interaction', code: 3011 };
    used.sandbox.injectFault({ match: { path: 'sendContent' }, status: 400, body });
    const { kind, hint, details } = await refusal(maria);
    expect(kind).toBe('window_closed');
    expect(hint).toMatch(/^Do not retry\. On this channel the contact last wrote more than 24 hours ago/);
    expect(details?.join(' ')).toMatch(/is open for another .*counts for the channel on which the contact last wrote/);
  });

  test('does not read a time without its offset in the zone of this computer', async () => {
    const data = { id: tom, last_interaction: new Date().toISOString().slice(0, 19) };
    used.sandbox.injectFault({ match: { path: 'getInfo' }, status: 200, body: { status: 'success', data } });
    const { details } = await refusal(tom);
    expect(details?.[0]).toMatch(/^Whether the 24-hour window is open is not known: /);
  });

  test('is told all the same when the contact cannot be read', async () => {
    used.sandbox.injectFault({ match: { path: 'getInfo' }, times: 9, status: 500, body: {} });
    const told = await refusal(tom);
    expect(told).toMatchObject({ kind: 'window_closed', performed: 'no' });
    expect(told.details).toBeUndefined();
  });

  test('whose reason is another costs no further request', async () => {
    expect((await refusal('42')).kind).toBe('not_found');
    expect(used.sandbox.requests()).toHaveLength(1);
  });
});
