import { namedAccounts } from '../../../config/accounts/choice.js';
import { accountNamed } from '../../../config/accounts/names.js';
import type { Config } from '../../../config/config.js';
import type { Shell } from '../../shell/shell.js';
import { shellWord } from '../../shell/shell-word.js';
import type { Table } from '../table/csv-table.js';
import { NoAccountColumn } from './account-column.js';

/** The columns all of whose filled cells are names of accounts. */
async function columnsOfNames(table: Table, config: Config, shell: Shell): Promise<string[]> {
  const { accounts = [] } = (await namedAccounts(config, shell)) ?? {};
  const filled = new Set<string>();
  const others = new Set<string>();
  for await (const { cells } of table.rows()) {
    for (const [column, cell] of Object.entries(cells)) {
      if (cell === '') continue;
      filled.add(column);
      if (accountNamed(accounts, cell) === undefined) others.add(column);
    }
  }
  return [...filled].filter((column) => !others.has(column));
}

/** The same error, with the columns that name accounts by their cells. */
export async function withColumnsByCells(error: unknown, table: Table, config: Config, shell: Shell): Promise<unknown> {
  if (!(error instanceof NoAccountColumn)) return error;
  const columns = await columnsOfNames(table, config, shell);
  if (columns.length === 0) return error;
  const options = columns.map((column) => `--account-column ${shellWord(column, shell.platform)}`);
  return new NoAccountColumn(`${error.message}. Names of accounts are in: ${options.join(' or ')}`);
}
