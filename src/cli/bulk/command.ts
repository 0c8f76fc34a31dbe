import { actionCapabilities } from '../../../tools/workflows/for-each/action.js';
import { exclusionOf } from '../../account/policy/exclusion.js';
import type { Config } from '../../config/config.js';
import { UsageError } from '../../config/usage-error.js';
import { exitCodeOf, failureText } from '../commands/failure-text.js';
import { openOwnAccount } from '../open-account.js';
import { type ExitCode, exitCodes } from '../shell/exit-codes.js';
import type { Shell } from '../shell/shell.js';
import { dryRun } from './account-job/dry-run.js';
import { endAtOnce } from './account-job/forced-end.js';
import { outputPathsOf } from './account-job/output-paths.js';
import {
  beginJob,
  carryOut,
  confirmJob,
  listFailures,
  openJob,
  reachAccount,
  type ScannedJob,
  scanJob,
} from './account-job/phases.js';
import type { RunRequest } from './account-job/request.js';
import { planJob } from './job/job.js';
import type { Lock } from './journal/lock.js';
import type { BulkOptions } from './options.js';
import { JobRefused } from './preview/question.js';
import { showProgress } from './progress/progress-line.js';
import { summaryText } from './progress/progress-text.js';
import { advice, exitCodeAfter } from './progress/report.js';
import { openTable } from './table/csv-table.js';

/** Does one thing with every contact of a CSV file. The journal makes it resumable, and keeps it from sending twice. */
export async function bulk(config: Config, path: string, options: BulkOptions, shell: Shell): Promise<ExitCode> {
  // Replaced once requests can be in flight.
  shell.onForcedEnd(() => exitCodes.again);
  try {
    return await planAndRun(config, path, options, shell);
  } catch (error) {
    if (shell.ending.aborted && (error === shell.ending.reason || error instanceof JobRefused)) {
      shell.note('Stopped before anything was begun.');
      return exitCodes.again;
    }
    if (!(error instanceof JobRefused)) throw error;
    shell.note(failureText(error.failure));
    return exitCodeOf(error.failure);
  }
}

async function planAndRun(config: Config, path: string, options: BulkOptions, shell: Shell): Promise<ExitCode> {
  const table = await openTable(path, shell.ending, options);
  const job = planJob(options, table);
  for (const remark of job.remarks) shell.note(remark);
  const { policy } = config.account;
  if (policy.readOnly) throw new UsageError('--read-only forbids bulk, which changes or sends');
  const exclusion = exclusionOf(policy, actionCapabilities(job.action));
  if (exclusion !== undefined) throw new UsageError(exclusion);
  const paths = outputPathsOf(path, table, options);
  const { journal } = paths;
  const request = { job, table, tablePath: table.piped ? undefined : path, paths, options, shell };
  if (policy.dryRun) return dryRun(config, request);
  if (options.offline === true) throw new UsageError('--offline only goes with --dry-run');
  if (journal === undefined) {
    throw new UsageError(`${path} is a pipe: name a file for the journal with --journal`);
  }
  return runPhases(config, { ...request, paths: { ...paths, journal } });
}

/** Runs the phases of a job. Nothing is sent before all of them up to the question have succeeded. */
async function runPhases(config: Config, request: RunRequest): Promise<ExitCode> {
  const { shell } = request;
  const { account, close } = await openOwnAccount(config);
  try {
    const reached = await reachAccount(request, account);
    const inFlight = new Set<string>();
    const locks: Lock[] = [];
    shell.onForcedEnd(() => endAtOnce({ locks, inFlightCount: () => inFlight.size }, shell));
    const opened = await openJob(reached, (lock) => locks.push(lock));
    try {
      const scanned = await scanJob(opened);
      if (await confirmJob(scanned)) return await runAndReport(scanned, inFlight);
      shell.note('Nothing was done.');
      return exitCodes.again;
    } finally {
      await opened.files.close();
    }
  } finally {
    await close();
  }
}

async function runAndReport(scanned: ScannedJob, inFlight: Set<string>): Promise<ExitCode> {
  const { scan, paths, options, shell } = scanned;
  const { counts, unusable } = scan;
  await beginJob(scanned);
  const { onProgress, say, close } = showProgress(counts, shell);
  const sayStopping = (): void => say(`stopping, ${inFlight.size} in flight`);
  shell.ending.addEventListener('abort', sayStopping, { once: true });
  const ending = await carryOut(scanned, { inFlight, onProgress, onWarning: say }).finally(close);
  shell.ending.removeEventListener('abort', sayStopping);
  shell.print(options.json === true ? JSON.stringify(counts) : summaryText(counts));
  await listFailures(scanned);
  const { failed: failedPath, journal: journalPath } = paths;
  for (const line of advice({ counts, unusableCount: unusable.length, ending, failedPath, journalPath }))
    shell.note(line);
  return exitCodeAfter(counts);
}
