import { describe, expect, test } from 'vitest';
import { openDeadline } from '../../src/upstream/deadline.js';
import { type Pacer, TooLate, type Turn } from '../../src/upstream/pacing/pacer.js';
import { withRetries } from '../../src/upstream/retry.js';
import { anyLoad, contexts, refused } from '../support/attempts.js';
import { finish, manualClock } from '../support/timing.js';

describe('the pacer of a request with retries', () => {
  const granted: Turn = { sent: () => undefined, refused: () => undefined, over: () => undefined };

  /** One request of a send under a deadline of 10 seconds. */
  async function runWith(turn: Pacer['turn'], attempt: () => Promise<string> = async () => 'done') {
    const clock = manualClock();
    const { deadline, close } = openDeadline(clock, 10_000, new AbortController().signal);
    const lostReports: unknown[] = [];
    const pacer: Pacer = { turn, close: async () => undefined };
    const parts = { pacer, clock, random: () => 0, onPacerError: (error: unknown) => void lostReports.push(error) };
    const makeAttempt = (_: AbortSignal, onSent: () => void): Promise<string> => {
      onSent();
      return attempt();
    };
    const call = withRetries(makeAttempt, anyLoad, deadline, contexts.send, parts);
    const ended: { value?: string; error?: unknown } = await finish(
      clock,
      call.then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      ),
    );
    close();
    return { ...ended, lostReports };
  }

  test('whose report of a 429 never settles does not hold the call back', async () => {
    let attempts = 0;
    const never = { ...granted, refused: () => new Promise<void>(() => undefined) };
    const { value } = await runWith(
      async () => never,
      () => {
        attempts += 1;
        return attempts === 1 ? Promise.reject(refused('send', 1)) : Promise.resolve('done');
      },
    );
    expect(value).toBe('done');
  });

  test('that has no turn in time ends the call with the wait that it would take', async () => {
    const { error } = await runWith(() => Promise.reject(new TooLate(61_200)));
    expect(error).toMatchObject({
      failure: { kind: 'rate_limited', source: 'client', performed: 'no', retryable: true, retry_after_s: 62 },
    });
  });

  test('that has no turn because the shared state is away says so', async () => {
    const { error } = await runWith(() => Promise.reject(new TooLate(500, 0, 'store away')));
    expect(error).toMatchObject({
      failure: {
        kind: 'rate_limited',
        performed: 'no',
        retryable: true,
        retry_after_s: 1,
        message: expect.stringMatching(/^The state that this server shares with other processes cannot be reached/),
      },
    });
  });

  test('that fails ends the call as a defect, without a request', async () => {
    const { error } = await runWith(() => Promise.reject(new Error('the store is away')));
    expect(error).toMatchObject({
      failure: { kind: 'internal', performed: 'no', message: 'Internal error: the store is away' },
    });
  });

  test.each([
    ['rejects', () => Promise.reject(new Error('lost'))],
    [
      'throws',
      () => {
        throw new Error('lost');
      },
    ],
  ])('whose reports are lost does not fail the request: %s', async (_, report) => {
    const { value, lostReports } = await runWith(async () => ({ sent: report, refused: report, over: report }));
    expect(value).toBe('done');
    expect(lostReports).toEqual([new Error('lost'), new Error('lost')]);
  });

  test('knows of a 429 before the next turn is asked for', async () => {
    const events: string[] = [];
    const answers = [() => Promise.reject(refused('send')), async () => 'done'];
    const { value } = await runWith(
      async () => {
        events.push('turn');
        return {
          ...granted,
          async refused() {
            for (let turns = 0; turns < 10; turns += 1) await Promise.resolve();
            events.push('429 recorded');
          },
        };
      },
      () => (answers.shift() ?? (async () => 'too often'))(),
    );
    expect(value).toBe('done');
    expect(events).toEqual(['turn', '429 recorded', 'turn']);
  });
});
