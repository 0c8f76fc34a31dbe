import { basename } from 'node:path';
import { errorMessage } from '../../../../text/error-text.js';
import { counted } from '../../../../text/html-report/charts.js';
import { failuresOf, type ScannedJob } from '../../account-job/phases.js';
import type { Ending } from '../../account-job/run.js';
import { actionText } from '../../job/action-words.js';
import type { Owner } from '../../journal/own-file.js';
import type { RunOrder } from '../../order/order.js';
import { sumOf } from '../counts.js';
import { jobPage } from './job-page.js';
import { type Outcomes, runsIn } from './runs.js';
import { writeReport } from './write-report.js';

/** A job after its run. */
export interface JobAfterRun {
  readonly job: ScannedJob;
  readonly ending: Ending;
  /** What the run did. */
  readonly outcomes: Outcomes;
}

/**
 * Writes the report of a job and returns its path. A report that cannot be written does not change the outcome of the run:
 * it is noted, and undefined is returned.
 * @param advice what is left to do.
 */
export function reportJob(
  { paths, shell, tablePath, job: { action }, time }: RunOrder,
  jobs: readonly JobAfterRun[],
  advice: readonly string[],
  owner: Owner,
): string | undefined {
  const { total } = sumOf(jobs.map(({ job }) => job.scan.counts));
  try {
    const text = jobPage({
      table: tablePath === undefined ? undefined : basename(tablePath),
      action: actionText(action, counted(total, 'contact')),
      startedAt: time.startedAt,
      endedAt: time.now(),
      advice,
      accounts: jobs.map(({ job, ending, outcomes }) => ({
        name: job.name,
        page: String(job.page.name ?? job.page.id),
        stopped: ending.how === 'stopped' ? `Stopped. ${ending.why}` : undefined,
        counts: job.scan.counts,
        thisRun: outcomes,
        nothingToSet: job.scan.nothingToSet,
        failures: failuresOf(job),
        runs: runsIn(job.paths.journal),
      })),
    });
    writeReport(paths.report, text, owner);
    return paths.report;
  } catch (error) {
    shell.note(`${paths.report} cannot be written: ${errorMessage(error)}`);
    return undefined;
  }
}
