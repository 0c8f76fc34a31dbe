import type { Limit, Turn } from '../../src/upstream/pacing/pacer.js';
import type { ManualClock } from './timing.js';

/**
 * A simulated server that counts arrivals in any window of a second. Its first ten connections take a while to open, and
 * each request arrives after a latency of its own.
 */
export function countingSide(clock: ManualClock) {
  const arrivals = new Map<string, number[]>();
  let random = 1;
  const jitter = () => {
    random = (random * 48_271) % 2_147_483_647;
    return 5 + (random % 40);
  };
  let last = 0;
  let opened = 0;
  return {
    async request(turn: Turn, limits: readonly Limit[]): Promise<void> {
      opened += 1;
      if (opened <= 10) await new Promise<void>((resolve) => clock.after(3 * jitter(), resolve));
      turn.sent();
      await new Promise<void>((resolve) => clock.after(jitter(), resolve));
      last = clock.now();
      for (const { key } of limits) arrivals.set(key, [...(arrivals.get(key) ?? []), clock.now()]);
      await new Promise<void>((resolve) => clock.after(jitter(), resolve));
      turn.over(true);
    },
    /** The maximum number of arrivals in any half-open window of a second. */
    busiest(key: string): number {
      const times = (arrivals.get(key) ?? []).sort((a, b) => a - b);
      return Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + 1_000).length));
    },
    last: () => last,
  };
}
