import { asObject } from '../../../../tools/contract/json.js';
import { quoted } from '../../../../tools/contract/quoted.js';
import { getPage } from '../../../../tools/endpoints/page.js';
import type { Account } from '../../../account/account.js';
import { plainTool } from '../../../account/policy/tool.js';
import { UsageError } from '../../../config/usage-error.js';
import { lookUpContacts } from '../../match/job-contacts.js';
import { JournalError } from '../journal/appender.js';
import type { MatchedContact, State } from '../journal/entry.js';
import type { Lock } from '../journal/lock.js';
import type { Previewer } from '../preview/preview.js';
import { JobRefused, previewFor } from '../preview/question.js';
import { type ChatLinkOf, readChatLinks } from '../progress/chat-links.js';
import { adviceFor, rowAdviceFor } from '../progress/failed-advice.js';
import { nothingToSetText } from '../progress/progress-text.js';
import type { FailedRow } from '../table/failed-rows.js';
import { type JobFiles, openJobFiles } from './job-files.js';
import type { JobRequest, Page, RunPaths } from './request.js';
import { type Ending, runJob } from './run.js';
import type { Scan } from './scan.js';

/** A job on an account that was reached. */
export interface AccountJob extends JobRequest {
  readonly account: Account;
  readonly page: Page;
}

/** A job whose journal is open. */
export interface OpenJob extends AccountJob {
  readonly paths: RunPaths;
  readonly files: JobFiles;
}

/** A job whose rows were scanned. */
export interface ScannedJob extends OpenJob {
  readonly scan: Scan;
  /** What a person is shown; undefined if nobody is asked. */
  readonly previewer: Previewer | undefined;
}

/**
 * Phase 1: reads the page.
 * @throws JobRefused if the account cannot be reached.
 */
export async function reachAccount(request: JobRequest, account: Account): Promise<AccountJob> {
  const { ending } = request.shell;
  const page = await account.call(plainTool(getPage), {}, { signal: ending });
  ending.throwIfAborted();
  if (!page.ok) throw new JobRefused([{ name: request.name, failure: page.failure }]);
  return { ...request, account, page: asObject(page.result.page) };
}

/** Phase 2: locks and reads the journal. The caller closes the files. */
export async function openJob(job: AccountJob, paths: RunPaths, onLock: (lock: Lock) => void): Promise<OpenJob> {
  return { ...job, paths, files: await openJobFiles(job, paths, job.page, onLock) };
}

/**
 * Phase 3: finds the contacts of the rows, which are kept in the journal before anything is done.
 * @throws JobRefused if the account does not answer; UsageError if the contacts cannot be looked up.
 */
export async function findJobContacts(opened: OpenJob): Promise<OpenJob> {
  const { account, shell } = opened;
  const { journal, history, skipped } = opened.files;
  const onFound = (matched: MatchedContact): void => {
    journal.appendMatch(matched);
    history.addMatch(matched);
  };
  try {
    for (const matched of skipped.flatMap(({ matches }) => matches)) journal.appendMatch(matched);
    const side = { call: account.call, signal: shell.ending };
    const job = await lookUpContacts(opened, side, { ids: history.matches, onFound }).finally(journal.flushed);
    return { ...opened, job };
  } catch (error) {
    const { size } = history.matches;
    if (size > 0)
      shell.note(
        `${size} ${size === 1 ? 'contact was' : 'contacts were'} found. The same command looks up the others.`,
      );
    throw error instanceof JournalError ? new UsageError(error.message) : error;
  }
}

/**
 * Phase 4, before the rows are scanned: prepares what a person is shown; undefined if nobody is asked.
 * @throws JobRefused if the account cannot be read.
 */
export async function openPreviewer(job: OpenJob, maxRows: number): Promise<Previewer | undefined> {
  const { options, shell } = job;
  return options.yes === true || shell.ask === undefined ? undefined : previewFor(job, maxRows, shell.ending);
}

/** Phase 6: records in the journal whom earlier jobs reached, and says what is about to be done. */
export async function beginJob({ job, scan, files, page, shell }: ScannedJob): Promise<void> {
  const { journal, skipped } = files;
  for (const entry of skipped.flatMap(({ entries }) => entries)) journal.append(entry);
  if (skipped.length > 0) await journal.flushed();
  const { not_reached: open, total } = scan.counts;
  const idle = scan.nothingToSet === 0 ? '' : ` ${nothingToSetText(scan.nothingToSet)}.`;
  shell.note(`${quoted(page.name)}: ${open} of ${total} contacts to do, with ${job.contacts.source}.${idle}`);
}

/** What a run reports to while it goes on. */
export interface RunSide {
  /** Ids of the contacts whose message has left and is unanswered; kept up to date. */
  readonly inFlight: Set<string>;
  readonly ending: AbortSignal;
  onOutcome(state: State): void;
  onWarning(text: string): void;
}

/** Phase 7: does what is to be done. */
export function carryOut({ job, table, scan, account, files, time }: ScannedJob, side: RunSide): Promise<Ending> {
  const { journal, history } = files;
  return runJob({ job, table, failures: history.failures, scan, journal, call: account.call, now: time.now, ...side });
}

/** Phase 8: what failed or is unknown, with what to do about it. */
export function failuresOf(
  { name, job, scan, files }: ScannedJob,
  chatLinkOf: ChatLinkOf = () => undefined,
): FailedRow[] {
  const rows: FailedRow[] = [
    ...scan.unusable.map((row) => ({ ...row, what_to_do: rowAdviceFor(row) })),
    ...[...files.history.failures.values()].map((entry) => ({
      ...entry,
      what_to_do: adviceFor(entry, job.action),
      chat: chatLinkOf(entry.id),
    })),
  ];
  return rows.map((row) => ({ ...row, account: name }));
}

/** Phase 8: the rows of the list of failures. */
export async function failedRowsOf(job: ScannedJob): Promise<FailedRow[]> {
  return failuresOf(job, await readChatLinks([...job.files.history.failures.values()], job.account.call));
}
