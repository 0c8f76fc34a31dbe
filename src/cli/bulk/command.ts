import { setMaxListeners } from 'node:events';
import { actionCapabilities } from '../../../tools/workflows/for-each/action.js';
import type { HostParts } from '../../account/host.js';
import { exclusionOf } from '../../account/policy/exclusion.js';
import type { Config } from '../../config/config.js';
import { UsageError } from '../../config/usage-error.js';
import { exitCodeOf, failureText } from '../commands/failure-text.js';
import { type ExitCode, exitCodes } from '../shell/exit-codes.js';
import { openSharedState } from '../shell/shared-state.js';
import type { Shell } from '../shell/shell.js';
import { outputPathsOf } from './account-job/output-paths.js';
import { withColumnsByCells } from './accounts/column-by-cells.js';
import { labelled } from './accounts/label.js';
import { targetsOf } from './accounts/targets.js';
import { type Job, planJob } from './job/job.js';
import type { BulkOptions } from './options.js';
import { dryRun } from './order/dry-run.js';
import { runOrder } from './order/side-by-side.js';
import { JobRefused } from './preview/question.js';
import { openTable, type Table } from './table/csv-table.js';

/**
 * Does one thing with every contact of a CSV file. The journal makes it resumable, and keeps it from sending twice.
 * @param config without the accounts of an accounts file, which the table may choose.
 */
export async function bulk(
  config: Config,
  path: string,
  options: BulkOptions,
  shell: Shell,
  hostParts: Partial<HostParts> = {},
): Promise<ExitCode> {
  // Each account listens.
  setMaxListeners(0, shell.ending);
  // Replaced once requests can be in flight.
  shell.onForcedEnd(() => exitCodes.again);
  try {
    return await planAndRun(config, path, options, shell, hostParts);
  } catch (error) {
    if (shell.ending.aborted && (error === shell.ending.reason || error instanceof JobRefused)) {
      shell.note('Stopped before anything was begun.');
      return exitCodes.again;
    }
    if (!(error instanceof JobRefused)) throw error;
    for (const { name, failure } of error.refusals) shell.note(labelled(name, failureText(failure)));
    const codes = error.refusals.map(({ failure }) => exitCodeOf(failure));
    return codes.find((code) => code !== exitCodes.again) ?? exitCodes.again;
  }
}

async function planned(options: BulkOptions, table: Table, config: Config, shell: Shell): Promise<Job> {
  try {
    return planJob(options, table);
  } catch (error) {
    throw await withColumnsByCells(error, table, config, shell);
  }
}

async function planAndRun(
  config: Config,
  path: string,
  options: BulkOptions,
  shell: Shell,
  hostParts: Partial<HostParts>,
): Promise<ExitCode> {
  const table = await openTable(path, shell.ending, options);
  const job = await planned(options, table, config, shell);
  for (const remark of job.remarks) shell.note(remark);
  const { policy } = config.account;
  if (policy.readOnly) throw new UsageError('--read-only forbids bulk, which changes or sends');
  const exclusion = exclusionOf(policy, actionCapabilities(job.action));
  if (exclusion !== undefined) throw new UsageError(exclusion);
  const paths = outputPathsOf(path, table, options);
  const { journal } = paths;
  if (!policy.dryRun && options.offline === true) throw new UsageError('--offline only goes with --dry-run');
  if (!policy.dryRun && journal === undefined) {
    throw new UsageError(`${path} is a pipe: name a file for the journal with --journal`);
  }
  const { now = Date.now } = hostParts;
  const targets = await targetsOf(config, table, job.accountColumn, shell);
  const order = {
    job,
    table,
    tablePath: table.piped ? undefined : path,
    paths,
    options,
    shell,
    targets,
    hostParts,
    time: { startedAt: now(), now },
    // Whoever repeats sends whose outcome is unknown wants what the guard of all processes refuses.
    state: await openSharedState(config, shell, shell.note, { sharesSends: options.retryUnknown !== true }),
  };
  if (policy.dryRun || journal === undefined) return dryRun(order);
  return runOrder({ ...order, paths: { ...paths, journal } });
}
