import { idText } from '../../../tools/contract/quoted.js';
import type { Shell } from '../shell.js';
import type { Seen } from './wait-for-key.js';

/** Where no line can be redrawn, that it still waits is told this often. */
const tellMs = 30_000;

/** What is said while it waits: one line that is redrawn on a terminal, a line now and then elsewhere. */
export function createTeller(id: string, limitSeconds: number, { note, redraw, interactive, columns }: Shell) {
  let told = '';
  let toldAt = 0;
  return {
    waiting({ status }: Seen, waitedMs: number, trouble: string | undefined): void {
      const state = `${idText(status)}${trouble === undefined ? '' : `; cannot ask at the moment (${trouble}), going on`}`;
      if (interactive) {
        const line = `waiting, ${Math.floor(waitedMs / 1000)} of ${limitSeconds} s; ${idText(id)} is ${state}`;
        redraw(line.slice(0, columns - 1));
      } else if (state !== told || waitedMs - toldAt >= tellMs) {
        note(`waiting; ${idText(id)} is ${state}`);
        told = state;
        toldAt = waitedMs;
      }
    },
    /** Says something else, in the place of the line that is redrawn. */
    say(text: string): void {
      if (interactive) redraw('');
      note(text);
    },
    over(): void {
      if (interactive) redraw('');
    },
  };
}
