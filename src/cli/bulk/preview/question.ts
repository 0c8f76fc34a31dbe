import { statSync } from 'node:fs';
import type { Failure } from '../../../../tools/contract/failure.js';
import { idText, quoted } from '../../../../tools/contract/quoted.js';
import type { Account } from '../../../account/account.js';
import { UsageError } from '../../../config/usage-error.js';
import type { Shell } from '../../shell/shell.js';
import type { Scan } from '../account-job/scan.js';
import type { Job } from '../job/job.js';
import type { Table } from '../table/csv-table.js';
import { readPage } from './account-checks.js';
import { durationText } from './estimate.js';
import { openPreview, type Preview, type Previewer } from './preview.js';
import { rowText } from './shown-rows.js';

/** What a person at the terminal is asked about. */
export interface AskedJob {
  readonly job: Job;
  /** The file of the table; undefined for a pipe. */
  readonly tablePath: string | undefined;
  readonly scan: Scan;
  readonly account: Account;
  readonly page: Readonly<Record<string, unknown>>;
}

/** The account refuses a job before anything is done. */
export class JobRefused extends Error {
  override readonly name = 'JobRefused';
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** An action in the imperative, with its contacts. */
function actionText({ action, tag_name, flow_ns, channel = 'messenger' }: Job['action'], contacts: string): string {
  switch (action) {
    case 'add_tag':
      return `Add the tag ${quoted(tag_name)} to ${contacts}`;
    case 'remove_tag':
      return `Remove the tag ${quoted(tag_name)} from ${contacts}`;
    case 'set_fields':
      return `Set fields of ${contacts}`;
    case 'send_flow':
      return `Start the flow ${quoted(flow_ns)} for ${contacts}`;
    case 'send_content':
      return `Send the content to ${contacts}`;
    default:
      return `Send the text on ${String(channel)} to ${contacts}`;
  }
}

function questionText({ job, scan, account }: AskedJob, { rows, wouldFail }: Preview): string {
  const { not_reached: open } = scan.counts;
  const contacts = `${open} ${open === 1 ? 'contact' : 'contacts'}`;
  const uncertain = [...scan.statuses.values()].filter((status) => status === 'uncertain').length;
  const twice = uncertain === 0 ? '' : `, ${uncertain} of them perhaps for the second time`;
  const failing = wouldFail === 0 ? '' : ` (${wouldFail} would fail)`;
  const sample = rows[0]?.row.input ?? {};
  const time = durationText(sample, open, account.settings.access.mode === 'maton');
  return `${actionText(job.action, contacts)}${twice}${failing}, ${time}? [y/N] `;
}

/**
 * Prepares to show what a job is about to do.
 * @throws JobRefused
 */
export async function previewFor(job: Job, table: Table, account: Account, signal: AbortSignal): Promise<Previewer> {
  const read = await readPage(account, signal);
  if ('failure' in read) throw new JobRefused(read.failure);
  return openPreview(job, table, read.account);
}

/** Changes when a file is saved. */
function stampOf(path: string): string {
  const { mtimeMs, size, ino } = statSync(path);
  return [mtimeMs, size, ino].join();
}

/**
 * Shows what a job is about to do, and asks whether to do it.
 * @throws JobRefused if the account cannot be read; UsageError if the table was changed before the answer.
 */
export async function isAgreed(
  asked: AskedJob,
  previewer: Previewer,
  { note, ending }: Shell,
  ask: NonNullable<Shell['ask']>,
): Promise<boolean> {
  const { job, scan, page, tablePath } = asked;
  const stamp = tablePath === undefined ? undefined : stampOf(tablePath);
  const preview = await previewer.result(scan);
  ending.throwIfAborted();
  if (preview.failure !== undefined) throw new JobRefused(preview.failure);
  note(`${quoted(page.name)} (page ${idText(page.id)}), ${job.contacts.source}.`);
  for (const line of preview.notes) note(line);
  for (const { row, contact } of preview.rows) note(rowText(row, contact));
  const more = scan.counts.not_reached - preview.rows.length;
  if (more > 0) note(`… and ${more} more`);
  const isYes = /^\s*y(es)?\s*$/i.test(await ask(questionText(asked, preview)));
  if (isYes && tablePath !== undefined && stampOf(tablePath) !== stamp) {
    throw new UsageError(`${tablePath} was changed before you answered, so nothing was done: run the command again`);
  }
  return isYes;
}
