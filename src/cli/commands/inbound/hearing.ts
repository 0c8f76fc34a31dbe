import type { AccountsFile } from '../../../config/accounts/accounts-file.js';
import type { Config } from '../../../config/config.js';

/** Whether any account hears what its contacts write. */
export const hears = (
  { account, inbound }: Pick<Config, 'account' | 'inbound'>,
  file: Pick<AccountsFile, 'accounts'> | undefined,
): boolean =>
  file === undefined
    ? account.inbound !== undefined
    : inbound.secrets.length > 0 || file.accounts.some((each) => each.inbound !== undefined);
