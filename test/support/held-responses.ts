import type { Fault, SandboxOptions } from '../../src/sandbox/index.js';

const heldMs = 30_000;

/** A fault that holds a response until the test releases it. */
export const held = (path: string): Fault => ({ match: { path }, delay_ms: heldMs });

/** The clock of a sandbox whose held responses are released by the test; all else takes its real time. */
export function holdingClock(): { readonly clock: NonNullable<SandboxOptions['clock']>; release(): void } {
  const waiting = new Set<() => void>();
  return {
    clock: {
      now: Date.now,
      after(milliseconds, callBack) {
        if (milliseconds === heldMs) {
          waiting.add(callBack);
          return () => void waiting.delete(callBack);
        }
        const timer = setTimeout(callBack, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    release() {
      for (const callBack of waiting) callBack();
      waiting.clear();
    },
  };
}
