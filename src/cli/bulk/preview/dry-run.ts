import type { Failure } from '../../../../tools/contract/failure.js';
import type { AccountSettings } from '../../../config/accounts/settings.js';
import { exitCodeOf, failureText } from '../../commands/failure-text.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import type { Shell } from '../../shell/shell.js';
import type { Page } from '../account-job/request.js';
import type { Scan } from '../account-job/scan.js';
import { labelled } from '../accounts/label.js';
import type { Job } from '../job/job.js';
import { type Counts, jsonCounts, sumOf } from '../progress/counts.js';
import { nothingToSetText } from '../progress/progress-text.js';
import { durationText, type Workload } from './estimate.js';
import { headline, type Preview } from './preview.js';
import { rowText } from './shown-rows.js';

/** What a dry run says of one account. */
export interface DryRun {
  /** The account's name; undefined if the whole table is for one. */
  readonly name: string | undefined;
  readonly job: Job;
  /** Undefined if it was not read. */
  readonly page: Page | undefined;
  readonly scan: Scan;
  readonly preview: Preview;
  readonly settings: AccountSettings;
}

const contacts = (count: number): string => (count === 1 ? '1 contact' : `${count} contacts`);

/** What would be done for contacts that have a turn and would not fail. */
function workloadOf({ scan, preview: { rows, wouldFail }, settings }: DryRun): Workload[] {
  const sample = rows[0]?.row.input;
  const todo = scan.counts.not_reached - wouldFail;
  return todo > 0 && sample !== undefined && settings.access.mode !== 'none'
    ? [{ sample, contacts: todo, settings }]
    : [];
}

/** The counts as they would be after a run. */
function countsOf({ scan: { counts }, preview: { wouldFail } }: DryRun): Counts {
  const { failed, not_reached } = counts;
  return { ...counts, failed: failed + wouldFail, not_reached: not_reached - wouldFail };
}

/** The counts of one account, or of all, in a sentence. */
function summary(dryRuns: readonly DryRun[]): string {
  const { total, done, failed, unknown, not_reached: todo, repeated } = sumOf(dryRuns.map(countsOf));
  const workloads = dryRuns.flatMap(workloadOf);
  const time = workloads.length > 0 ? `, ${durationText(workloads)}` : '';
  const failing = dryRuns.reduce((sum, { scan, preview }) => sum + scan.unusable.length + preview.wouldFail, 0);
  const nothingToSet = dryRuns.reduce((sum, { scan }) => sum + scan.nothingToSet, 0);
  const earlier = failed - failing + unknown;
  const parts = [
    `${todo} to do${time}`,
    failing > 0 ? `${failing} would fail` : '',
    done > nothingToSet ? `${done - nothingToSet} done already` : '',
    nothingToSet > 0 ? nothingToSetText(nothingToSet) : '',
    earlier > 0 ? `${earlier} failed or unknown from earlier runs (see --retry-failed, --retry-unknown)` : '',
    repeated > 0 ? `${repeated} repeated ${repeated === 1 ? 'id' : 'ids'} left out` : '',
  ];
  return `Of ${contacts(total)}: ${parts.filter((part) => part !== '').join('; ')}.`;
}

function showOne(dryRun: DryRun, asJson: boolean, { note, print }: Shell): void {
  const { name, job, page, preview } = dryRun;
  const { failure, notes, rows, more } = preview;
  note(labelled(name, headline(job, page)));
  for (const line of notes) note(labelled(name, line));
  if (failure !== undefined)
    note(`${labelled(name, failureText(failure))}\nOnly the table was checked, as with --offline.`);
  if (asJson) return;
  for (const { row, contact } of rows) print(labelled(name, rowText(row, contact)));
  if (more > 0) print(labelled(name, `… and ${more} more`));
  if (name !== undefined) print(labelled(name, summary([dryRun])));
}

/** The exit code of the failures that kept accounts from being read: that of one that will not go away, if there is one. */
function exitCodeOfFailures(failures: readonly Failure[]): ExitCode | undefined {
  const codes = failures.map(exitCodeOf);
  return codes.find((code) => code !== exitCodes.again) ?? codes[0];
}

/** Prints what would be done for the first contacts, and every row that would fail as far as that is known. */
export function showDryRuns(dryRuns: readonly DryRun[], asJson: boolean, shell: Shell): ExitCode {
  for (const dryRun of dryRuns) showOne(dryRun, asJson, shell);
  const all = dryRuns.map((dryRun) => ({ name: dryRun.name, counts: countsOf(dryRun) }));
  shell.print(asJson ? JSON.stringify(jsonCounts(all)) : `${summary(dryRuns)}\nNothing was done.`);
  const failures = dryRuns.flatMap(({ preview }) => preview.failure ?? []);
  return (
    exitCodeOfFailures(failures) ??
    (sumOf(all.map(({ counts }) => counts)).failed === 0 ? exitCodes.done : exitCodes.failed)
  );
}
