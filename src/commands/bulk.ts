import { existsSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { doneByAction } from '../../tools/actions.js';
import { asObject } from '../../tools/lenient.js';
import { getPage } from '../../tools/page.js';
import { type Counts, createProgressText, summaryText } from '../bulk/counts.js';
import { type Job, type JobOptions, planJob } from '../bulk/job.js';
import { type Entry, type Journal, openJournal, peekJournal } from '../bulk/journal.js';
import { takeLock } from '../bulk/lock.js';
import { createLedger, type Ending, runJob, survey } from '../bulk/run.js';
import { openTable, type Table } from '../bulk/table.js';
import type { Config } from '../config.js';
import { exclusionOf } from '../exclusion.js';
import { reasonOf } from '../reason.js';
import { openRuntime, type Runtime } from '../runtime.js';
import { type ExitCode, exitCodes, type Shell, UsageError } from '../shell.js';
import { plainTool } from '../tool.js';
import { exitCodeOf, failureText } from './call.js';

/** Options of the bulk command besides the job. */
export interface BulkOptions extends JobOptions {
  readonly retryUnknown?: true | undefined;
  readonly retryFailed?: true | undefined;
  readonly journal?: string | undefined;
  readonly json?: true | undefined;
}

/** Rows that a dry run shows. */
const rowsShown = 3;
const redrawMs = 200;

/** Shows what would be done for the first rows, and which rows could not be used; makes no request. */
async function dryRun({ job, table, shell, options }: Omit<Parts, 'runtime'>, journalPath: string): Promise<ExitCode> {
  const ledger = createLedger();
  peekJournal(journalPath, job.action, ledger.note);
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

/** A file by its one true name; its folder's, where it is not there yet. */
function realPath(path: string): string {
  try {
    return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));
  } catch (error) {
    throw new UsageError(reasonOf(error));
  }
}

/** Writes what failed and why beside the table, or takes away what an earlier run has written. */
function writeTroubles(path: string, troubles: readonly Entry[]): void {
  if (troubles.length === 0) {
    rmSync(path, { force: true });
    return;
  }
  const rows = troubles.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const columns: (keyof Entry)[] = ['line', 'id', 'state', 'kind', 'message'];
  // A cell that a spreadsheet would take for a formula is text.
  const text = stringify(rows, { header: true, columns, escape_formulas: true });
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function exitCodeAfter({ unknown, not_reached, failed }: Counts): ExitCode {
  if (unknown > 0) return exitCodes.unknown;
  if (not_reached > 0) return exitCodes.again;
  return failed > 0 ? exitCodes.failed : exitCodes.done;
}

/** Calls back with the counts as they change: often on a terminal, seldom elsewhere. */
function showProgress(counts: Counts, shell: Shell): { onProgress: () => void; close: () => void } {
  const text = createProgressText(() => performance.now(), counts.total - counts.not_reached);
  if (!shell.interactive) {
    const onProgress = (): void => {
      const line = text.line(counts);
      if (line !== undefined) shell.note(line);
    };
    return { onProgress, close: () => undefined };
  }
  const draw = (): void => shell.redraw(text.bar(counts).slice(0, shell.columns - 1));
  const timer = setInterval(draw, redrawMs);
  draw();
  return {
    onProgress: () => undefined,
    close() {
      clearInterval(timer);
      draw();
      shell.note('');
    },
  };
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
  const table = await openTable(path);
  const job = planJob(options, table);
  if (config.readOnly) throw new UsageError('--read-only does not go with bulk, which changes or sends');
  const refused = exclusionOf(config, doneByAction(job.action));
  if (refused !== undefined) throw new UsageError(refused);
  if (options.journal === '') throw new UsageError('--journal needs a path');
  const parts = { table, job, path, options, shell };
  // One file has one journal, by whatever name it is called.
  const journalPath = options.journal === undefined ? `${realPath(path)}.journal` : realPath(options.journal);
  if (config.dryRun) return dryRun(parts, journalPath);
  const runtime = await openRuntime(config);
  try {
    const page = await pageOf(runtime, shell);
    if (!page.ok) {
      shell.note(failureText(page.failure));
      return exitCodeOf(page.failure);
    }
    return await onPage(asObject(page.result.page), { ...parts, runtime }, journalPath);
  } finally {
    await runtime.close();
  }
}

interface Parts {
  readonly table: Table;
  readonly job: Job;
  readonly runtime: Runtime;
  readonly path: string;
  readonly options: BulkOptions;
  readonly shell: Shell;
}

async function onPage(
  page: Record<string, unknown>,
  { table, job, runtime, path, options, shell }: Parts,
  journalPath: string,
): Promise<ExitCode> {
  if (page.id === undefined) {
    throw new UsageError('ManyChat does not tell the id of the page, without which no journal can be kept: try again');
  }
  const failedPath = `${options.journal ?? path}.failed.csv`;
  const lock = await takeLock(`${journalPath}.lock`, shell.process);
  const ledger = createLedger();
  const { troubles } = ledger;
  let journal: Journal | undefined;
  try {
    const heading = { page: String(page.id), action: job.action };
    journal = await openJournal(journalPath, heading, lock, ledger.note);
    const surveyed = await survey(job, table, ledger, retryOf(options));
    const { counts, unusable } = surveyed;
    shell.note(
      `${String(page.name)}: ${counts.not_reached} of ${counts.total} contacts to do, by the ids in "${job.idColumn}".`,
    );
    const { onProgress, close } = showProgress(counts, shell);
    const { call } = runtime;
    const ending = await runJob({
      job,
      table,
      troubles,
      survey: surveyed,
      journal,
      call,
      ending: shell.ending,
      onProgress,
    }).finally(close);
    shell.print(options.json === true ? JSON.stringify(counts) : summaryText(counts));
    try {
      writeTroubles(failedPath, [...unusable, ...troubles.values()]);
    } catch (error) {
      shell.note(`${failedPath} cannot be written: ${reasonOf(error)}`);
    }
    for (const line of advice(counts, unusable.length, ending, failedPath)) shell.note(line);
    return exitCodeAfter(counts);
  } finally {
    await journal?.close();
    lock.release();
  }
}
