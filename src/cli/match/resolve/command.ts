import { rmSync } from 'node:fs';
import type { Failure } from '../../../../tools/contract/failure.js';
import { asObject } from '../../../../tools/contract/json.js';
import { quoted } from '../../../../tools/contract/quoted.js';
import { getPage } from '../../../../tools/endpoints/page.js';
import type { Account } from '../../../account/account.js';
import { plainTool } from '../../../account/policy/tool.js';
import type { Config } from '../../../config/config.js';
import { UsageError } from '../../../config/usage-error.js';
import { errorMessage } from '../../../text/error-text.js';
import { lockJournal } from '../../bulk/account-job/job-files.js';
import { refuseOtherAccounts } from '../../bulk/accounts/other-accounts.js';
import { JournalError } from '../../bulk/journal/appender.js';
import { openJournal } from '../../bulk/journal/journal.js';
import type { Lock } from '../../bulk/journal/lock.js';
import { withKernel } from '../../bulk/journal/lock-holder.js';
import { thisMachine } from '../../bulk/journal/machine.js';
import { replaceOwn } from '../../bulk/journal/own-file.js';
import { openTable, type Table, type TableOptions } from '../../bulk/table/csv-table.js';
import { exitCodeOf, failureText } from '../../commands/failure-text.js';
import { openOwnAccount } from '../../library/open-account.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import { openSharedState } from '../../shell/shared-state.js';
import type { Shell } from '../../shell/shell.js';
import { type Contacts, findContacts } from '../contacts.js';
import { findField } from '../find-field.js';
import { type Match, type MatchOptions, matchOf, sourceText } from '../match.js';
import { showLookups } from '../progress.js';
import { type OutputOptions, withIdsPathOf } from './paths.js';
import { checkHeadings, type TableWithIds, tableWithIds } from './table-with-ids.js';

/** Options of the command. */
export interface ResolveOptions extends MatchOptions, OutputOptions, Pick<TableOptions, 'encoding' | 'sheet'> {
  readonly json?: true | undefined;
}

/** What is to be done. */
interface Request {
  readonly table: Table;
  readonly match: Match;
  readonly outPath: string;
  readonly account: Account;
  readonly shell: Shell;
}

/** Rows without a contact that are named. */
const maxNamed = 10;

/** A spreadsheet keeps so many digits of a number. */
const keptDigits = 15;

/** Writes a table back with the ids of the contacts that its rows are about. */
export async function resolve(config: Config, path: string, options: ResolveOptions, shell: Shell): Promise<ExitCode> {
  shell.onForcedEnd(() => exitCodes.again);
  const table = await openTable(path, shell.ending, options);
  const match = matchOf(options, table.columns);
  if (match === undefined) throw new UsageError('say by what: --match-email, --match-phone or --match-field');
  checkHeadings(table.columns);
  const outPath = withIdsPathOf(path, table, options);
  await refuseOtherAccounts(config, config.account.name, table, shell, '');
  const { account, close } = await openOwnAccount(config, {}, await openSharedState(config, shell, shell.note));
  try {
    const found = await lookUp({ table, match, outPath, account, shell });
    if ('failure' in found) {
      shell.note(failureText(found.failure));
      return exitCodeOf(found.failure);
    }
    const { counts } = found;
    report(found, outPath, shell);
    if (options.json === true) shell.print(JSON.stringify({ ...counts, file: outPath }));
    else shell.print(summaryText(counts, outPath));
    return counts.found === counts.rows ? exitCodes.done : exitCodes.failed;
  } catch (error) {
    if (!shell.ending.aborted || error !== shell.ending.reason) throw error;
    shell.note('Stopped, and nothing was written. The same command looks up the others.');
    return exitCodes.again;
  } finally {
    await close();
  }
}

/** Looks up the contacts and writes the table. What was found is kept beside it until it is written. */
async function lookUp(request: Request): Promise<TableWithIds | { readonly failure: Failure }> {
  const { outPath, account, shell } = request;
  const { note, ending } = shell;
  const page = await account.call(plainTool(getPage), {}, { signal: ending });
  ending.throwIfAborted();
  if (!page.ok) return page;
  const { id, name } = asObject(page.result.page);
  note(`${quoted(name)}: ${sourceText(request.match)}.`);
  const path = `${outPath}.lookups`;
  const lock = await lockJournal(path, shell);
  shell.onForcedEnd(() => {
    lock.release();
    return exitCodes.again;
  });
  try {
    const contacts = await contactsKeptIn(path, String(id), request, lock);
    if ('failure' in contacts) return contacts;
    const result = await tableWithIds(request.table, request.match.column, contacts);
    try {
      replaceOwn(outPath, result.text, lock.owner);
    } catch (error) {
      throw new UsageError(`${outPath} cannot be written: ${errorMessage(error)}`);
    }
    rmSync(path, { force: true });
    return result;
  } finally {
    lock.release();
  }
}

/** Looks up the contacts that a journal does not know yet. */
async function contactsKeptIn(
  path: string,
  page: string,
  { table, match, account, shell }: Request,
  lock: Lock,
): Promise<Contacts | { readonly failure: Failure }> {
  const side = { call: account.call, signal: shell.ending };
  const field = match.by === 'field' ? await findField(match.field, side) : undefined;
  if (field !== undefined && 'failure' in field) return field;
  const ids = new Map<string, string>();
  const heading = { page, action: { action: 'resolve' }, match };
  const ignoreEntry = (): void => undefined;
  const journal = await openJournal(
    path,
    heading,
    lock,
    thisMachine(withKernel(shell.process)),
    ignoreEntry,
    (matched) => ids.set(matched.match, matched.id),
  );
  const progress = showLookups(shell);
  try {
    const { onProgress } = progress;
    return await findContacts(table, { match, field, ids }, side, { onFound: journal.appendMatch, onProgress });
  } catch (error) {
    throw error instanceof JournalError ? new UsageError(error.message) : error;
  } finally {
    progress.close();
    await journal.close();
  }
}

/** Names the first rows without a contact, and says what a spreadsheet would do to the ids. */
function report(
  { without, longestId }: Pick<TableWithIds, 'without' | 'longestId'>,
  path: string,
  { note }: Shell,
): void {
  for (const { line, problem } of without.slice(0, maxNamed)) note(`line ${line}: ${problem}`);
  const more = without.length - maxNamed;
  if (more > 0) note(`… and ${more} more: see manychat_match in ${path}`);
  if (longestId > keptDigits) {
    note(`Import manychat_id as text: a spreadsheet rounds ids of more than ${keptDigits} digits.`);
  }
}

function summaryText({ rows, found, not_found, several, unusable }: TableWithIds['counts'], path: string): string {
  const parts = [
    `${found} found`,
    `${not_found} not found`,
    several > 0 ? `${several} with several contacts` : '',
    unusable > 0 ? `${unusable} that cannot be used` : '',
  ];
  return `Of ${rows} ${rows === 1 ? 'row' : 'rows'}: ${parts.filter((part) => part !== '').join(', ')}.\n${path}`;
}
