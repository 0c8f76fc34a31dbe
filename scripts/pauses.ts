import type { Readable } from 'node:stream';

/** Where a job pauses for the person who watches it. */
export interface Pauses {
  /** Until Enter. Not at all without a terminal. */
  untilEnter(): Promise<void>;
  /** For a while, or until Enter. */
  aWhile(): Promise<void>;
}

/**
 * Pauses for a person at a terminal.
 * @param milliseconds How long a while is
 * @param terminal Its input, a line at a time. Without it, and after its end, no pause waits for Enter.
 */
export function createPauses(milliseconds: number, terminal?: Readable): Pauses {
  let isOpen = terminal !== undefined;
  const pause = (longest: number | undefined): Promise<void> =>
    new Promise((resolve) => {
      const resume = (): void => {
        clearTimeout(timer);
        terminal?.off('data', resume).off('end', endAll).pause();
        resolve();
      };
      const endAll = (): void => {
        isOpen = false;
        resume();
      };
      const timer = longest === undefined ? undefined : setTimeout(resume, longest);
      if (isOpen) terminal?.once('data', resume).once('end', endAll).resume();
    });
  return {
    untilEnter: async () => {
      if (isOpen) await pause(undefined);
    },
    aWhile: () => pause(milliseconds),
  };
}
