import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Failure, Kind } from '../../tools/contract/failure.js';
import { type ManyItems, runMany } from '../../tools/workflows/for-each/run-many.js';
import { deferred } from '../support/deferred.js';

const failure = (kind: Kind): Failure => ({
  kind,
  message: 'No',
  hint: 'Wait.',
  retryable: false,
  performed: 'no',
  source: 'manychat',
});

type Outcome = Failure | undefined;

/** Runs a job over the numbers from 1 to `count` and reports which items started and which outcomes were recorded. */
async function running(
  count: number,
  perform: (item: number) => Promise<Outcome> | Outcome,
  options: Partial<ManyItems<number, Outcome>> = {},
) {
  const started: number[] = [];
  const recorded: number[] = [];
  const job = runMany<number, Outcome>({
    items: Array.from({ length: count }, (_, index) => index + 1),
    maxInFlight: 3,
    async perform(item) {
      started.push(item);
      return perform(item);
    },
    failureOf: (outcome) => outcome,
    record: (item) => void recorded.push(item),
    stopsAlone: () => false,
    ...options,
  });
  return { started, recorded, stoppedBy: await job };
}

describe('a job of many items', () => {
  test('performs every item once, and no more at a time than allowed', async () => {
    let inFlight = 0;
    let most = 0;
    const { started, recorded, stoppedBy } = await running(20, async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await nextTick();
      inFlight -= 1;
      return undefined;
    });
    expect(started).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(recorded.toSorted((a, b) => a - b)).toEqual(started);
    expect([most, stoppedBy]).toEqual([3, undefined]);
  });

  test('an item is in flight until its outcome is recorded', async () => {
    const recording = deferred();
    const job = running(5, () => undefined, { maxInFlight: 1, record: () => recording.promise });
    const early = await Promise.race([job, nextTick('still recording')]);
    expect(early).toBe('still recording');
    recording.resolve();
    expect((await job).started).toHaveLength(5);
  });

  test('starts nothing after a failure that stops it alone, and records what is in flight', async () => {
    const stops: string[] = [];
    const { started, recorded, stoppedBy } = await running(
      20,
      async (item) => {
        if (item === 4) return failure('manychat_auth');
        await nextTick();
        return undefined;
      },
      { stopsAlone: ({ kind }) => kind === 'manychat_auth', onStop: () => void stops.push('stop') },
    );
    expect(stoppedBy?.kind).toBe('manychat_auth');
    expect(started.length).toBeLessThan(8);
    expect(recorded).toHaveLength(started.length);
    expect(stops).toHaveLength(1);
  });

  test('stops at the fifth suspicious failure in a row; a success in between starts the count anew', async () => {
    const inARow = await running(20, () => failure('network'), { maxInFlight: 1 });
    expect([inARow.started.length, inARow.stoppedBy?.kind]).toEqual([5, 'network']);
    const interrupted = await running(20, (item) => (item % 5 === 0 ? undefined : failure('network')));
    expect([interrupted.started.length, interrupted.stoppedBy]).toEqual([20, undefined]);
    const ordinary = await running(20, () => failure('window_closed'));
    expect([ordinary.started.length, ordinary.stoppedBy]).toEqual([20, undefined]);
  });

  test('starts nothing after its signal, and failures after it do not count as the reason', async () => {
    const stop = new AbortController();
    const { started, stoppedBy } = await running(
      20,
      async (item) => {
        if (item === 3) stop.abort();
        await nextTick();
        return failure('network');
      },
      { signal: stop.signal, stopsAlone: () => true },
    );
    expect([started, stoppedBy]).toEqual([[1, 2, 3], undefined]);
  });

  test('starts nothing once it may not', async () => {
    const { started } = await running(20, () => undefined, { mayStart: () => false });
    expect(started).toEqual([]);
  });

  async function* brokenItems(): AsyncGenerator<number> {
    yield 1;
    throw new Error('defect');
  }
  const defect = async () => Promise.reject(new Error('defect'));

  test.each([
    ['perform', { perform: defect }],
    ['record', { record: defect }],
    ['items', { items: brokenItems() }],
  ])('rejects with the error of %s', async (_, options) => {
    await expect(running(20, () => undefined, options)).rejects.toThrow('defect');
  });
});
