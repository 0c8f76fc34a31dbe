import { exitCodeOf, failureText } from '../../commands/failure-text.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import type { Shell } from '../../shell/shell.js';
import type { Scan } from '../account-job/scan.js';
import { durationText } from './estimate.js';
import type { Preview } from './preview.js';
import { rowText } from './shown-rows.js';

/** What a dry run says. */
export interface DryRun {
  readonly scan: Scan;
  readonly preview: Preview;
  /** Undefined if it is not known, and so how long the job takes. */
  readonly throughMaton: boolean | undefined;
  readonly asJson: boolean;
}

const contacts = (count: number): string => (count === 1 ? '1 contact' : `${count} contacts`);

/** The counts in a sentence. */
function summary({ scan: { counts, unusable }, preview: { rows, wouldFail }, throughMaton }: DryRun): string {
  const { total, done, failed, unknown, not_reached: open, repeated } = counts;
  const todo = open - wouldFail;
  const sample = rows[0]?.row.input;
  const time =
    todo > 0 && sample !== undefined && throughMaton !== undefined
      ? `, ${durationText(sample, todo, throughMaton)}`
      : '';
  const earlier = failed - unusable.length + unknown;
  const parts = [
    `${todo} to do${time}`,
    wouldFail + unusable.length > 0 ? `${wouldFail + unusable.length} would fail` : '',
    done > 0 ? `${done} done already` : '',
    earlier > 0 ? `${earlier} failed or unknown from earlier runs (see --retry-failed, --retry-unknown)` : '',
    repeated > 0 ? `${repeated} repeated ${repeated === 1 ? 'id' : 'ids'} left out` : '',
  ];
  return `Of ${contacts(total)}: ${parts.filter((part) => part !== '').join('; ')}.\nNothing was done.`;
}

/** Prints what would be done for the first contacts, and every row that would fail as far as that is known. */
export function showDryRun(dryRun: DryRun, shell: Shell): ExitCode {
  const { scan, preview, asJson } = dryRun;
  const { wouldFail, failure, rows, notes } = preview;
  for (const line of notes) shell.note(line);
  if (failure !== undefined) {
    shell.note(`${failureText(failure)}\nOnly the table was checked, as with --offline.`);
  }
  const { failed, not_reached } = scan.counts;
  const counts = { ...scan.counts, failed: failed + wouldFail, not_reached: not_reached - wouldFail };
  if (asJson) shell.print(JSON.stringify(counts));
  else {
    for (const { row, contact } of rows) shell.print(rowText(row, contact));
    const more = not_reached - rows.length;
    if (more > 0) shell.print(`… and ${more} more`);
    shell.print(summary(dryRun));
  }
  if (failure !== undefined) return exitCodeOf(failure);
  return counts.failed === 0 ? exitCodes.done : exitCodes.failed;
}
