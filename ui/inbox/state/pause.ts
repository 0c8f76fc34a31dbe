/** A pause of this many milliseconds, which ends early when the signal is aborted. */
export const pauseOf =
  (milliseconds: number) =>
  (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal.addEventListener('abort', end);
    });
