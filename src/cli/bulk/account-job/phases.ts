import { asObject } from '../../../../tools/contract/json.js';
import { quoted } from '../../../../tools/contract/quoted.js';
import { getPage } from '../../../../tools/endpoints/page.js';
import type { Account } from '../../../account/account.js';
import { plainTool } from '../../../account/policy/tool.js';
import { UsageError } from '../../../config/usage-error.js';
import { errorMessage } from '../../../text/error-text.js';
import { lookUpContacts } from '../../match/job-contacts.js';
import type { Job } from '../job/job.js';
import { contradictingRows, contradictions } from '../job/repeated-rows.js';
import { JournalError } from '../journal/appender.js';
import type { MatchedContact } from '../journal/entry.js';
import type { Lock } from '../journal/lock.js';
import { retryOf } from '../options.js';
import type { Previewer } from '../preview/preview.js';
import { isAgreed, JobRefused, previewFor } from '../preview/question.js';
import { readChatLinks } from '../progress/chat-links.js';
import { adviceFor, rowAdviceFor } from '../progress/failed-advice.js';
import { type FailedRow, writeFailedRows } from '../table/failed-rows.js';
import { skippedText } from './earlier-job.js';
import { type JobFiles, openJobFiles } from './job-files.js';
import type { Page, RunRequest } from './request.js';
import { type Ending, runJob } from './run.js';
import { type Scan, scanTable } from './scan.js';

/** A job on an account that was reached. */
export interface AccountJob extends RunRequest {
  readonly account: Account;
  readonly page: Page;
}

/** A job whose journal is open. */
export interface OpenJob extends AccountJob {
  readonly files: JobFiles;
}

/** A job whose table was read. */
export interface ScannedJob extends OpenJob {
  readonly scan: Scan;
  /** What a person is shown; undefined if nobody is asked. */
  readonly previewer: Previewer | undefined;
}

/**
 * Phase 1: reads the page.
 * @throws JobRefused if the account cannot be reached.
 */
export async function reachAccount(request: RunRequest, account: Account): Promise<AccountJob> {
  const { ending } = request.shell;
  const page = await account.call(plainTool(getPage), {}, { signal: ending });
  ending.throwIfAborted();
  if (!page.ok) throw new JobRefused(page.failure);
  return { ...request, account, page: asObject(page.result.page) };
}

/** Phase 2: locks and reads the journal. Whoever calls this closes the files. */
export async function openJob(job: AccountJob, onLock: (lock: Lock) => void): Promise<OpenJob> {
  return { ...job, files: await openJobFiles(job, job.page, onLock) };
}

/** The job with its contacts, which are kept in its journal before anything is done. */
async function withContacts(opened: OpenJob): Promise<Job> {
  const { account, shell } = opened;
  const { journal, history, skipped } = opened.files;
  const side = { call: account.call, signal: shell.ending };
  const onFound = (matched: MatchedContact): void => {
    journal.appendMatch(matched);
    history.addMatch(matched);
  };
  try {
    for (const matched of skipped?.matches ?? []) journal.appendMatch(matched);
    return await lookUpContacts(opened, side, { ids: history.matches, onFound }).finally(journal.flushed);
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
 * Phase 3: looks up the contacts, reads the whole table, and decides which contacts have a turn.
 * @throws UsageError if the ids are uncertain; JobRefused if the account cannot be read.
 */
export async function scanJob(opened: OpenJob): Promise<ScannedJob> {
  const { table, files, options, account, shell } = opened;
  const job = await withContacts(opened);
  const isAsked = options.yes !== true && shell.ask !== undefined;
  const previewer = isAsked ? await previewFor(job, table, account, shell.ending) : undefined;
  const scan = await scanTable(job, table, files.history, retryOf(options), previewer?.onOpen);
  if (scan.remark !== undefined) shell.note(scan.remark);
  const { skipped } = files;
  if (skipped !== undefined) shell.note(skippedText(options.skipDoneOf ?? '', skipped.reached, scan.statuses));
  return { ...opened, job, scan, previewer };
}

/** Phase 4: shows a person what is about to be done, and asks. True if nobody has to be asked. */
export async function confirmJob(scanned: ScannedJob): Promise<boolean> {
  const { job, table, scan, previewer, shell } = scanned;
  const { ask } = shell;
  if (ask !== undefined && previewer !== undefined && scan.counts.not_reached > 0) {
    return isAgreed(scanned, previewer, shell, ask);
  }
  for (const line of contradictions(await contradictingRows(job, table, scan.repeated))) shell.note(line);
  return true;
}

/** What a run reports to while it goes on. */
export interface RunSide {
  /** Ids of the contacts whose message has left and is unanswered; kept up to date. */
  readonly inFlight: Set<string>;
  onProgress(): void;
  onWarning(text: string): void;
}

/** Records in the journal whom an earlier job reached, and says what is about to be done. */
export async function beginJob({ job, scan, files, page, shell }: ScannedJob): Promise<void> {
  const { journal, skipped } = files;
  for (const entry of skipped?.entries ?? []) journal.append(entry);
  if (skipped !== undefined) await journal.flushed();
  const { not_reached: open, total } = scan.counts;
  shell.note(`${quoted(page.name)}: ${open} of ${total} contacts to do, with ${job.contacts.source}.`);
}

/** Phase 5: does what is to be done. */
export function carryOut(scanned: ScannedJob, side: RunSide): Promise<Ending> {
  const { job, table, scan, account, shell } = scanned;
  const { journal, history } = scanned.files;
  const { failures } = history;
  return runJob({ job, table, failures, scan, journal, call: account.call, ending: shell.ending, ...side });
}

/** Phase 6: lists what failed. A list that cannot be written does not change the outcome of the run. */
export async function listFailures({ account, scan, files, paths, shell }: ScannedJob): Promise<void> {
  const failures = [...files.history.failures.values()];
  const chatLinkOf = await readChatLinks(failures, account.call);
  const rows: FailedRow[] = [
    ...scan.unusable.map((row) => ({ ...row, what_to_do: rowAdviceFor(row) })),
    ...failures.map((entry) => ({ ...entry, what_to_do: adviceFor(entry), chat: chatLinkOf(entry.id) })),
  ];
  try {
    writeFailedRows(paths.failed, rows, files.lock.owner);
  } catch (error) {
    shell.note(`${paths.failed} cannot be written: ${errorMessage(error)}`);
  }
}
