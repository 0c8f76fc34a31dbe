import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import type { Ending } from '../run.js';
import type { Counts } from './progress-text.js';

export function exitCodeAfter({ unknown, not_reached, failed }: Counts): ExitCode {
  if (unknown > 0) return exitCodes.unknown;
  if (not_reached > 0) return exitCodes.again;
  return failed > 0 ? exitCodes.failed : exitCodes.done;
}

/** How to go on after a run that did not settle everybody. */
export function advice({ failed, unknown, not_reached }: Counts, unusable: number, ending: Ending, failedPath: string) {
  const lines: string[] = [];
  if (ending.how !== 'finished') lines.push(`Stopped. ${ending.how === 'stopped' ? ending.why : 'You ended it.'}`);
  if (failed + unknown > 0) lines.push(`What failed or is unknown, and why: ${failedPath}`);
  if (not_reached > 0) {
    const first = ending.how === 'stopped' ? 'Once that is mended, the' : 'The';
    lines.push(`${first} same command goes on with those not reached.`);
  }
  if (unusable === 1) lines.push('1 row cannot be used: mend it in the table and give the same command.');
  if (unusable > 1) lines.push(`${unusable} rows cannot be used: mend them in the table and give the same command.`);
  if (failed > unusable) lines.push('With --retry-failed it tries again those that failed.');
  if (unknown > 0) {
    lines.push(
      'Unknown: they may have got it. Look at their chats before you use --retry-unknown, which does it again for them.',
    );
  }
  return lines;
}
