import type { NamedAccount } from '../../../config/accounts/accounts-file.js';
import {
  AccountNotNamed,
  createSettingsReader,
  namedAccounts,
  noAccountsFile,
  withOneAccount,
} from '../../../config/accounts/choice.js';
import type { AccountSettings } from '../../../config/accounts/settings.js';
import type { Config } from '../../../config/config.js';
import { UsageError } from '../../../config/usage-error.js';
import type { Shell } from '../../shell/shell.js';
import type { Table } from '../table/csv-table.js';
import type { Row } from '../table/rows.js';
import { accountColumnsIn } from './account-column.js';
import { divide } from './division.js';
import { refuseOtherAccounts } from './other-accounts.js';

/** An account of a job, and the rows for it. */
interface Target {
  /** Its name in the accounts file; undefined if the whole table is for one account. */
  readonly name: string | undefined;
  readonly settings: AccountSettings;
  readonly table: Table;
}

/** The accounts of a job. */
export interface Targets {
  /** The configuration with the keys of all of them among its secrets. */
  readonly config: Config;
  /** Whether the table names the account of each row; else there is one target without a name. */
  readonly isDivided: boolean;
  readonly targets: readonly Target[];
  /** The name of the target of a row; undefined also if the row names none. */
  nameOf(row: Row): string | undefined;
}

const secretsOf = ({ access }: AccountSettings): string[] => (access.mode === 'none' ? [] : [access.key]);

/** The accounts that the rows of a table name. Only their keys are read. */
async function targetsByRow(config: Config, table: Table, column: string, shell: Shell): Promise<Targets> {
  const file = await namedAccounts(config, shell);
  if (file === undefined) {
    throw new UsageError(`--account-column needs accounts with names: ${noAccountsFile(config, shell)}`);
  }
  const { shares, nameOf } = await divide(table, column, file, { isChosen: config.accounts.names !== undefined });
  const settingsOf = await createSettingsReader(file, config, shell);
  const settings = async (account: NamedAccount): Promise<AccountSettings> => {
    const read = await settingsOf(account);
    shell.hide(secretsOf(read));
    return read;
  };
  const targets = await Promise.all(
    shares.map(async ({ account, table: rows }) => ({
      name: account.name,
      settings: await settings(account),
      table: rows,
    })),
  );
  const { host } = config;
  const secrets = [...host.secrets, ...targets.flatMap((target) => secretsOf(target.settings))];
  return { config: { ...config, host: { ...host, secrets } }, isDivided: true, targets, nameOf };
}

async function onlyTarget(config: Config, table: Table, shell: Shell): Promise<Targets> {
  try {
    const chosen = await withOneAccount(config, shell);
    await refuseOtherAccounts(config, chosen.account.name, table, shell, 'pass --account-column without --account, ');
    shell.hide(chosen.host.secrets);
    const targets = [{ name: undefined, settings: chosen.account, table }];
    return { config: chosen, isDivided: false, targets, nameOf: () => undefined };
  } catch (error) {
    const [column] = error instanceof AccountNotNamed ? accountColumnsIn(table.columns) : [];
    if (!(error instanceof AccountNotNamed) || column === undefined) throw error;
    throw new UsageError(
      `${error.message}; or pass --account-column if the column "${column}" names the account of each row`,
    );
  }
}

/**
 * The accounts of a job.
 * @param column the column that names the account of each row; undefined if one account is for all rows.
 * @throws UsageError if it is uncertain which accounts are meant, or if a row names none.
 */
export const targetsOf = (config: Config, table: Table, column: string | undefined, shell: Shell): Promise<Targets> =>
  column === undefined ? onlyTarget(config, table, shell) : targetsByRow(config, table, column, shell);
