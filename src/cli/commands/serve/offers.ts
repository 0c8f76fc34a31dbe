import type { AccountsFile } from '../../../config/accounts/accounts-file.js';
import { settingsWithoutKey } from '../../../config/accounts/choice.js';
import type { Config } from '../../../config/config.js';
import { type Offer, offerFor } from '../../../mcp/listing/offer.js';

/** The offer of a server. No key of the accounts file is read for it. */
export function offerOf(config: Config, file: Pick<AccountsFile, 'accounts'> | undefined): Offer {
  const [only, ...others] = file?.accounts ?? [];
  if (file !== undefined && others.length > 0) return offerFor(config, file.accounts);
  return offerFor(only === undefined ? config : { ...config, account: settingsWithoutKey(config, only) });
}

/** How the log says what is served. */
export function servedText(
  { sandbox, account: { access } }: Config,
  { accounts = [] }: Partial<AccountsFile> = {},
): { accounts: number } | { access: string } {
  const [only, ...others] = accounts;
  if (others.length > 0) return { accounts: accounts.length };
  return { access: sandbox ? 'sandbox' : (only?.mode ?? access.mode) };
}
