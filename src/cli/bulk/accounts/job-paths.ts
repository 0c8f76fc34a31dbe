import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../../../config/usage-error.js';
import { journalsIn } from '../account-job/journals-in.js';
import type { OutputPaths } from '../account-job/output-paths.js';
import type { JobPaths } from '../account-job/request.js';
import { peekHeading } from '../journal/reading.js';
import { journalOfAccount } from './journal-names.js';
import { labelled } from './label.js';

/** An account, and its page if that is known. */
export interface PageOfAccount {
  /** Undefined if the whole table is for one account. */
  readonly name: string | undefined;
  readonly page: string | undefined;
}

const isOf = (path: string, page: string | undefined): boolean =>
  page !== undefined && existsSync(path) && peekHeading(path)?.page === page;

/**
 * The journals of an earlier job that are of this account: its own, and the one that stands for all of them if it is of this
 * account alone.
 * @throws UsageError if the earlier job had this page under another name.
 */
function earlierJournals(path: string, name: string, page: string | undefined): string[] {
  const own = journalOfAccount(path, name);
  const found = [...(existsSync(own) ? [own] : []), ...(isOf(path, page) ? [path] : [])];
  if (found.length > 0) return found;
  const stem = path.replace(/\.journal$/, '');
  const renamed = journalsIn(dirname(path)).find((each) => {
    // A number begins the name of a later job's journal.
    const rest = each.startsWith(`${stem}.`) ? each.slice(stem.length + 1) : '';
    return rest !== '' && !/^\d+\./.test(rest) && isOf(each, page);
  });
  if (renamed === undefined) return [];
  throw new UsageError(
    `--skip-done-of: ${renamed} is of the page of account "${name}", and its name is not: if it is of the earlier job, rename it to ${own}`,
  );
}

/**
 * The journals of a job on each of its accounts.
 * @param note called with a line for each account that the earlier job did not have.
 * @throws UsageError if the earlier job had none of them.
 */
export function jobPathsOf(
  { journal, earlier }: OutputPaths,
  accounts: readonly PageOfAccount[],
  note: (line: string) => void,
): JobPaths[] {
  const paths = accounts.map(({ name, page }): JobPaths => {
    if (name === undefined) return { journal, earlier: earlier === undefined ? [] : [earlier] };
    return {
      journal: journal === undefined ? undefined : journalOfAccount(journal, name),
      earlier: earlier === undefined ? [] : earlierJournals(earlier, name, page),
    };
  });
  if (earlier === undefined || paths.length === 0) return paths;
  const missing = accounts.filter((_, index) => paths[index]?.earlier.length === 0);
  const [first] = missing;
  if (first?.name !== undefined && missing.length === paths.length) {
    throw new UsageError(`--skip-done-of: there is no ${journalOfAccount(earlier, first.name)}`);
  }
  for (const { name = '' } of missing) {
    note(labelled(name, `nothing is left out, as there is no ${journalOfAccount(earlier, name)}.`));
  }
  return paths;
}
