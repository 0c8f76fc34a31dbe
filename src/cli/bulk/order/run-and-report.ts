import { setMaxListeners } from 'node:events';
import { errorMessage } from '../../../text/error-text.js';
import type { ExitCode } from '../../shell/exit-codes.js';
import { beginJob, carryOut, failedRowsOf, type ScannedJob } from '../account-job/phases.js';
import type { Underway } from '../account-job/underway.js';
import { labelled } from '../accounts/label.js';
import type { State } from '../journal/entry.js';
import type { Owner } from '../journal/own-file.js';
import { jsonCounts, sumOf } from '../progress/counts.js';
import { type JobAfterRun, reportJob } from '../progress/html-report/report-job.js';
import { noOutcomes } from '../progress/html-report/runs.js';
import { showProgress } from '../progress/progress-line.js';
import { summaryText } from '../progress/progress-text.js';
import { advice, exitCodeAfter } from '../progress/report.js';
import { writeFailedRows } from '../table/failed-rows.js';
import type { RunOrder } from './order.js';

/** Phase 7: runs all jobs, and shows their progress in one line. A defect in one of them stops the others. */
async function runAll(
  jobs: readonly ScannedJob[],
  shell: RunOrder['shell'],
  underway: Underway,
): Promise<JobAfterRun[]> {
  const { onProgress, say, close } = showProgress(() => sumOf(jobs.map(({ scan }) => scan.counts)), shell);
  const sayStopping = (): void => say(`stopping, ${underway.inFlightCount()} in flight`);
  shell.ending.addEventListener('abort', sayStopping, { once: true });
  const broken = new AbortController();
  const ending = AbortSignal.any([shell.ending, broken.signal]);
  // Each job adds one.
  setMaxListeners(0, ending);
  const running = jobs.map(async (job): Promise<JobAfterRun> => {
    const { name } = job;
    const outcomes = noOutcomes();
    const onOutcome = (state: State): void => {
      if (state === 'done' || state === 'failed' || state === 'unknown') outcomes[state] += 1;
      onProgress();
    };
    const onWarning = (text: string): void => say(labelled(name, text));
    try {
      const side = { inFlight: underway.newInFlight(), ending, onOutcome, onWarning };
      return { job, ending: await carryOut(job, side), outcomes };
    } catch (error) {
      broken.abort();
      throw error;
    }
  });
  // What is in flight is awaited even if another job is broken.
  const results = await Promise.allSettled(running).finally(close);
  shell.ending.removeEventListener('abort', sayStopping);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** Phase 8: lists what failed. A list that cannot be written does not change the outcome of the run. */
async function listFailures(
  path: string,
  jobs: readonly ScannedJob[],
  owner: Owner,
  note: RunOrder['shell']['note'],
): Promise<void> {
  const rows = (await Promise.all(jobs.map(failedRowsOf))).flat();
  try {
    writeFailedRows(path, rows, owner);
  } catch (error) {
    note(`${path} cannot be written: ${errorMessage(error)}`);
  }
}

/**
 * Runs jobs that were confirmed, and reports what became of all of them.
 * @param lockOwner the user who owns the lists and reports; undefined if each job has its own.
 */
export async function runAndReport(
  order: RunOrder,
  jobs: readonly ScannedJob[],
  underway: Underway,
  lockOwner: Owner,
): Promise<ExitCode> {
  const { paths, options, shell } = order;
  for (const job of jobs) await beginJob(job);
  const after = await runAll(jobs, shell, underway);
  const all = jobs.map(({ name, scan }) => ({ name, counts: scan.counts }));
  const counts = sumOf(all.map((each) => each.counts));
  const owner = lockOwner ?? jobs[0]?.files.lock.owner;
  const lines = advice({
    counts,
    unusableCount: jobs.reduce((sum, { scan }) => sum + scan.unusable.length, 0),
    endings: after.map(({ job: { name }, ending }) => ({ name, ending })),
    failedPath: paths.failed,
    journalPath: paths.journal,
  });
  // Before the list of failures, for which ManyChat is asked.
  const report = reportJob(order, after, lines, owner);
  if (options.json === true)
    shell.print(JSON.stringify({ ...jsonCounts(all), ...(report !== undefined && { report }) }));
  else {
    const named = all.filter(({ name }) => name !== undefined);
    for (const each of named) shell.print(labelled(each.name, summaryText(each.counts)));
    shell.print(summaryText(counts));
  }
  await listFailures(paths.failed, jobs, owner, shell.note);
  for (const line of lines) shell.note(line);
  if (report !== undefined && options.json !== true) shell.note(`Report for a browser: ${report}`);
  return exitCodeAfter(counts);
}
