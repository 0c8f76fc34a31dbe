import type { Clock } from '../../src/upstream/clock.js';

/** A clock that runs `factor` times as fast as real time. For benchmarks only: its results depend on the machine. */
export function fastTiming(factor: number): Clock {
  return {
    now: () => performance.now() * factor,
    after(milliseconds, callBack) {
      const timer = setTimeout(callBack, milliseconds / factor);
      return () => clearTimeout(timer);
    },
  };
}
