import { quoted } from '../../../../tools/contract/quoted.js';
import { namedAccounts } from '../../../config/accounts/choice.js';
import { accountNamed } from '../../../config/accounts/names.js';
import type { Config } from '../../../config/config.js';
import { UsageError } from '../../../config/usage-error.js';
import type { Shell } from '../../shell/shell.js';
import type { Table } from '../table/csv-table.js';
import { placeOf } from '../table/rows.js';
import { accountColumnsIn } from './account-column.js';

/**
 * Looks whether a table that is meant for one account has rows for another: whoever has an email there is perhaps known by it
 * here too, and is not the one who is meant.
 * @param chosen the account's name in the accounts file; undefined if it is not from there.
 * @param remedy what to do for rows of several accounts.
 * @throws UsageError if a row names another account.
 */
export async function refuseOtherAccounts(
  config: Config,
  chosen: string | undefined,
  table: Table,
  shell: Shell,
  remedy: string,
): Promise<void> {
  const columns = accountColumnsIn(table.columns);
  if (chosen === undefined || columns.length === 0) return;
  const file = await namedAccounts(
    {
      ...config,
      accounts: { ...config.accounts, names: undefined },
      account: { ...config.account, connection: undefined },
    },
    shell,
  );
  if (file === undefined || file.accounts.length === 1) return;
  for await (const row of table.rows()) {
    for (const column of columns) {
      const named = accountNamed(file.accounts, row.cells[column] ?? '')?.name;
      if (named === undefined || named === chosen) continue;
      throw new UsageError(
        `line ${placeOf(row)} is for account ${quoted(named)}, as its column ${quoted(column)} says, and the chosen one is ${quoted(chosen)}, so nothing was done: ${remedy}give each account a table of its own, or rename the column if it names something else`,
      );
    }
  }
}
