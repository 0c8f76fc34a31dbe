import { asObject } from '../../../tools/contract/json.js';
import { quoted } from '../../../tools/contract/quoted.js';
import { getPage } from '../../../tools/endpoints/page.js';
import { actionCapabilities } from '../../../tools/workflows/for-each/action.js';
import type { Account } from '../../account/account.js';
import { exclusionOf } from '../../account/policy/exclusion.js';
import { plainTool } from '../../account/policy/tool.js';
import type { Config } from '../../config/config.js';
import { UsageError } from '../../config/usage-error.js';
import { errorMessage } from '../../text/error-text.js';
import { realClock } from '../../upstream/clock.js';
import { exitCodeOf, failureText } from '../commands/failure-text.js';
import { openOwnAccount } from '../open-account.js';
import { type ExitCode, exitCodes } from '../shell/exit-codes.js';
import type { Shell } from '../shell/shell.js';
import { dryRun } from './dry-run.js';
import { type Job, planJob } from './job/job.js';
import type { Entry } from './journal/entry.js';
import { createHistory } from './journal/history.js';
import { openJournal } from './journal/journal.js';
import { type Lock, takeLock } from './journal/lock.js';
import { readKernel, thisMachine } from './journal/machine.js';
import { peekJournal } from './journal/reading.js';
import { type BulkOptions, retryOf } from './options.js';
import { failedPathOf, journalPathOf } from './output-paths.js';
import { showProgress } from './progress/progress-line.js';
import { summaryText } from './progress/progress-text.js';
import { advice, exitCodeAfter } from './progress/report.js';
import { runJob } from './run.js';
import { scanTable } from './scan.js';
import { openTable, type Table } from './table/csv-table.js';
import { writeFailedRows } from './table/failed-rows.js';

/** Does one thing with every contact of a CSV file. The journal makes it resumable, and keeps it from sending twice. */
export async function bulk(config: Config, path: string, options: BulkOptions, shell: Shell): Promise<ExitCode> {
  // Replaced once requests can be in flight.
  shell.onForcedEnd(() => exitCodes.again);
  try {
    return await planAndRun(config, path, options, shell);
  } catch (error) {
    if (error !== shell.ending.reason || !shell.ending.aborted) throw error;
    shell.note('Stopped before anything was begun.');
    return exitCodes.again;
  }
}

async function planAndRun(config: Config, path: string, options: BulkOptions, shell: Shell): Promise<ExitCode> {
  const table = await openTable(path, shell.ending);
  const job = planJob(options, table);
  for (const remark of job.remarks) shell.note(remark);
  const { policy } = config.account;
  if (policy.readOnly) throw new UsageError('--read-only forbids bulk, which changes or sends');
  const exclusion = exclusionOf(policy, actionCapabilities(job.action));
  if (exclusion !== undefined) throw new UsageError(exclusion);
  const journalPath = journalPathOf(path, table, options.journal);
  if (policy.dryRun) {
    const history = createHistory(job);
    if (journalPath !== undefined) peekJournal(journalPath, job.action, machineOf(shell), history.addEntry);
    return dryRun({ job, table, history, options, shell });
  }
  if (journalPath === undefined) {
    throw new UsageError(`${path} is a pipe: name a file for the journal with --journal`);
  }
  const failedPath = failedPathOf(path, table, options.journal);
  const { account, close } = await openOwnAccount(config);
  try {
    const page = await account.call(plainTool(getPage), {}, { signal: shell.ending });
    shell.ending.throwIfAborted();
    if (!page.ok) {
      shell.note(failureText(page.failure));
      return exitCodeOf(page.failure);
    }
    return await runLocked({
      page: asObject(page.result.page),
      job,
      table,
      journalPath,
      failedPath,
      options,
      shell,
      call: account.call,
    });
  } finally {
    await close();
  }
}

const ownProcess = ({ process }: Shell) => ({ ...process, ...readKernel(process.pid) });
const machineOf = (shell: Shell) => thisMachine(ownProcess(shell));

interface RunRequest {
  readonly page: Readonly<Record<string, unknown>>;
  readonly job: Job;
  readonly table: Table;
  readonly journalPath: string;
  readonly failedPath: string;
  readonly options: BulkOptions;
  readonly shell: Shell;
  readonly call: Account['call'];
}

async function runLocked(request: RunRequest): Promise<ExitCode> {
  const { page, journalPath, shell } = request;
  if (page.id === undefined) {
    throw new UsageError('ManyChat did not return the id of the page, which the journal needs: try again');
  }
  const { note, ending } = shell;
  const lock = await takeLock(`${journalPath}.lock`, ownProcess(shell), { clock: realClock, note, ending });
  try {
    return await runJournaled(request, lock);
  } finally {
    lock.release();
  }
}

async function runJournaled(request: RunRequest, lock: Lock): Promise<ExitCode> {
  const { page, job, table, journalPath, failedPath, options, shell, call } = request;
  const inFlight = new Set<string>();
  shell.onForcedEnd(() => endAtOnce(inFlight.size, shell, lock));
  const history = createHistory(job);
  const { failures } = history;
  const heading = { page: String(page.id), action: job.action };
  const journal = await openJournal(journalPath, heading, lock, machineOf(shell), history.addEntry);
  try {
    const scan = await scanTable(job, table, history, retryOf(options));
    const { counts, unusable } = scan;
    shell.note(
      `${quoted(page.name)}: ${counts.not_reached} of ${counts.total} contacts to do, with ids from column "${job.idColumn}".`,
    );
    const { onProgress, say, close } = showProgress(counts, shell);
    const sayStopping = (): void => say(`stopping, ${inFlight.size} in flight`);
    shell.ending.addEventListener('abort', sayStopping, { once: true });
    const ending = await runJob({
      job,
      table,
      failures,
      scan,
      journal,
      call,
      inFlight,
      ending: shell.ending,
      onProgress,
    }).finally(close);
    shell.ending.removeEventListener('abort', sayStopping);
    shell.print(options.json === true ? JSON.stringify(counts) : summaryText(counts));
    listFailures(failedPath, [...unusable, ...failures.values()], shell, lock);
    for (const line of advice({ counts, unusableCount: unusable.length, ending, failedPath })) shell.note(line);
    return exitCodeAfter(counts);
  } finally {
    await journal.close();
  }
}

/** A list that cannot be written does not change the outcome of the run. */
function listFailures(path: string, entries: readonly Entry[], { note }: Shell, { owner }: Lock): void {
  try {
    writeFailedRows(path, entries, owner);
  } catch (error) {
    note(`${path} cannot be written: ${errorMessage(error)}`);
  }
}

/** At a second signal: the journal already marks what is in flight, so nothing else becomes unknown. */
function endAtOnce(inFlightCount: number, shell: Shell, lock: Lock): ExitCode {
  if (shell.interactive) shell.redraw('');
  const unanswered =
    inFlightCount === 0
      ? 'Nothing was in flight.'
      : `${inFlightCount} in flight without a response: unknown whether they arrived.`;
  shell.note(`Ended at once. ${unanswered} The same command continues with the contacts not reached.`);
  lock.release();
  return inFlightCount === 0 ? exitCodes.again : exitCodes.unknown;
}
