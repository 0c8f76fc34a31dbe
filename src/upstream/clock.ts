/** The time of a process. Tests replace it with a clock that they move. */
export interface Clock {
  /** Milliseconds from any fixed point; never goes back. */
  now(): number;
  /** Calls back after so many milliseconds, or a little later. Returns the function that cancels this. */
  after(milliseconds: number, callBack: () => void): () => void;
}

/** The monotonic clock of this process. */
export const realClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, callBack) {
    const timer = setTimeout(callBack, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Waits for so many milliseconds, or until the signal aborts. Never rejects. */
export function sleep(clock: Clock, milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      cancel();
      stop.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.after(milliseconds, wake);
    if (stop.aborted) wake();
    else stop.addEventListener('abort', wake, { once: true });
  });
}

/** A signal that aborts after so many milliseconds, and the function that cancels its timer. */
export function timeout(clock: Clock, milliseconds: number): { signal: AbortSignal; cancel: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, cancel: clock.after(milliseconds, () => controller.abort()) };
}
