import { setMaxListeners } from 'node:events';
import { StoreAway } from './shared-store.js';

/** Calls back after so many milliseconds; the function that it returns cancels this. */
interface Timers {
  after(milliseconds: number, callBack: () => void): () => void;
}

/** The longest that a caller waits for a write, in milliseconds. After that it goes on in the background. */
const waitMs = 1_000;

/** The time between attempts while the engine is away, in milliseconds. */
const retryMs = 1_000;

/** Writes that must not be lost, but must not delay or fail the work that they record. */
export interface Reports {
  /**
   * Makes a write, and retries it while the engine is away, for at most `keepTryingMs`. Never rejects. The write can be made
   * long after this has returned, and after later writes: it says itself when its event was, or which write it is.
   * @returns when it is made or has failed for good, or after a second.
   */
  make(write: () => Promise<unknown>, keepTryingMs: number): Promise<void>;
  /** Waits up to a second for pending writes, then gives them up. */
  close(): Promise<void>;
}

/** @param onLost called with the reason when a write is given up. */
export function createReports(timers: Timers, onLost: (error: unknown) => void = () => undefined): Reports {
  const underWay = new Set<Promise<void>>();
  const closing = new AbortController();
  const { signal } = closing;
  // Each write that waits for the engine listens.
  setMaxListeners(0, signal);

  /** Resolves after a while, or when the reports are closed. */
  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const cancel = timers.after(milliseconds, wake);
      if (signal.aborted) wake();
      else signal.addEventListener('abort', wake, { once: true });
    });
  }

  async function attempts(write: () => Promise<unknown>, keepTryingMs: number): Promise<void> {
    for (let left = keepTryingMs; ; left -= retryMs) {
      try {
        await write();
        return;
      } catch (error) {
        if (!(error instanceof StoreAway) || signal.aborted || left <= 0) return onLost(error);
        await pause(retryMs);
      }
    }
  }

  /** Waits for a promise, up to a second. */
  function briefly(work: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = timers.after(waitMs, resolve);
      void work.finally(() => {
        cancel();
        resolve();
      });
    });
  }

  return {
    make(write, keepTryingMs) {
      const made = attempts(write, keepTryingMs).finally(() => underWay.delete(made));
      underWay.add(made);
      return briefly(made);
    },
    async close() {
      if (underWay.size > 0) await briefly(Promise.all(underWay));
      closing.abort();
    },
  };
}
