import { quoted } from '../../../../tools/contract/quoted.js';
import type { AccountsFile, NamedAccount } from '../../../config/accounts/accounts-file.js';
import { accountNamed, nameList, unknownAccount } from '../../../config/accounts/names.js';
import { UsageError } from '../../../config/usage-error.js';
import type { Table } from '../table/csv-table.js';
import { placeOf, type Row } from '../table/rows.js';

/** An account that a table names, and the rows for it. */
interface Share {
  readonly account: NamedAccount;
  readonly table: Table;
}

/** A table divided by its column of accounts. */
export interface Division {
  /** In the order of the accounts file. */
  readonly shares: readonly Share[];
  /** The name of the account of a row; undefined if the row names none. */
  nameOf(row: Row): string | undefined;
}

const maxProblems = 10;
const maxPlaces = 5;

/** Rows that name no account. */
interface Unknown {
  /** What their cell is, or why the rows cannot be used at all. */
  readonly cell: string;
  readonly problem: string | undefined;
  readonly places: string[];
  count: number;
}

function unknownText(
  { cell, problem, places, count }: Unknown,
  column: string,
  accounts: readonly NamedAccount[],
  isChosen: boolean,
): string {
  const more = count > places.length ? ` and ${count - places.length} more` : '';
  const where = `${count === 1 ? 'line' : 'lines'} ${places.join(', ')}${more}`;
  const why =
    cell === ''
      ? `${quoted(column)} is empty`
      : isChosen
        ? `${quoted(cell)} is not chosen; only ${nameList(accounts)}`
        : unknownAccount(cell, accounts);
  return `${where}: ${problem ?? why}`;
}

/**
 * Divides a table by its column of accounts. Reads it once.
 * @param file `isChosen`: with those of its accounts that the command line or the environment chooses.
 * @throws UsageError if a row names no account of the file: nobody knows whose contact it is.
 */
export async function divide(
  table: Table,
  column: string,
  file: AccountsFile,
  { isChosen }: { readonly isChosen: boolean },
): Promise<Division> {
  const { path, accounts } = file;
  const of = isChosen ? `that --account or MANYCHAT_MCP_ACCOUNT chooses from ${path}` : `of ${path}`;
  /** By cell: a table repeats few of them. */
  const names = new Map<string, string | undefined>();
  function nameOf({ cells }: Row): string | undefined {
    const cell = cells[column] ?? '';
    if (!names.has(cell)) names.set(cell, accountNamed(accounts, cell)?.name);
    return names.get(cell);
  }
  const named = new Set<string>();
  const unknown = new Map<string, Unknown>();
  for await (const row of table.rows()) {
    const name = nameOf(row);
    if (name !== undefined) {
      named.add(name);
      continue;
    }
    const { problem, cells } = row;
    const cell = cells[column] ?? '';
    const key = problem ?? JSON.stringify(cell);
    const found = unknown.get(key) ?? { cell, problem, places: [], count: 0 };
    found.count += 1;
    if (found.places.length < maxPlaces) found.places.push(placeOf(row));
    unknown.set(key, found);
  }
  if (unknown.size > 0) {
    const problems = [...unknown.values()]
      .slice(0, maxProblems)
      .map((each) => unknownText(each, column, accounts, isChosen));
    const more = unknown.size - problems.length;
    throw new UsageError(
      [
        `these rows name no account ${of}, so nothing was done:`,
        ...problems.map((problem) => `  ${problem}`),
        ...(more > 0 ? [`  … and more rows, for ${more} other reasons`] : []),
      ].join('\n'),
    );
  }
  const shareOf = (account: NamedAccount): Share => ({
    account,
    table: {
      ...table,
      async *rows() {
        for await (const row of table.rows()) if (nameOf(row) === account.name) yield row;
      },
    },
  });
  return { shares: accounts.filter(({ name }) => named.has(name)).map(shareOf), nameOf };
}
