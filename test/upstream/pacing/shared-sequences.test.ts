import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Limit, Load, Turn } from '../../../src/upstream/pacing/pacer.js';
import { account, load, perHour, perSecond } from '../../support/pace.js';
import { openProcesses } from '../../support/paced-processes.js';
import { settle } from '../../support/timing.js';

const narrow = perSecond('narrow', 3);
const hourly = perHour('contact', 20);
const limits: readonly Limit[] = [account, narrow, hourly];

/** What happens at a moment, in milliseconds after the one before. */
const event = fc.record({
  afterMs: fc.integer({ min: 0, max: 700 }),
  process: fc.integer({ min: 0, max: 2 }),
  happening: fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('calls' as const),
        count: fc.integer({ min: 1, max: 12 }),
        limits: fc.subarray([...limits], { minLength: 1 }),
        shiftMs: fc.constantFrom(0, 5_000),
        waitAtMostMs: fc.constantFrom(0, 3_000, 40_000),
        connectMs: fc.integer({ min: 0, max: 300 }),
        latencyMs: fc.integer({ min: 1, max: 900 }),
        end: fc.constantFrom('answered', 'answered', 'answered', 'never sent', 'cancelled', 'no answer'),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('away' as const), forMs: fc.integer({ min: 1, max: 4_000 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('lose' as const), every: fc.integer({ min: 2, max: 5 }) }) },
  ),
});

test('whatever happens to processes and store, no window passes a limit, and every call ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 25 }), async (events) => {
      const { clock, processes, setAway, loseAnswers } = openProcesses(3);
      const departures = new Map<string, number[]>();
      const killed = new Set<number>();
      const open = [0, 0, 0];
      const count = (index: number, more: number) => open.splice(index, 1, (open[index] ?? 0) + more);
      const pass = (milliseconds: number) => new Promise<void>((resolve) => void clock.after(milliseconds, resolve));

      async function request(
        turn: Turn,
        wanted: Load,
        index: number,
        how: { connectMs: number; latencyMs: number; end: string },
      ) {
        await pass(how.connectMs);
        if (killed.has(index)) return;
        if (how.end === 'never sent') {
          void Promise.resolve(turn.over(false)).catch(() => undefined);
          return;
        }
        void turn.sent();
        for (const { key } of wanted.limits) departures.set(key, [...(departures.get(key) ?? []), clock.now()]);
        await pass(how.latencyMs);
        void Promise.resolve(turn.over(how.end === 'answered')).catch(() => undefined);
      }

      for (const { afterMs, process: index, happening } of events) {
        for (let passed = 0; passed < afterMs; passed += 1) {
          clock.advance(1);
          await settle();
        }
        const process = processes[index];
        if (process === undefined) throw new Error('no process');
        if (happening.kind === 'away') {
          setAway(true);
          clock.after(happening.forMs, () => setAway(false));
        } else if (happening.kind === 'kill') {
          process.kill();
          killed.add(index);
        } else if (happening.kind === 'lose') {
          let transactions = 0;
          loseAnswers(() => {
            transactions += 1;
            return transactions < 20 && transactions % happening.every === 0;
          });
        } else if (!killed.has(index)) {
          for (let made = 0; made < happening.count; made += 1) {
            const wanted = load(...happening.limits);
            const cancel = new AbortController();
            const options = { arrivedMsAgo: -happening.shiftMs, waitAtMostMs: happening.waitAtMostMs };
            count(index, 1);
            const ended = process.pacer.turn(wanted, options, cancel.signal).then(
              (turn) => request(turn, wanted, index, happening),
              () => undefined,
            );
            void ended.finally(() => count(index, -1));
            if (happening.end === 'cancelled') clock.after(happening.latencyMs, () => cancel.abort());
          }
        }
      }
      for (let passed = 0; passed < 120_000; passed += 50) {
        clock.advance(50);
        await settle();
      }
      for (const { key, calls, windowMs } of limits) {
        const times = departures.get(key) ?? [];
        for (const from of times) {
          expect(times.filter((time) => time >= from && time < from + windowMs).length).toBeLessThanOrEqual(calls);
        }
      }
      expect(open.filter((calls, index) => calls > 0 && !killed.has(index))).toEqual([]);
    }),
    { numRuns: 25 },
  );
});
