import { setMaxListeners } from 'node:events';
import { errorMessage } from '../../../text/error-text.js';
import type { ExitCode } from '../../shell/exit-codes.js';
import { beginJob, carryOut, failedRowsOf, type ScannedJob } from '../account-job/phases.js';
import type { Underway } from '../account-job/underway.js';
import { labelled } from '../accounts/label.js';
import type { Owner } from '../journal/own-file.js';
import { jsonCounts, sumOf } from '../progress/counts.js';
import { showProgress } from '../progress/progress-line.js';
import { summaryText } from '../progress/progress-text.js';
import { type AccountEnding, advice, exitCodeAfter } from '../progress/report.js';
import { writeFailedRows } from '../table/failed-rows.js';
import type { RunOrder } from './order.js';

/** Phase 7: runs all jobs, and shows their progress in one line. A defect in one of them stops the others. */
async function runAll(
  jobs: readonly ScannedJob[],
  shell: RunOrder['shell'],
  underway: Underway,
): Promise<AccountEnding[]> {
  const { onProgress, say, close } = showProgress(() => sumOf(jobs.map(({ scan }) => scan.counts)), shell);
  const sayStopping = (): void => say(`stopping, ${underway.inFlightCount()} in flight`);
  shell.ending.addEventListener('abort', sayStopping, { once: true });
  const broken = new AbortController();
  const ending = AbortSignal.any([shell.ending, broken.signal]);
  // Each job adds one.
  setMaxListeners(0, ending);
  const running = jobs.map(async (job): Promise<AccountEnding> => {
    const { name } = job;
    const onWarning = (text: string): void => say(labelled(name, text));
    try {
      const side = { inFlight: underway.newInFlight(), ending, onProgress, onWarning };
      return { name, ending: await carryOut(job, side) };
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
 * @param owner the user who owns the list of failures.
 */
export async function runAndReport(
  { paths, options, shell }: RunOrder,
  jobs: readonly ScannedJob[],
  underway: Underway,
  owner: Owner,
): Promise<ExitCode> {
  for (const job of jobs) await beginJob(job);
  const endings = await runAll(jobs, shell, underway);
  const all = jobs.map(({ name, scan }) => ({ name, counts: scan.counts }));
  const counts = sumOf(all.map((each) => each.counts));
  if (options.json === true) shell.print(JSON.stringify(jsonCounts(all)));
  else {
    const named = all.filter(({ name }) => name !== undefined);
    for (const each of named) shell.print(labelled(each.name, summaryText(each.counts)));
    shell.print(summaryText(counts));
  }
  await listFailures(paths.failed, jobs, owner ?? jobs[0]?.files.lock.owner, shell.note);
  const unusableCount = jobs.reduce((sum, { scan }) => sum + scan.unusable.length, 0);
  const { failed: failedPath, journal: journalPath } = paths;
  for (const line of advice({ counts, unusableCount, endings, failedPath, journalPath })) shell.note(line);
  return exitCodeAfter(counts);
}
