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
import { earlierPathOf, failedPathOf, journalPathOf } from './account-job/output-paths.js';
import { runJob } from './account-job/run.js';
import { type Scan, scanTable } from './account-job/scan.js';
import { isRepeatable, type Job, planJob } from './job/job.js';
import { contradictingRows, contradictions } from './job/repeated-rows.js';
import type { Entry } from './journal/entry.js';
import { createHistory, entriesToSkip, type History, type Reached, reachedIn } from './journal/history.js';
import { openJournal } from './journal/journal.js';
import { type Lock, takeLock } from './journal/lock.js';
import { readKernel, thisMachine } from './journal/machine.js';
import { peekJournal, readEarlier } from './journal/reading.js';
import { type BulkOptions, retryOf } from './options.js';
import { readPage } from './preview/account-checks.js';
import { showDryRun } from './preview/dry-run.js';
import { headline, openPreview } from './preview/preview.js';
import { isAgreed, JobRefused, previewFor } from './preview/question.js';
import { readChatLinks } from './progress/chat-links.js';
import { adviceFor } from './progress/failed-advice.js';
import { showProgress } from './progress/progress-line.js';
import { summaryText } from './progress/progress-text.js';
import { advice, exitCodeAfter } from './progress/report.js';
import { openTable, type Table } from './table/csv-table.js';
import { type FailedRow, writeFailedRows } from './table/failed-rows.js';

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
  const journalPath = journalPathOf(path, table, options.journal);
  const earlierPath = options.skipDoneOf === undefined ? undefined : earlierPathOf(options.skipDoneOf, journalPath);
  if (policy.dryRun) return dryRun(config, { job, table, journalPath, earlierPath, options, shell });
  if (options.offline === true) throw new UsageError('--offline only goes with --dry-run');
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
      tablePath: table.piped ? undefined : path,
      journalPath,
      earlierPath,
      failedPath,
      options,
      shell,
      account,
    });
  } finally {
    await close();
  }
}

const ownProcess = ({ process }: Shell) => ({ ...process, ...readKernel(process.pid) });
const machineOf = (shell: Shell) => thisMachine(ownProcess(shell));

/** What a command line asks for. */
interface Request {
  readonly job: Job;
  readonly table: Table;
  readonly journalPath: string | undefined;
  /** The journal of an earlier job. */
  readonly earlierPath: string | undefined;
  readonly options: BulkOptions;
  readonly shell: Shell;
}

/** Shows what a run would do. */
async function dryRun(config: Config, request: Request): Promise<ExitCode> {
  const { job, table, options, shell } = request;
  const opened = options.offline === true ? undefined : await openOwnAccount(config);
  try {
    const read = opened && (await readPage(opened.account, shell.ending));
    shell.ending.throwIfAborted();
    const account = read !== undefined && 'account' in read ? read : undefined;
    const history = earlierHistory(request, account?.page);
    const previewer = await openPreview(job, table, account?.account);
    const scan = await scanTable(job, table, history, retryOf(options), previewer.onOpen);
    if (scan.remark !== undefined) shell.note(scan.remark);
    const failure = read !== undefined && 'failure' in read ? read.failure : undefined;
    const preview = await previewer.result(scan);
    shell.ending.throwIfAborted();
    shell.note(headline(job, account?.page));
    const { mode } = (opened?.config ?? config).account.access;
    const throughMaton = mode === 'none' ? undefined : mode === 'maton';
    return showDryRun(
      {
        scan,
        preview: { ...preview, failure: failure ?? preview.failure },
        throughMaton,
        asJson: options.json === true,
      },
      shell,
    );
  } finally {
    await opened?.close();
  }
}

/** What earlier runs did, without changing their journals. The page is that of the account, if it is known. */
function earlierHistory({ job, journalPath, earlierPath, shell }: Request, page: Page | undefined): History {
  const history = createHistory(job);
  const machine = machineOf(shell);
  const id = page?.id === undefined ? undefined : String(page.id);
  const heading = { action: job.action, ...(id !== undefined && { page: id }) };
  if (journalPath !== undefined) peekJournal(journalPath, heading, machine, history.addEntry);
  if (earlierPath === undefined) return history;
  const earlier = readEarlier(earlierPath, id, machine, historyOfEarlier(job));
  if (id === undefined)
    shell.note(`${earlierPath} is of page ${earlier.page}; whether that is this account was not checked.`);
  for (const entry of entriesToSkip(history, reachedIn(earlier.history))) history.addEntry(entry, true);
  return history;
}

type Page = Readonly<Record<string, unknown>>;

interface RunRequest extends Request {
  readonly page: Page;
  /** The file of the table; undefined for a pipe. */
  readonly tablePath: string | undefined;
  readonly journalPath: string;
  readonly failedPath: string;
  readonly account: Account;
}

async function runLocked(request: RunRequest): Promise<ExitCode> {
  const { page, journalPath, earlierPath, shell } = request;
  if (page.id === undefined) {
    throw new UsageError('ManyChat did not return the id of the page, which the journal needs: try again');
  }
  const { note, ending } = shell;
  const lockOf = (path: string): Promise<Lock> =>
    takeLock(`${path}.lock`, ownProcess(shell), { clock: realClock, note, ending });
  const lock = await lockOf(journalPath);
  try {
    // It is kept until the end: the earlier job must not go on beside this one.
    const earlierLock = earlierPath === undefined ? undefined : await lockOf(earlierPath);
    try {
      return await runJournaled(request, lock, earlierLock);
    } finally {
      earlierLock?.release();
    }
  } finally {
    lock.release();
  }
}

/** Creates the history of an earlier job. What may be repeated is only left open if this job may be repeated as well. */
const historyOfEarlier = (job: Job) => (action: Job['action']) =>
  createHistory({ repeatable: job.repeatable && isRepeatable(action) });

/** The contacts that an earlier job reached or may have reached, and the entries by which the journal leaves them out. */
function skippedContacts(
  { page, job, earlierPath = '', shell }: RunRequest,
  { uncertain }: Lock,
  history: ReturnType<typeof createHistory>,
): { readonly reached: Reached; readonly entries: readonly Entry[] } {
  const machine = uncertain === true ? undefined : machineOf(shell);
  const reached = reachedIn(readEarlier(earlierPath, String(page.id), machine, historyOfEarlier(job)).history);
  const entries = entriesToSkip(history, reached);
  for (const entry of entries) history.addEntry(entry, true);
  return { reached, entries };
}

/** Says how many of a table's contacts are left out because of an earlier job. */
function skippedText(path: string, { done, unknown }: Reached, statuses: Scan['statuses']): string {
  const [doneCount, unknownCount] = [done, unknown].map((ids) => ids.filter((id) => statuses.has(id)).length);
  return `Left out because of ${path}: ${doneCount} done, ${unknownCount} unknown.`;
}

async function runJournaled(request: RunRequest, lock: Lock, earlierLock: Lock | undefined): Promise<ExitCode> {
  const { page, job, table, tablePath, journalPath, failedPath, options, shell, account } = request;
  const inFlight = new Set<string>();
  shell.onForcedEnd(() => endAtOnce(inFlight.size, shell, earlierLock === undefined ? [lock] : [lock, earlierLock]));
  const history = createHistory(job);
  const { failures } = history;
  const heading = { page: String(page.id), action: job.action };
  const journal = await openJournal(journalPath, heading, lock, machineOf(shell), history.addEntry);
  try {
    const skipped = earlierLock && skippedContacts(request, earlierLock, history);
    const ask = options.yes === true ? undefined : shell.ask;
    const previewer = ask && (await previewFor(job, table, account, shell.ending));
    const scan = await scanTable(job, table, history, retryOf(options), previewer?.onOpen);
    const { counts, unusable, remark } = scan;
    if (remark !== undefined) shell.note(remark);
    if (skipped !== undefined) shell.note(skippedText(options.skipDoneOf ?? '', skipped.reached, scan.statuses));
    if (ask !== undefined && previewer !== undefined && counts.not_reached > 0) {
      if (!(await isAgreed({ job, scan, account, page, tablePath }, previewer, shell, ask))) {
        shell.note('Nothing was done.');
        return exitCodes.again;
      }
    } else for (const line of contradictions(await contradictingRows(job, table, scan.repeated))) shell.note(line);
    for (const entry of skipped?.entries ?? []) journal.append(entry);
    if (skipped !== undefined) await journal.flushed();
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
      call: account.call,
      inFlight,
      ending: shell.ending,
      onProgress,
      onWarning: say,
    }).finally(close);
    shell.ending.removeEventListener('abort', sayStopping);
    shell.print(options.json === true ? JSON.stringify(counts) : summaryText(counts));
    await listFailures(failedPath, unusable, [...failures.values()], request, lock);
    for (const line of advice({ counts, unusableCount: unusable.length, ending, failedPath, journalPath }))
      shell.note(line);
    return exitCodeAfter(counts);
  } finally {
    await journal.close();
  }
}

/** A list that cannot be written does not change the outcome of the run. */
async function listFailures(
  path: string,
  unusable: readonly Entry[],
  failures: readonly Entry[],
  { account, shell: { note } }: RunRequest,
  { owner }: Lock,
): Promise<void> {
  const chatLinkOf = await readChatLinks(failures, account.call);
  const rowOf = (entry: Entry, isUnusable: boolean): FailedRow => ({
    ...entry,
    what_to_do: adviceFor(entry, isUnusable),
    chat: isUnusable ? undefined : chatLinkOf(entry.id),
  });
  const rows = [...unusable.map((entry) => rowOf(entry, true)), ...failures.map((entry) => rowOf(entry, false))];
  try {
    writeFailedRows(path, rows, owner);
  } catch (error) {
    note(`${path} cannot be written: ${errorMessage(error)}`);
  }
}

/** At a second signal: the journal already marks what is in flight, so nothing else becomes unknown. */
function endAtOnce(inFlightCount: number, shell: Shell, locks: readonly Lock[]): ExitCode {
  if (shell.interactive) shell.redraw('');
  const unanswered =
    inFlightCount === 0
      ? 'Nothing was in flight.'
      : `${inFlightCount} in flight without a response: unknown whether they arrived.`;
  shell.note(`Ended at once. ${unanswered} The same command continues with the contacts not reached.`);
  for (const lock of locks) lock.release();
  return inFlightCount === 0 ? exitCodes.again : exitCodes.unknown;
}
