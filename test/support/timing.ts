import type { Clock } from '../../src/upstream/clock.js';

/** The time of the clock on the wall, in which a wait before another try takes none of it; deadlines are far away. */
export const impatientClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, callBack) {
    const timer = setTimeout(callBack, milliseconds < 10_000 ? 0 : milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Time that stands still until it is moved; what is due is called back in order. */
export interface ManualClock extends Clock {
  /** Moves on to the next thing that is due and calls it back; false when nothing is. */
  step(): boolean;
  /** Moves on by so many milliseconds. */
  advance(milliseconds: number): void;
}

/** Creates a time that a test moves. */
export function manualClock(): ManualClock {
  let now = 0;
  let count = 0;
  const due = new Map<number, { at: number; callBack: () => void }>();
  const step = (until = Number.POSITIVE_INFINITY): boolean => {
    const [next] = [...due].sort(([a, first], [b, second]) => first.at - second.at || a - b);
    if (next === undefined || next[1].at > until) return false;
    due.delete(next[0]);
    now = Math.max(now, next[1].at);
    next[1].callBack();
    return true;
  };
  return {
    now: () => now,
    after(milliseconds, callBack) {
      count += 1;
      const id = count;
      due.set(id, { at: now + milliseconds, callBack });
      return () => void due.delete(id);
    },
    step: () => step(),
    advance(milliseconds) {
      const until = now + milliseconds;
      while (step(until));
      now = until;
    },
  };
}

/** Lets everything that waits on promises go on. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Moves a time on until some work is done. */
export async function finish<Value>(timing: ManualClock, work: Promise<Value>): Promise<Value> {
  let done = false;
  const watched = work.finally(() => {
    done = true;
  });
  watched.catch(() => undefined);
  for (await settle(); !done; await settle()) if (!timing.step()) await settle();
  return watched;
}
