import { describe, expect, test } from 'vitest';
import type { Failure } from '../../../../tools/contract/failure.js';
import { emma, liam, maria, noah, sofia, tom } from '../../../support/people.js';
import { useCaller } from '../../../support/sandboxed.js';

describe('the explanation of a refused send', () => {
  const used = useCaller({ random: () => 0 });

  async function refusal(subscriber_id: string, content: object = {}, more: object = {}): Promise<Failure> {
    const data = { version: 'v2', content: { ...content, messages: [{ type: 'text', text: 'hi' }] } };
    const outcome = await used.caller.call('manychat_send_content', { subscriber_id, data, ...more });
    if (outcome.ok) throw new Error('the message was sent');
    expect(used.sandbox.messages()).toEqual([]);
    return outcome.failure;
  }

  test('says when the contact last interacted, from one more read of the contact', async () => {
    const failure = await refusal(tom);
    expect(failure).toMatchObject({ kind: 'window_closed', code: 3011 });
    expect(failure.details?.[0]).toMatch(
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
  ])('says for %s what the record of the contact shows', async (kind, id, content, more, explanation) => {
    const failure = await refusal(id, content, more);
    expect(failure.kind).toBe(kind);
    expect(failure.details?.join(' ')).toMatch(explanation);
  });

  test('names the channel that the window counts for if the contact seems to contradict ManyChat', async () => {
    const body = { status: 'error', message: 'Over 24 h since the last interaction', code: 3011 };
    used.sandbox.injectFault({ match: { path: 'sendContent' }, status: 400, body });
    const { kind, hint, details } = await refusal(maria);
    expect(kind).toBe('window_closed');
    expect(hint).toMatch(/^Do not retry\. On this channel the contact last wrote more than 24 hours ago/);
    expect(details?.join(' ')).toMatch(/is open for another .*counts for the channel on which the contact last wrote/);
  });

  test('calls the window unknown if the time of the last interaction has no offset', async () => {
    const data = { id: tom, last_interaction: new Date().toISOString().slice(0, 19) };
    used.sandbox.injectFault({ match: { path: 'getInfo' }, status: 200, body: { status: 'success', data } });
    const { details } = await refusal(tom);
    expect(details?.[0]).toMatch(/^Whether the 24-hour window is open is not known: /);
  });

  test('is omitted if the contact cannot be read: the refusal itself is reported', async () => {
    used.sandbox.injectFault({ match: { path: 'getInfo' }, times: 9, status: 500, body: {} });
    const failure = await refusal(tom);
    expect(failure).toMatchObject({ kind: 'window_closed', performed: 'no' });
    expect(failure.details).toBeUndefined();
  });

  test('costs no request for a refusal that the contact cannot explain', async () => {
    expect((await refusal('42')).kind).toBe('not_found');
    expect(used.sandbox.requests()).toHaveLength(1);
  });
});
