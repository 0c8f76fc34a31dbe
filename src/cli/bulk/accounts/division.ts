import { quoted } from '../../../../tools/contract/quoted.js';
import type { AccountsFile, NamedAccount } from '../../../config/accounts/accounts-file.js';
import { accountNamed, unknownAccount } from '../../../config/accounts/names.js';
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

/** The rows that name no account, by what they name. */
interface Unknown {
  readonly cell: string;
  readonly places: string[];
  count: number;
}

function unknownText({ cell, places, count }: Unknown, column: string, accounts: AccountsFile['accounts']): string {
  const more = count > places.length ? ` and ${count - places.length} more` : '';
  const where = `${count === 1 ? 'line' : 'lines'} ${places.join(', ')}${more}`;
  return `${where}: ${cell === '' ? `${quoted(column)} is empty` : unknownAccount(cell, accounts)}`;
}

/**
 * Divides a table by its column of accounts. Reads it once.
 * @throws UsageError if a row names no account of the file: nobody knows whose contact it is.
 */
export async function divide(table: Table, column: string, { path, accounts }: AccountsFile): Promise<Division> {
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
    const cell = row.cells[column] ?? '';
    const found = unknown.get(cell) ?? { cell, places: [], count: 0 };
    found.count += 1;
    if (found.places.length < maxPlaces) found.places.push(placeOf(row));
    unknown.set(cell, found);
  }
  if (unknown.size > 0) {
    const problems = [...unknown.values()].slice(0, maxProblems).map((each) => unknownText(each, column, accounts));
    const more = unknown.size - problems.length;
    throw new UsageError(
      [
        `these rows name no account of ${path}, so nothing was done:`,
        ...problems.map((problem) => `  ${problem}`),
        ...(more > 0 ? [`  … and ${more} more names`] : []),
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
