import type { Failure } from '../../../../tools/contract/failure.js';
import type { Account } from '../../../account/account.js';
import { openAccounts } from '../../library/open-account.js';
import { lookUpContacts } from '../../match/job-contacts.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import { peekHistory } from '../account-job/earlier-job.js';
import { otherJournalText } from '../account-job/other-journals.js';
import type { JobPaths, JobRequest, Page } from '../account-job/request.js';
import { jobPathsOf } from '../accounts/job-paths.js';
import { withKernel } from '../journal/lock-holder.js';
import { thisMachine } from '../journal/machine.js';
import { retryOf } from '../options.js';
import { type CheckedAccount, readPage } from '../preview/account-checks.js';
import { type DryRun, showDryRuns } from '../preview/dry-run.js';
import { uncertainNumbers, withCertainNumbers } from '../preview/number-columns.js';
import { openPreview } from '../preview/preview.js';
import { allOf } from './all-of.js';
import { type Order, requestsOf, rowsShownIn } from './order.js';
import { refuseSharedPages } from './pages.js';
import { scanJobs } from './scan-jobs.js';

/** A job whose page was read, unless the dry run is offline. */
interface LookedUp extends JobRequest {
  readonly account: CheckedAccount | undefined;
  readonly page: Page | undefined;
  readonly failure: Failure | undefined;
}

async function lookUp(request: JobRequest, account: Account | undefined): Promise<LookedUp> {
  const read = account && (await readPage(account, request.shell.ending));
  request.shell.ending.throwIfAborted();
  if (read === undefined) return { ...request, account: undefined, page: undefined, failure: undefined };
  if ('failure' in read) return { ...request, account: undefined, page: undefined, failure: read.failure };
  return { ...request, ...read, failure: undefined };
}

/** What a run would say of another journal that knows of the same job. */
function otherJournal({ options, tablePath, shell }: Order, dryRun: DryRun, paths: JobPaths | undefined): string[] {
  const { page } = dryRun;
  const journal = paths?.journal;
  if (page === undefined || journal === undefined) return [];
  return [
    otherJournalText({ ...dryRun, page, journal, earlier: paths?.earlier ?? [], options, shell }, tablePath) ?? [],
  ].flat();
}

/** Shows what a run would do. */
export async function dryRun(order: Order): Promise<ExitCode> {
  const { table, options, shell, targets, hostParts, state } = order;
  const all = targets.targets.map(({ settings }) => settings);
  const opened = options.offline === true ? undefined : await openAccounts(targets.config, all, hostParts, state);
  try {
    const jobs = await Promise.all(requestsOf(order).map((request, index) => lookUp(request, opened?.accounts[index])));
    refuseSharedPages(jobs.flatMap(({ name, page }) => (page === undefined ? [] : [{ name, page }])));
    const accounts = jobs.map(({ name, page }) => ({
      name,
      page: page?.id === undefined ? undefined : String(page.id),
    }));
    const paths = jobPathsOf(order.paths, accounts, shell.note);
    const machine = thisMachine(withKernel(shell.process));
    const maxRows = rowsShownIn(order);
    const uncertain = await uncertainNumbers(order.job, table);
    const prepared = await allOf(
      jobs.map(async (request, index) => {
        const { table: rows, account, page } = request;
        const history = peekHistory(request, paths[index] ?? { journal: undefined, earlier: [] }, page, machine);
        const lookups = { ids: history.matches, onFound: () => undefined };
        const checked = account && (await withCertainNumbers(request.job, uncertain, account));
        const certain = checked !== undefined && 'job' in checked ? { ...request, ...checked } : request;
        const job = account === undefined ? request.job : await lookUpContacts(certain, account, lookups);
        return { ...request, job, history, previewer: await openPreview(job, rows, account, maxRows) };
      }),
    );
    const parts = prepared.map(({ previewer, ...part }) => ({ ...part, onOpen: previewer.onOpen }));
    const { scans, remark } = await scanJobs(parts, table, targets.nameOf, retryOf(options));
    if (remark !== undefined) shell.note(remark);
    const dryRuns = await Promise.all(
      prepared.map(async ({ name, job, page, failure, previewer }, index) => {
        const scan = scans[index];
        if (scan === undefined) throw new Error('each job has a scan');
        const preview = await previewer.result(scan);
        const settings = opened?.accounts[index]?.settings ?? all[index] ?? targets.config.account;
        return { name, job, page, scan, settings, preview: { ...preview, failure: failure ?? preview.failure } };
      }),
    );
    shell.ending.throwIfAborted();
    const code = showDryRuns(dryRuns, options.json === true, shell);
    const others = targets.config.sandbox
      ? []
      : dryRuns.flatMap((each, index) => otherJournal(order, each, paths[index]));
    for (const other of others) shell.note(`A run would be refused: ${other}`);
    return code === exitCodes.done && others.length > 0 ? exitCodes.failed : code;
  } finally {
    await opened?.close();
  }
}
