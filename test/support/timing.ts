import type { Clock } from '../../src/upstream/clock.js';

/** Real time in which waits of less than 10 seconds, such as those before a retry, take no time. */
export const impatientClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, callBack) {
    const timer = setTimeout(callBack, milliseconds < 10_000 ? 0 : milliseconds);
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until it is moved; due timers are called in order. */
export interface ManualClock extends Clock {
  /** Moves to the next timer and calls it; false if there is none. */
  step(): boolean;
  advance(milliseconds: number): void;
}

/** Creates a clock that a test moves. */
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

/** Lets pending promise callbacks run. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Moves a clock until `work` settles. */
export async function finish<Value>(clock: ManualClock, work: Promise<Value>): Promise<Value> {
  let done = false;
  const watched = work.finally(() => {
    done = true;
  });
  watched.catch(() => undefined);
  for (await settle(); !done; await settle()) if (!clock.step()) await settle();
  return watched;
}
