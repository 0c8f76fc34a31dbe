import { UsageError } from '../../../config/usage-error.js';
import { openAccounts } from '../../library/open-account.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import { skippedText } from '../account-job/earlier-job.js';
import { lockJournal } from '../account-job/job-files.js';
import { otherJournalText } from '../account-job/other-journals.js';
import {
  type AccountJob,
  findJobContacts,
  type OpenJob,
  openJob,
  openPreviewer,
  reachAccount,
  type ScannedJob,
} from '../account-job/phases.js';
import { type Underway, watchUnderway } from '../account-job/underway.js';
import { jobPathsOf } from '../accounts/job-paths.js';
import { contradictingRows, contradictions } from '../job/repeated-rows.js';
import { JournalError } from '../journal/appender.js';
import type { Lock } from '../journal/lock.js';
import { retryOf } from '../options.js';
import { uncertainNumbers, withCertainNumbers } from '../preview/number-columns.js';
import { type AskedJob, isAgreed, JobRefused } from '../preview/question.js';
import { allOf } from './all-of.js';
import { type RunOrder, requestsOf, rowsShownIn } from './order.js';
import { refuseSharedPages } from './pages.js';
import { runAndReport } from './run-and-report.js';
import { scanJobs } from './scan-jobs.js';

/** Phase 2: opens the journals of all jobs, and adds each to `open` as soon as it is open. */
async function openJobs(
  order: RunOrder,
  reached: readonly AccountJob[],
  underway: Underway,
  open: OpenJob[],
): Promise<OpenJob[]> {
  const accounts = reached.map(({ name, page }) => ({
    name,
    page: page.id === undefined ? undefined : String(page.id),
  }));
  const paths = jobPathsOf(order.paths, accounts, order.shell.note);
  const opening = reached.map(async (job, index) => {
    const { journal = order.paths.journal, earlier = [] } = paths[index] ?? {};
    const opened = await openJob(job, { journal, earlier }, underway.addLock);
    open.push(opened);
    return opened;
  });
  return allOf(opening);
}

/** Phase 3: finds the contacts of the rows, and the cells that could be two numbers. */
async function readRows({ job, table, shell }: RunOrder, jobs: readonly OpenJob[]): Promise<OpenJob[]> {
  const uncertain = await uncertainNumbers(job, table);
  const checked = jobs.map(async (each) => {
    const { name, account } = each;
    const found = await withCertainNumbers(each.job, uncertain, { call: account.call, signal: shell.ending });
    if ('failure' in found) throw new JobRefused([{ name, failure: found.failure }]);
    return findJobContacts({ ...each, ...found });
  });
  return allOf(checked);
}

/** Phase 4: scans the rows of all jobs. */
async function scanOpenJobs(order: RunOrder, jobs: readonly OpenJob[]): Promise<ScannedJob[]> {
  const { table, options, shell, targets } = order;
  const maxRows = rowsShownIn(order);
  const previewers = await allOf(jobs.map((job) => openPreviewer(job, maxRows)));
  const parts = jobs.map(({ name, job, files }, index) => ({
    name,
    job,
    history: files.history,
    onOpen: previewers[index]?.onOpen,
  }));
  const { scans, remark } = await scanJobs(parts, table, targets.nameOf, retryOf(options));
  if (remark !== undefined) shell.note(remark);
  return jobs.flatMap((job, index) => {
    const scan = scans[index];
    if (scan === undefined) return [];
    const scanned = { ...job, scan, previewer: previewers[index] };
    for (const { path, reached } of job.files.skipped) {
      job.shell.note(skippedText(job.name === undefined ? (options.skipDoneOf ?? path) : path, reached, scan.statuses));
    }
    return [scanned];
  });
}

/** @throws UsageError if another journal knows of the same job, and this one could reach its contacts once more. */
function refuseRepeated({ targets, tablePath }: RunOrder, jobs: readonly ScannedJob[]): void {
  if (targets.config.sandbox) return;
  for (const scanned of jobs) {
    const other = otherJournalText({ ...scanned, ...scanned.paths }, tablePath);
    if (other !== undefined) throw new UsageError(other);
  }
}

/** Phase 6, before it begins: checks once more, as another process may have begun the same job. Each sees the other's heading. */
function claim(order: RunOrder, jobs: readonly ScannedJob[]): void {
  const open = jobs.filter(({ scan }) => scan.counts.not_reached > 0);
  try {
    for (const { files } of open) files.journal.begin();
    refuseRepeated(order, open);
  } catch (error) {
    throw error instanceof JournalError ? new UsageError(error.message) : error;
  }
}

/** Phase 5: shows a person what is about to be done, and asks. True if nobody has to be asked. */
async function isConfirmed({ tablePath, shell }: RunOrder, jobs: readonly ScannedJob[]): Promise<boolean> {
  const asked: AskedJob[] = [];
  for (const scanned of jobs) {
    const { job, table, scan, previewer } = scanned;
    if (previewer !== undefined && scan.counts.not_reached > 0) asked.push({ ...scanned, previewer });
    else for (const line of contradictions(await contradictingRows(job, table, scan.repeated))) shell.note(line);
  }
  const { ask } = shell;
  return ask === undefined || asked.length === 0 || isAgreed(asked, tablePath, shell, ask);
}

/**
 * Runs the jobs of an order side by side, each at the limits of its account. Nothing is sent before all of them have come up
 * to the question.
 */
export async function runOrder(order: RunOrder): Promise<ExitCode> {
  const { shell, targets, paths, hostParts, state } = order;
  const all = targets.targets.map(({ settings }) => settings);
  const opened = await openAccounts(targets.config, all, hostParts, state);
  const open: OpenJob[] = [];
  let lock: Lock | undefined;
  try {
    const reaching = requestsOf(order).flatMap((request, index) => {
      const account = opened.accounts[index];
      return account === undefined ? [] : [reachAccount(request, account)];
    });
    const reached = await allOf(reaching);
    refuseSharedPages(reached);
    const underway = watchUnderway(shell);
    // A run on one account alone has its journal here.
    if (targets.isDivided) {
      lock = await lockJournal(paths.journal, shell);
      underway.addLock(lock);
    }
    const jobs = await openJobs(order, reached, underway, open);
    const scanned = await scanOpenJobs(order, await readRows(order, jobs));
    refuseRepeated(order, scanned);
    if (await isConfirmed(order, scanned)) {
      claim(order, scanned);
      return await runAndReport(order, scanned, underway, lock?.owner);
    }
    for (const { files } of open) files.journal.forgetLookups();
    shell.note('Nothing was done.');
    return exitCodes.again;
  } finally {
    await Promise.all(open.map(({ files }) => files.close()));
    lock?.release();
    await opened.close();
  }
}
