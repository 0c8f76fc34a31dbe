import { type Account, openAccount } from '../account/account.js';
import { type Host, type HostParts, openHost } from '../account/host.js';
import { type Access, type AccountSettings, identityOf } from '../config/accounts/settings.js';
import type { Config } from '../config/config.js';

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

/** Opens the configured account on a host of its own, and starts the embedded sandbox if the configuration asks for it. */
export async function openOwnAccount(configured: Config, parts: Partial<HostParts> = {}): Promise<OpenedAccount> {
  const sandbox = configured.sandbox ? await (await import('../sandbox/index.js')).startSandbox() : undefined;
  const config =
    sandbox === undefined
      ? configured
      : { ...configured, account: onSandbox(configured.account, sandbox.url, sandbox.matonKey) };
  const host = openHost(config.host, parts);
  const account = openAccount(host, config.account);
  return {
    config,
    host,
    account,
    async close() {
      account.close();
      await Promise.all([host.close(), sandbox?.close()]);
    },
  };
}
