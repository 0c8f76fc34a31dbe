import type { Config } from '../../../config/config.js';
import { lookUpContacts } from '../../match/job-contacts.js';
import { openOwnAccount } from '../../open-account.js';
import type { ExitCode } from '../../shell/exit-codes.js';
import { retryOf } from '../options.js';
import { readPage } from '../preview/account-checks.js';
import { showDryRun } from '../preview/dry-run.js';
import { headline, openPreview } from '../preview/preview.js';
import { peekHistory } from './earlier-job.js';
import { ownMachine } from './own-machine.js';
import type { JobRequest } from './request.js';
import { scanTable } from './scan.js';

/** Shows what a run would do. */
export async function dryRun(config: Config, request: JobRequest): Promise<ExitCode> {
  const { table, options, shell } = request;
  const opened = options.offline === true ? undefined : await openOwnAccount(config);
  try {
    const read = opened && (await readPage(opened.account, shell.ending));
    shell.ending.throwIfAborted();
    const account = read !== undefined && 'account' in read ? read : undefined;
    const history = peekHistory(request, account?.page, ownMachine(shell));
    const job =
      account === undefined
        ? request.job
        : await lookUpContacts(request, account.account, { ids: history.matches, onFound: () => undefined });
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
