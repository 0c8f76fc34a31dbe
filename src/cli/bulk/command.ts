import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { asObject } from '../../../tools/contract/json.js';
import { quoted } from '../../../tools/contract/quoted.js';
import { getPage } from '../../../tools/endpoints/page.js';
import { actionCapabilities } from '../../../tools/workflows/for-each/action.js';
import { openRuntime, type Runtime } from '../../account/account.js';
import { exclusionOf } from '../../account/policy/exclusion.js';
import { plainTool } from '../../account/policy/tool.js';
import type { Config } from '../../config/config.js';
import { UsageError } from '../../config/usage-error.js';
import { errorMessage } from '../../text/error-text.js';
import { realClock } from '../../upstream/clock.js';
import { exitCodeOf, failureText } from '../commands/failure-text.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import type { Shell } from '../shell.js';
import { type Job, type JobOptions, planJob } from './job/job.js';
import { createLedger } from './journal/history.js';
import { type Journal, openJournal, peekJournal } from './journal/journal.js';
import type { LockOwner } from './journal/lock.js';
import { takeLock } from './journal/lock.js';
import { type Kernel, readKernel, thisMachine } from './journal/machine.js';
import { showProgress } from './progress/progress-line.js';
import { type Counts, summaryText } from './progress/progress-text.js';
import { type Ending, runJob } from './run.js';
import { survey } from './scan.js';
import { openTable, type Table } from './table/csv-table.js';
import { writeTroubles } from './table/failed-rows.js';

/** Options of the bulk command besides the job. */
export interface BulkOptions extends JobOptions {
  readonly retryUnknown?: true | undefined;
  readonly retryFailed?: true | undefined;
  readonly journal?: string | undefined;
  readonly json?: true | undefined;
}

/** Rows that a dry run shows. */
const rowsShown = 3;

/** Shows what would be done for the first rows, and which rows could not be used; makes no request. */
async function dryRun({ job, table, shell, options, self }: Parts, journalPath?: string): Promise<ExitCode> {
  const ledger = createLedger(job);
  if (journalPath !== undefined) {
    peekJournal(journalPath, job.action, thisMachine(self), ledger.note);
  }
  const { counts, unusable, standings } = await survey(job, table, ledger, retryOf(options));
  const code = counts.failed === 0 ? exitCodes.done : exitCodes.failed;
  for (const { line, message } of unusable.slice(0, 10)) shell.note(`line ${line} would fail: ${message}`);
  if (options.json === true) {
    shell.print(JSON.stringify(counts));
    return code;
  }
  const shown = new Set<string>();
  for await (const row of table.rows()) {
    const wanted = job.wantedOf(row);
    if ('problem' in wanted || wanted.args === undefined) continue;
    if (standings.get(wanted.id) === 'settled' || shown.has(wanted.id)) continue;
    shell.print(`line ${row.line}: ${JSON.stringify(wanted.args)}`);
    shown.add(wanted.id);
    if (shown.size === rowsShown) break;
  }
  if (counts.not_reached > shown.size) shell.print(`… and ${counts.not_reached - shown.size} more`);
  const before = counts.failed - unusable.length + counts.unknown;
  const earlier =
    before === 0 ? '' : `, ${before} that failed or are unknown already (see --retry-failed, --retry-unknown)`;
  shell.print(
    `${counts.not_reached} contacts${earlier}, ${unusable.length} rows that cannot be used, ${counts.repeated} repeated ids. Nothing was done.`,
  );
  return code;
}

const retryOf = ({ retryFailed, retryUnknown }: BulkOptions) => ({
  failed: retryFailed === true,
  unknown: retryUnknown === true,
});

/**
 * Where the journal of a table is; undefined where it has none. One file has one journal, by whatever links it is named.
 * Those of a journal are not followed.
 */
function journalPathOf(path: string, { piped }: Table, given: string | undefined): string | undefined {
  if (given === '') throw new UsageError('--journal needs a path');
  try {
    if (given !== undefined) return join(realpathSync(dirname(given)), basename(given));
    return piped ? undefined : `${realpathSync(path)}.journal`;
  } catch (error) {
    throw new UsageError(errorMessage(error));
  }
}

/** Where it is told what failed: beside the journal, or the file that a link such as /dev/stdin leads to. */
function failedPathOf(path: string, { piped }: Table, given: string | undefined): string {
  const real = !piped && lstatSync(path).isSymbolicLink() ? realpathSync(path) : path;
  return `${given ?? real}.failed.csv`;
}

function exitCodeAfter({ unknown, not_reached, failed }: Counts): ExitCode {
  if (unknown > 0) return exitCodes.unknown;
  if (not_reached > 0) return exitCodes.again;
  return failed > 0 ? exitCodes.failed : exitCodes.done;
}

/** How to go on after a run that did not settle everybody. */
function advice({ failed, unknown, not_reached }: Counts, unusable: number, ending: Ending, failedPath: string) {
  const lines: string[] = [];
  if (ending.how !== 'finished') lines.push(`Stopped. ${ending.how === 'stopped' ? ending.why : 'You ended it.'}`);
  if (failed + unknown > 0) lines.push(`What failed or is unknown, and why: ${failedPath}`);
  if (not_reached > 0) {
    const first = ending.how === 'stopped' ? 'Once that is mended, the' : 'The';
    lines.push(`${first} same command goes on with those not reached.`);
  }
  if (unusable === 1) lines.push('1 row cannot be used: mend it in the table and give the same command.');
  if (unusable > 1) lines.push(`${unusable} rows cannot be used: mend them in the table and give the same command.`);
  if (failed > unusable) lines.push('With --retry-failed it tries again those that failed.');
  if (unknown > 0) {
    lines.push(
      'Unknown: they may have got it. Look at their chats before you use --retry-unknown, which does it again for them.',
    );
  }
  return lines;
}

async function pageOf({ call }: Runtime, shell: Shell) {
  return call(plainTool(getPage), {}, { signal: shell.ending });
}

/** Does one thing with every contact of a CSV file, resumable and never twice. */
export async function bulk(config: Config, path: string, options: BulkOptions, shell: Shell): Promise<ExitCode> {
  // Until there is a run nothing is under way.
  shell.onForcedEnd(() => exitCodes.again);
  try {
    return await bulkOf(config, path, options, shell);
  } catch (error) {
    if (error !== shell.ending.reason || !shell.ending.aborted) throw error;
    shell.note('Stopped before anything was begun.');
    return exitCodes.again;
  }
}

async function bulkOf(config: Config, path: string, options: BulkOptions, shell: Shell): Promise<ExitCode> {
  const table = await openTable(path, shell.ending);
  const job = planJob(options, table);
  const { policy } = config.account;
  if (policy.readOnly) throw new UsageError('--read-only does not go with bulk, which changes or sends');
  const refused = exclusionOf(policy, actionCapabilities(job.action));
  if (refused !== undefined) throw new UsageError(refused);
  const journalPath = journalPathOf(path, table, options.journal);
  const { process: self } = shell;
  const parts: Parts = { table, job, path, options, shell, self: { ...self, ...readKernel(self.pid) } };
  if (policy.dryRun) return dryRun(parts, journalPath);
  if (journalPath === undefined) {
    throw new UsageError(`${path} is a pipe: name with --journal where to write down what was done`);
  }
  const runtime = await openRuntime(config);
  try {
    const page = await pageOf(runtime, shell);
    shell.ending.throwIfAborted();
    if (!page.ok) {
      shell.note(failureText(page.failure));
      return exitCodeOf(page.failure);
    }
    return await onPage(asObject(page.result.page), parts, runtime, journalPath);
  } finally {
    await runtime.close();
  }
}

interface Parts {
  readonly table: Table;
  readonly job: Job;
  readonly path: string;
  readonly options: BulkOptions;
  readonly shell: Shell;
  readonly self: LockOwner & Kernel;
}

/** Ends at once: what is under way is not waited for. Nothing that has not left becomes unknown by it. */
function endAtOnce(underWay: ReadonlySet<string>, shell: Shell, release: () => void): ExitCode {
  if (shell.interactive) shell.redraw('');
  const { size } = underWay;
  const left =
    size === 0 ? 'Nothing was under way.' : `${size} under way, not waited for: unknown whether they arrived.`;
  shell.note(`Ended at once. ${left} The same command goes on with those not reached.`);
  release();
  return size === 0 ? exitCodes.again : exitCodes.unknown;
}

async function onPage(
  page: Record<string, unknown>,
  { table, job, path, options, shell, self }: Parts,
  { call }: Runtime,
  journalPath: string,
): Promise<ExitCode> {
  if (page.id === undefined) {
    throw new UsageError('ManyChat does not tell the id of the page, without which no journal can be kept: try again');
  }
  const failedPath = failedPathOf(path, table, options.journal);
  const { note, ending: asked } = shell;
  const lock = await takeLock(`${journalPath}.lock`, self, { timing: realClock, note, ending: asked });
  const ledger = createLedger(job);
  const { troubles } = ledger;
  /** Contacts to whom a message has left whose answer is not there yet. */
  const underWay = new Set<string>();
  shell.onForcedEnd(() => endAtOnce(underWay, shell, lock.release));
  let journal: Journal | undefined;
  try {
    const heading = { page: String(page.id), action: job.action };
    journal = await openJournal(journalPath, heading, lock, thisMachine(self), ledger.note);
    const surveyed = await survey(job, table, ledger, retryOf(options));
    const { counts, unusable } = surveyed;
    note(
      `${quoted(page.name)}: ${counts.not_reached} of ${counts.total} contacts to do, by the ids in "${job.idColumn}".`,
    );
    const { onProgress, say, close } = showProgress(counts, shell);
    const sayStopping = (): void => say(`stopping, ${underWay.size} under way`);
    asked.addEventListener('abort', sayStopping, { once: true });
    const parts = { job, table, troubles, survey: surveyed, journal, call, underWay, ending: asked, onProgress };
    const ending = await runJob(parts).finally(close);
    asked.removeEventListener('abort', sayStopping);
    shell.print(options.json === true ? JSON.stringify(counts) : summaryText(counts));
    try {
      writeTroubles(failedPath, [...unusable, ...troubles.values()], lock.owner);
    } catch (error) {
      note(`${failedPath} cannot be written: ${errorMessage(error)}`);
    }
    for (const line of advice(counts, unusable.length, ending, failedPath)) note(line);
    return exitCodeAfter(counts);
  } finally {
    await journal?.close();
    lock.release();
  }
}
