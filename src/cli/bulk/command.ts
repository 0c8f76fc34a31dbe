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
import { planJob } from './job/job.js';
import { createLedger } from './journal/history.js';
import { type Journal, openJournal } from './journal/journal.js';
import { takeLock } from './journal/lock.js';
import { readKernel, thisMachine } from './journal/machine.js';
import { type BulkOptions, type Parts, retryOf } from './options.js';
import { failedPathOf, journalPathOf } from './output-paths.js';
import { showProgress } from './progress/progress-line.js';
import { summaryText } from './progress/progress-text.js';
import { advice, exitCodeAfter } from './progress/report.js';
import { runJob } from './run.js';
import { survey } from './scan.js';
import { openTable } from './table/csv-table.js';
import { writeTroubles } from './table/failed-rows.js';

async function pageOf({ call }: Account, shell: Shell) {
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
  const { account, close } = await openOwnAccount(config);
  try {
    const page = await pageOf(account, shell);
    shell.ending.throwIfAborted();
    if (!page.ok) {
      shell.note(failureText(page.failure));
      return exitCodeOf(page.failure);
    }
    return await onPage(asObject(page.result.page), parts, account, journalPath);
  } finally {
    await close();
  }
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
  { call }: Account,
  journalPath: string,
): Promise<ExitCode> {
  if (page.id === undefined) {
    throw new UsageError('ManyChat does not tell the id of the page, without which no journal can be kept: try again');
  }
  const failedPath = failedPathOf(path, table, options.journal);
  const { note, ending: asked } = shell;
  const lock = await takeLock(`${journalPath}.lock`, self, { clock: realClock, note, ending: asked });
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
