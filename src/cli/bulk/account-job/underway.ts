import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import type { Shell } from '../../shell/shell.js';
import type { Lock } from '../journal/lock.js';

/** What a second signal finds under way, of all accounts. */
export interface Underway {
  addLock(lock: Lock): void;
  /** Creates the ids of the contacts of one account whose message has left and is unanswered. */
  newInFlight(): Set<string>;
  inFlightCount(): number;
}

/** At a second signal: the journals already mark what is in flight, so nothing else becomes unknown. */
function endAtOnce(inFlightCount: number, locks: readonly Lock[], shell: Shell): ExitCode {
  if (shell.interactive) shell.redraw('');
  const unanswered =
    inFlightCount === 0
      ? 'Nothing was in flight.'
      : `${inFlightCount} in flight without a response: unknown whether they arrived.`;
  shell.note(`Ended at once. ${unanswered} The same command continues with the contacts not reached.`);
  for (const lock of locks) lock.release();
  return inFlightCount === 0 ? exitCodes.again : exitCodes.unknown;
}

/** Creates the record of what is under way, which ends at once at a second signal. */
export function watchUnderway(shell: Shell): Underway {
  const locks: Lock[] = [];
  // Accounts may have contacts with the same id.
  const inFlight: Set<string>[] = [];
  const inFlightCount = (): number => inFlight.reduce((sum, ids) => sum + ids.size, 0);
  shell.onForcedEnd(() => endAtOnce(inFlightCount(), locks, shell));
  return {
    addLock: (lock) => void locks.push(lock),
    newInFlight() {
      const ids = new Set<string>();
      inFlight.push(ids);
      return ids;
    },
    inFlightCount,
  };
}
