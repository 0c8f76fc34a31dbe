import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import type { Shell } from '../../shell/shell.js';
import type { Lock } from '../journal/lock.js';

/** What a second signal finds under way. */
export interface Underway {
  readonly locks: readonly Lock[];
  /** How many requests have left and are unanswered. */
  inFlightCount(): number;
}

/** At a second signal: the journal already marks what is in flight, so nothing else becomes unknown. */
export function endAtOnce({ locks, inFlightCount }: Underway, shell: Shell): ExitCode {
  const count = inFlightCount();
  if (shell.interactive) shell.redraw('');
  const unanswered =
    count === 0 ? 'Nothing was in flight.' : `${count} in flight without a response: unknown whether they arrived.`;
  shell.note(`Ended at once. ${unanswered} The same command continues with the contacts not reached.`);
  for (const lock of locks) lock.release();
  return count === 0 ? exitCodes.again : exitCodes.unknown;
}
