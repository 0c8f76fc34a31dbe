import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import type { Ending } from '../account-job/run.js';
import { labelled } from '../accounts/label.js';
import { nextJournal } from '../journal/reading.js';
import type { Counts } from './counts.js';

/** The exit code of a run that came to an end. */
export function exitCodeAfter({ unknown, not_reached, failed }: Counts): ExitCode {
  if (unknown > 0) return exitCodes.unknown;
  if (not_reached > 0) return exitCodes.again;
  return failed > 0 ? exitCodes.failed : exitCodes.done;
}

/** How the run on one account ended. */
interface AccountEnding {
  /** Undefined if the whole table is for one account. */
  readonly name: string | undefined;
  readonly ending: Ending;
}

/** What a finished run leaves to do. */
export interface RunEnd {
  readonly counts: Counts;
  readonly unusableCount: number;
  readonly endings: readonly AccountEnding[];
  readonly failedPath: string;
  readonly journalPath: string;
}

/** Why accounts stopped before every contact had its turn. */
function stopLines(endings: readonly AccountEnding[]): string[] {
  const lines = endings.flatMap(({ name, ending }) =>
    ending.how === 'stopped' ? [labelled(name, `Stopped. ${ending.why}`)] : [],
  );
  return endings.some(({ ending }) => ending.how === 'interrupted') ? [...lines, 'Stopped. You ended it.'] : lines;
}

/** Lines that say why a run ended early and how to continue; none if every contact is done. */
export function advice({ counts, unusableCount, endings, failedPath, journalPath }: RunEnd): string[] {
  const { failed, unknown, not_reached } = counts;
  const lines = stopLines(endings);
  if (failed + unknown > 0) lines.push(`What failed or is unknown, and why: ${failedPath}`);
  if (not_reached > 0) {
    const subject = endings.some(({ ending }) => ending.how === 'stopped') ? 'After that is fixed, the' : 'The';
    lines.push(`${subject} same command continues with the contacts not reached.`);
    if (endings.some(({ ending }) => ending.how === 'interrupted')) {
      const next = `--skip-done-of ${journalPath} --journal ${nextJournal(journalPath)}`;
      lines.push(`A corrected one leaves out the others with: ${next}`);
    }
  }
  if (unusableCount > 0) {
    const rows = unusableCount === 1 ? '1 row' : `${unusableCount} rows`;
    const them = unusableCount === 1 ? 'it' : 'them';
    lines.push(
      `${rows} cannot be used: fix ${them} in your own table, not in the list of failures, and run the same command.`,
    );
  }
  if (failed > unusableCount) lines.push('--retry-failed tries the failed contacts again.');
  if (unknown > 0) {
    lines.push(
      'Unknown: they may have been reached. Check their chats before you use --retry-unknown, which repeats it for them.',
    );
  }
  return lines;
}
