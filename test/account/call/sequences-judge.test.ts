import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../src/account/call/call-tool.js';
import { asCallError } from '../../../src/upstream/failures/call-error.js';
import { contexts } from '../../support/attempts.js';
import type { Step } from '../../support/sequences/draw.js';
import { violations } from '../../support/sequences/judge.js';
import { type Answered, deadlineMs } from '../../support/sequences/run.js';

describe('the judge of a sequence', () => {
  const failed = (outcome: 'unsent' | 'ambiguous'): Extract<Outcome, { ok: false }> => {
    const { failure } = asCallError(new Error('x'), contexts.send, outcome);
    return { ok: false, failure: { ...failure, kind: 'network' } };
  };
  const outcomes = {
    done: { ok: true, result: { ok: true } },
    before: { ok: true, result: { ok: true, warnings: ['It was sent before.'] } },
    no: failed('unsent'),
    unknown: failed('ambiguous'),
  } as const satisfies Record<string, Outcome>;

  /** A call of the one deed that is judged here. */
  function call(
    said: keyof typeof outcomes,
    askedAt: number,
    answeredAt: number,
    own: Partial<Answered> = {},
  ): Answered {
    const step: Step = { tool: 'send_flow', args: {}, path: '/sendFlow', deeds: ['1 flow'], together: true };
    return { step, outcome: outcomes[said], askedAt, answeredAt, cancelled: false, ...own };
  }
  const judged = (times: number, ...calls: Answered[]) =>
    violations({ calls, deeds: Array(times).fill('1 flow'), logLines: calls.length }).join();

  test.each([
    ['one call that did it', 1, [call('done', 0, 9_000)]],
    ['one call of which nobody knows', 0, [call('unknown', 0, 0)]],
    ['a second call after a prompt answer', 2, [call('done', 0, 3_000), call('done', 3_000, 3_000)]],
    ['a second call that was told of the first', 1, [call('done', 0, 9_000), call('before', 9_000, 9_000)]],
    ['a second call after a refusal', 1, [call('no', 0, 0), call('done', 0, 0)]],
    ['a second call five minutes later', 2, [call('unknown', 0, 0), call('done', 300_000, 300_000)]],
  ])('finds nothing wrong with %s', (_, times, calls) => {
    expect(judged(times, ...calls)).toBe('');
  });

  test.each([
    ['one call that did it twice', 2, [call('done', 0, 0)], /was done 2 times, for 1 call/],
    ['one call that did not do it', 0, [call('done', 0, 0)], /said to be done 1 times/],
    ['a deed that was denied', 1, [call('no', 0, 0)], /was done and said not to be/],
    ['a deed that nobody asked for', 1, [], /was done 1 times, for 0 call/],
    ['an earlier deed that was made up', 0, [call('before', 0, 0)], /said to have been done before, and was not/],
    ['two at once', 2, [call('done', 0, 5), call('done', 0, 5)], /of which 0 may do it again/],
    ['a second call after a late answer', 2, [call('done', 0, 3_001), call('done', 3_001, 3_001)], /of which 0 may/],
    ['a second call before five minutes', 2, [call('unknown', 0, 0), call('done', 299_999, 299_999)], /of which 0 may/],
    ['a second call after a cancellation', 2, [call('done', 0, 0, { cancelled: true }), call('done', 1, 1)], /0 may/],
    ['a call that threw', 0, [call('no', 0, 0, { outcome: undefined })], /send_flow threw/],
  ])('finds %s', (_, times, calls, words) => {
    expect(judged(times, ...calls)).toMatch(words);
  });

  test('reads of one for many what became of the contact, and that it is never done again', () => {
    const step: Step = {
      tool: 'for_each_subscriber',
      args: {},
      path: '/sendFlow',
      deeds: ['1 flow'],
      together: true,
      many: true,
    };
    const many = (result: object, askedAt: number) =>
      call('done', askedAt, askedAt, {
        step,
        outcome: { ok: true, result: { unknown: [], failed: [], remaining: [], ...result } },
      });
    const before = { warnings: ['1 of those done were already sent the same from an earlier call.'] };
    expect(judged(1, many({}, 0), many(before, 1))).toBe('');
    expect(judged(0, many({ remaining: ['1'] }, 0), many({ unknown: ['1'] }, 1))).toBe('');
    expect(judged(2, many({}, 0), many({}, 1))).toMatch(/of which 0 may do it again/);
    expect(judged(1, many({ failed: [{ subscriber_ids: ['1'] }] }, 0))).toMatch(/said not to be/);
  });

  test('finds a send that was given up on its way, and not a call that can be repeated', () => {
    const outcome: Outcome = { ok: false, failure: { ...outcomes.unknown.failure, kind: 'cancelled' } };
    expect(judged(0, call('unknown', 0, 0, { outcome }))).toBe('send_flow was cancelled while in flight');
    expect(judged(0, call('unknown', 0, deadlineMs, { outcome }))).toBe('');
    const step: Step = { tool: 'add_tag_to_subscriber', args: {}, path: '/addTag', deeds: [], together: true };
    expect(judged(0, call('unknown', 0, 0, { outcome, step }))).toBe('');
  });

  test('finds a call that was cancelled beforehand and made, an internal failure and a log line too many', () => {
    const beforehand = call('done', 0, 0);
    const step: Step = { ...beforehand.step, cancel: 'before' };
    expect(judged(1, { ...beforehand, step })).toMatch(/was cancelled beforehand but made/);
    const { failure } = asCallError(new Error('x'), contexts.send, 'unsent');
    expect(judged(0, call('no', 0, 0, { outcome: { ok: false, failure } }))).toMatch(/^send_flow: /);
    expect(violations({ calls: [], deeds: [], logLines: 1 })).toEqual(['0 calls, 1 log lines']);
  });
});
