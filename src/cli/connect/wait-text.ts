import { idText } from '../../../tools/contract/quoted.js';
import type { ConnectionRecord } from '../../account/lookups/connections/record.js';
import type { Shell } from '../shell/shell.js';
import { statusOf } from './wait-for-key.js';

/** How often an unchanged status is repeated where no line can be redrawn. */
const repeatMs = 30_000;

/** Shows that `connect` waits: on a terminal one line that is redrawn, elsewhere a line for each change. */
export function showWaiting(id: string, limitSeconds: number, { note, redraw, interactive, columns }: Shell) {
  let lastState = '';
  let lastNoteAt = 0;
  return {
    update(connection: ConnectionRecord, waitedMs: number, problem: string | undefined): void {
      const status = idText(statusOf(connection));
      const state = problem === undefined ? status : `${status}; its status cannot be read now (${problem}), retrying`;
      if (interactive) {
        const line = `waiting, ${Math.floor(waitedMs / 1000)} of ${limitSeconds} s; ${idText(id)} is ${state}`;
        redraw(line.slice(0, columns - 1));
      } else if (state !== lastState || waitedMs - lastNoteAt >= repeatMs) {
        note(`waiting; ${idText(id)} is ${state}`);
        lastState = state;
        lastNoteAt = waitedMs;
      }
    },
    /** Writes a line in place of the one that is redrawn. */
    say(text: string): void {
      if (interactive) redraw('');
      note(text);
    },
    close(): void {
      if (interactive) redraw('');
    },
  };
}
