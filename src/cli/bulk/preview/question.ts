import type { Failure } from '../../../../tools/contract/failure.js';
import type { Account } from '../../../account/account.js';
import { UsageError } from '../../../config/usage-error.js';
import type { Shell } from '../../shell/shell.js';
import type { Page } from '../account-job/request.js';
import type { Scan } from '../account-job/scan.js';
import { labelled } from '../accounts/label.js';
import { actionText } from '../job/action-words.js';
import type { Job } from '../job/job.js';
import type { Table } from '../table/csv-table.js';
import { stampOf } from '../table/source.js';
import { readPage } from './account-checks.js';
import { durationText } from './estimate.js';
import { openPreview, type Preview, type Previewer, pageText } from './preview.js';
import { rowText } from './shown-rows.js';

/** What a person at the terminal is asked about, of one account. */
export interface AskedJob {
  /** The account's name; undefined if the whole table is for one. */
  readonly name: string | undefined;
  readonly job: Job;
  readonly scan: Scan;
  readonly account: Account;
  readonly page: Page;
  readonly previewer: Previewer;
}

/** Why an account refuses a job. */
export interface Refusal {
  /** The account's name; undefined if the whole table is for one. */
  readonly name: string | undefined;
  readonly failure: Failure;
}

/** Accounts refuse a job before anything is done. */
export class JobRefused extends Error {
  override readonly name = 'JobRefused';
  constructor(readonly refusals: readonly Refusal[]) {
    super(refusals.map(({ name, failure }) => labelled(name, failure.message)).join('\n'));
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

const contactsText = (count: number): string => `${count} ${count === 1 ? 'contact' : 'contacts'}`;

function questionText(jobs: readonly AskedJob[], previews: readonly Preview[]): string {
  const [{ job } = { job: undefined }] = jobs;
  const open = sum(jobs.map(({ scan }) => scan.counts.not_reached));
  const accounts = jobs.length === 1 ? '' : ` of ${jobs.length} accounts`;
  const uncertain = sum(
    jobs.map(({ scan }) => [...scan.statuses.values()].filter((status) => status === 'uncertain').length),
  );
  const twice = uncertain === 0 ? '' : `, ${uncertain} of them perhaps for the second time`;
  const wouldFail = sum(previews.map((preview) => preview.wouldFail));
  const failing = wouldFail === 0 ? '' : ` (${wouldFail} would fail)`;
  const time = durationText(
    jobs.map(({ scan, account }, index) => ({
      sample: previews[index]?.rows[0]?.row.input ?? {},
      contacts: scan.counts.not_reached,
      settings: account.settings,
    })),
  );
  return `${actionText(job?.action ?? {}, `${contactsText(open)}${accounts}`)}${twice}${failing}, ${time}? [y/N] `;
}

/**
 * Prepares to show what a job is about to do.
 * @throws JobRefused
 */
export async function previewFor(
  { name, job, table, account }: Pick<AskedJob, 'name' | 'job' | 'account'> & { readonly table: Table },
  maxRows: number,
  signal: AbortSignal,
): Promise<Previewer> {
  const read = await readPage(account, signal);
  if ('failure' in read) throw new JobRefused([{ name, failure: read.failure }]);
  return openPreview(job, table, read.account, maxRows);
}

function showJob({ name, job, scan, page }: AskedJob, preview: Preview, note: Shell['note']): void {
  const open = name === undefined ? '' : ` ${contactsText(scan.counts.not_reached)}.`;
  note(labelled(name, `${pageText(job, page)}${open}`));
  for (const line of preview.notes) note(line);
  for (const { row, contact } of preview.rows) note(rowText(row, contact));
  if (preview.more > 0) note(`… and ${preview.more} more`);
}

/**
 * Shows what jobs are about to do, and asks once whether to do all of it.
 * @param tablePath the file of the table; undefined for a pipe.
 * @throws JobRefused if an account cannot be read; UsageError if the table was changed before the answer.
 */
export async function isAgreed(
  jobs: readonly AskedJob[],
  tablePath: string | undefined,
  { note, ending }: Shell,
  ask: NonNullable<Shell['ask']>,
): Promise<boolean> {
  const stamp = tablePath === undefined ? undefined : stampOf(tablePath);
  const previews = await Promise.all(jobs.map(({ previewer, scan }) => previewer.result(scan)));
  ending.throwIfAborted();
  const refusals = previews.flatMap(({ failure }, index) =>
    failure === undefined ? [] : [{ name: jobs[index]?.name, failure }],
  );
  if (refusals.length > 0) throw new JobRefused(refusals);
  for (const [index, job] of jobs.entries()) {
    const preview = previews[index];
    if (preview !== undefined) showJob(job, preview, note);
  }
  const isYes = /^\s*y(es)?\s*$/i.test(await ask(questionText(jobs, previews)));
  if (isYes && tablePath !== undefined && stampOf(tablePath) !== stamp) {
    throw new UsageError(`${tablePath} was changed before you answered, so nothing was done: run the command again`);
  }
  return isYes;
}
