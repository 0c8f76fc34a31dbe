import { type Account, openAccount } from '../../account/account.js';
import { type Host, type HostParts, openHost } from '../../account/host.js';
import { type Access, type AccountSettings, identityOf } from '../../config/accounts/settings.js';
import type { Config } from '../../config/config.js';
import { createHttpClient } from '../../upstream/client/http-client.js';
import { followSandbox, isLocal } from '../sandboxed/sandbox-time.js';
import { nothingShared, type SharedState } from '../shell/shared-state.js';

/** An account on a host of its own. */
export interface OpenedAccount {
  /** As it was read, or pointed to the embedded sandbox. */
  readonly config: Config;
  readonly host: Host;
  readonly account: Account;
  /** Aborts what is in flight, closes the sandbox and waits briefly for the log to be written. */
  close(): Promise<void>;
}

/** The settings with the embedded sandbox instead of every real address, key and connection. */
function onSandbox(settings: AccountSettings, sandboxUrl: string, matonKey: string): AccountSettings {
  const url = new URL(sandboxUrl);
  const access: Access = { mode: 'maton', key: matonKey };
  const addresses = { gateway: url, control: url, manychat: url };
  return { ...settings, access, identity: identityOf(access), connection: undefined, addresses };
}

/** Accounts on a host of their own. */
export interface OpenedAccounts extends Pick<OpenedAccount, 'config' | 'host' | 'close'> {
  readonly accounts: readonly Account[];
}

/**
 * Opens accounts on a host of their own, or starts the embedded sandbox in their place if the configuration asks for it.
 * @param config its secrets contain the keys of all accounts.
 */
export async function openAccounts(
  configured: Config,
  all: readonly AccountSettings[],
  parts: Partial<HostParts> = {},
  state: SharedState = nothingShared,
): Promise<OpenedAccounts> {
  const sandbox = configured.sandbox
    ? await (await import('../sandboxed/start-sandbox.js')).startForUser(configured.sandboxStart)
    : undefined;
  const settings = sandbox === undefined ? all : all.map((each) => onSandbox(each, sandbox.url, sandbox.matonKey));
  // The 24-hour windows that we report are those of the sandbox. Waiting and pacing stay in real time.
  const { http = createHttpClient(configured.host.proxy) } = parts;
  const time =
    sandbox !== undefined
      ? { http, now: sandbox.now }
      : isLocal(settings)
        ? followSandbox(http)
        : { http, now: Date.now };
  const host = openHost(configured.host, { ...time, ...state.parts, ...parts, http: time.http });
  const accounts = settings.map((each) => openAccount(host, each));
  return {
    config: { ...configured, account: settings[0] ?? configured.account },
    host,
    accounts,
    async close() {
      for (const account of accounts) account.close();
      await Promise.all([host.close(), sandbox?.close()]);
      await state.close();
    },
  };
}

/** Opens the configured account on a host of its own, and starts the embedded sandbox if the configuration asks for it. */
export async function openOwnAccount(
  configured: Config,
  parts: Partial<HostParts> = {},
  state?: SharedState,
): Promise<OpenedAccount> {
  const { accounts, ...opened } = await openAccounts(configured, [configured.account], parts, state);
  const [account] = accounts;
  if (account === undefined) throw new Error('one account was opened');
  return { ...opened, account };
}
