import type { Declaration } from '../../../../tools/contract/endpoint.js';
import { hasApi } from '../../../account/policy/policy.js';
import type { AccountsFile } from '../../../config/accounts/accounts-file.js';
import { settingsWithoutKey } from '../../../config/accounts/choice.js';
import type { Config } from '../../../config/config.js';
import { howToSetSecret } from '../../../config/settings/inbound.js';
import { catalogue } from '../../../mcp/listing/catalogue.js';
import { type Offer, offerFor } from '../../../mcp/listing/offer.js';

/** The offer of a server. No key of the accounts file is read for it. */
export function offerOf(config: Config, file: Pick<AccountsFile, 'accounts'> | undefined): Offer {
  const [only, ...others] = file?.accounts ?? [];
  if (file !== undefined && others.length > 0) return offerFor(config, file.accounts);
  return offerFor(only === undefined ? config : { ...config, account: settingsWithoutKey(config, only) });
}

/** Why no account has what an API is about, and what to do. */
function absenceText(api: Declaration['api'], { signIn }: Config, path: string | undefined): string {
  if (api === 'connections') return 'calls go to ManyChat without Maton, which has no connections';
  if (signIn.ways.includes('client-key')) return 'with --sign-in client-key no contacts are heard';
  return `no account hears its contacts. ${howToSetSecret(path)}`;
}

/**
 * What the settings name and no account is offered because it lacks what that is about: each with the reason.
 * @param file undefined for the account of the configuration.
 */
export function notOffered(config: Config, file: Pick<AccountsFile, 'accounts' | 'path'> | undefined): string[] {
  const accounts = file?.accounts.map((each) => settingsWithoutKey(config, each)) ?? [config.account];
  const path = file?.path ?? (config.account.name === undefined ? undefined : 'the accounts file');
  return config.namedTools.flatMap(({ label, tools }) => {
    const apis = catalogue.tools.filter(({ name }) => tools.includes(name)).map(({ api }) => api);
    const [api] = apis;
    const isOffered = apis.some((each) => accounts.some((account) => hasApi(each, account)));
    return api === undefined || isOffered ? [] : `${label} is not offered: ${absenceText(api, config, path)}`;
  });
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
