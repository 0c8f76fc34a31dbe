import type { Clock } from '../../src/upstream/clock.js';

/** Time that runs `factor` times as fast as the clock on the wall: for figures only, since what comes of it depends on the machine. */
export function fastTiming(factor: number): Clock {
  return {
    now: () => performance.now() * factor,
    after(milliseconds, callBack) {
      const timer = setTimeout(callBack, milliseconds / factor);
      return () => clearTimeout(timer);
    },
  };
}
