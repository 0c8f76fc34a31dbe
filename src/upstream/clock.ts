/** Time as the gateway client sees it: replaced in tests by one that runs faster or stands still. */
export interface Clock {
  /** Milliseconds from any fixed point; never goes back. */
  now(): number;
  /** Calls back after so many milliseconds, or a little later; the returned function forgets it. */
  after(milliseconds: number, callBack: () => void): () => void;
}

/** The process's own time. */
export const realClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, callBack) {
    const timer = setTimeout(callBack, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Waits for so many milliseconds, or until the signal fires; never rejects. */
export function sleep(clock: Clock, milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      forget();
      stop.removeEventListener('abort', wake);
      resolve();
    };
    const forget = clock.after(milliseconds, wake);
    if (stop.aborted) wake();
    else stop.addEventListener('abort', wake, { once: true });
  });
}

/** A signal that fires after so many milliseconds, and the function that forgets it. */
export function timeout(clock: Clock, milliseconds: number): { signal: AbortSignal; forget: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, forget: clock.after(milliseconds, () => controller.abort()) };
}
