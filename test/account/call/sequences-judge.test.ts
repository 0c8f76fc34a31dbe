import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../src/account/call/call-tool.js';
import { asCallError } from '../../../src/upstream/failures/call-error.js';
import { contexts } from '../../support/attempts.js';
import type { Step } from '../../support/sequences/draw.js';
import { violations } from '../../support/sequences/judge.js';
import { type Answered, deadlineMs } from '../../support/sequences/run.js';

describe('the judge of a sequence', () => {
  const failureOf = (outcome: 'unsent' | 'ambiguous'): Extract<Outcome, { ok: false }> => {
    const { failure } = asCallError(new Error('x'), contexts.send, outcome);
    return { ok: false, failure: { ...failure, kind: 'network' } };
  };
  /** The reports of a call: done, done by an earlier call, not done, or outcome unknown. */
  const outcomes = {
    done: { ok: true, result: { ok: true } },
    before: { ok: true, result: { ok: true, warnings: ['It was sent before.'] } },
    no: failureOf('unsent'),
    unknown: failureOf('ambiguous'),
  } as const satisfies Record<string, Outcome>;

  /** A call that starts a flow, which is the only action in these tests. */
  function call(
    report: keyof typeof outcomes,
    askedAt: number,
    answeredAt: number,
    own: Partial<Answered> = {},
  ): Answered {
    const step: Step = { tool: 'send_flow', args: {}, path: '/sendFlow', deeds: ['1 flow'], together: true };
    return { step, outcome: outcomes[report], askedAt, answeredAt, cancelled: false, ...own };
  }
  /** The violations if the flow was started so many times. */
  const judged = (times: number, ...calls: Answered[]) =>
    violations({ calls, deeds: Array(times).fill('1 flow'), logLines: calls.length }).join();

  // 3,000 and 300,000 ms are the two times that are promised to users.
  test.each([
    ['one call that did it', 1, [call('done', 0, 9_000)]],
    ['one call whose outcome is unknown', 0, [call('unknown', 0, 0)]],
    ['a second call after a prompt answer', 2, [call('done', 0, 3_000), call('done', 3_000, 3_000)]],
    ['a second call that reports the first one', 1, [call('done', 0, 9_000), call('before', 9_000, 9_000)]],
    ['a second call after a refusal', 1, [call('no', 0, 0), call('done', 0, 0)]],
    ['a second call five minutes later', 2, [call('unknown', 0, 0), call('done', 300_000, 300_000)]],
  ])('accepts %s', (_, times, calls) => {
    expect(judged(times, ...calls)).toBe('');
  });

  test.each([
    ['one call that did it twice', 2, [call('done', 0, 0)], /was done 2 times, for 1 call/],
    ['one call that did not do what it reports', 0, [call('done', 0, 0)], /said to be done 1 times/],
    ['an action that its call denies', 1, [call('no', 0, 0)], /was done and said not to be/],
    ['an action without a call', 1, [], /was done 1 times, for 0 call/],
    [
      'a claim of an earlier action that was not performed',
      0,
      [call('before', 0, 0)],
      /said to have been done before, and was not/,
    ],
    [
      'two calls at the same time that both did it',
      2,
      [call('done', 0, 5), call('done', 0, 5)],
      /of which 0 may do it again/,
    ],
    ['a second call after a late answer', 2, [call('done', 0, 3_001), call('done', 3_001, 3_001)], /of which 0 may/],
    ['a second call before five minutes', 2, [call('unknown', 0, 0), call('done', 299_999, 299_999)], /of which 0 may/],
    ['a second call after a cancellation', 2, [call('done', 0, 0, { cancelled: true }), call('done', 1, 1)], /0 may/],
    ['a call that threw', 0, [call('no', 0, 0, { outcome: undefined })], /send_flow threw/],
  ])('reports %s', (_, times, calls, violation) => {
    expect(judged(times, ...calls)).toMatch(violation);
  });

  describe('of a call for many contacts', () => {
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
        outcome: { ok: true, result: { unknown: [], failed: [], remaining: 0, ...result } },
      });

    test('reads the outcome for the contact from the lists and the warning', () => {
      const before = { warnings: ['1 of them were already sent the same from an earlier call.'] };
      expect(judged(1, many({}, 0), many(before, 1))).toBe('');
      expect(judged(0, many({ remaining: 1, skipped: ['1'] }, 0), many({ unknown: ['1'] }, 1))).toBe('');
      expect(judged(1, many({ failed: [{ subscriber_ids: ['1'] }] }, 0))).toMatch(/said not to be/);
    });

    test('reports a repetition even after a prompt answer', () => {
      expect(judged(2, many({}, 0), many({}, 1))).toMatch(/of which 0 may do it again/);
    });
  });

  describe('of a cancelled call', () => {
    const outcome: Outcome = { ok: false, failure: { ...outcomes.unknown.failure, kind: 'cancelled' } };

    test('reports a send that was cancelled in flight before its deadline', () => {
      expect(judged(0, call('unknown', 0, 0, { outcome }))).toBe('send_flow was cancelled while in flight');
      expect(judged(0, call('unknown', 0, deadlineMs, { outcome }))).toBe('');
    });

    test('accepts an idempotent call that was cancelled in flight', () => {
      const step: Step = { tool: 'add_tag_to_subscriber', args: {}, path: '/addTag', deeds: [], together: true };
      expect(judged(0, call('unknown', 0, 0, { outcome, step }))).toBe('');
    });

    test('reports a call that was made although it was cancelled beforehand', () => {
      const made = call('done', 0, 0);
      const step: Step = { ...made.step, cancel: 'before' };
      expect(judged(1, { ...made, step })).toMatch(/was cancelled beforehand but made/);
    });
  });

  test('reports an internal failure', () => {
    const { failure } = asCallError(new Error('x'), contexts.send, 'unsent');
    expect(judged(0, call('no', 0, 0, { outcome: { ok: false, failure } }))).toMatch(/^send_flow: /);
  });

  test('reports a log line without a call', () => {
    expect(violations({ calls: [], deeds: [], logLines: 1 })).toEqual(['0 calls, 1 log lines']);
  });
});
