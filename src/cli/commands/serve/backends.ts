import { quoted } from '../../../../tools/contract/quoted.js';
import { type HostParts, openHost } from '../../../account/host.js';
import type { AccountsFile, NamedAccount } from '../../../config/accounts/accounts-file.js';
import { createSettingsReader, type Surroundings } from '../../../config/accounts/choice.js';
import { readKey } from '../../../config/accounts/keys.js';
import { type AccountSettings, identityOf } from '../../../config/accounts/settings.js';
import type { KeySource } from '../../../config/accounts/sources/key-source.js';
import type { Config } from '../../../config/config.js';
import type { Backend } from '../../../mcp/backend.js';
import { createRequestState } from '../../../mcp/interaction/request-state.js';
import { sleep } from '../../../upstream/clock.js';
import { openOwnAccount } from '../../library/open-account.js';
import { nothingShared, type SharedState } from '../../shell/shared-state.js';
import { type Caller, createPool, localCaller } from './pool.js';

/** The backends of a server, on one host. */
export interface Backends {
  /** As it was read, or pointed to the embedded sandbox. */
  readonly config: Config;
  /** Opens the backend of an account for a caller, once; see `OpenBackend`. */
  open(account: string | undefined, caller?: Caller): Promise<Backend>;
  /** The settings of an account, with its key if that could be read. @param account undefined for the only one. */
  settings(account: string | undefined): Promise<AccountSettings>;
  /** Aborts what is in flight, and waits briefly for the log to be written. */
  close(): Promise<void>;
}

type Parts = Pick<HostParts, 'log'> & Partial<HostParts> & { readonly state?: SharedState };

/** Opens the backend of the account whose key is in the environment, or of the sandbox. */
export async function openOwnBackend(
  configured: Config,
  { state = nothingShared, ...parts }: Parts,
): Promise<Backends> {
  const { config, account, host, close } = await openOwnAccount(configured, parts, state);
  const pool = createPool(host, createRequestState(state.requestState), [account]);
  return {
    config,
    open: async (_, caller = localCaller) => pool.backend(account.settings, undefined, caller),
    settings: async () => account.settings,
    close,
  };
}

/**
 * Opens the backends of callers who bring the keys of their accounts. What is configured of the server's own account, such as
 * a connection, does not concern theirs.
 */
export function openKeyBackends(configured: Config, { state = nothingShared, ...parts }: Parts): Backends {
  const access = { mode: 'none', reason: 'The request brings no key' } as const;
  const own = {
    ...configured.account,
    access,
    identity: identityOf(access),
    connection: undefined,
    keyFromCaller: true,
    inbound: undefined,
  };
  const host = openHost(configured.host, { ...state.parts, ...parts });
  const pool = createPool(host, createRequestState(state.requestState));
  return {
    config: { ...configured, account: own },
    async open(_, caller = localCaller) {
      const key = caller.access ?? access;
      return pool.backend({ ...own, access: key, identity: identityOf(key) }, undefined, caller);
    },
    settings: async () => own,
    async close() {
      await host.close();
      await state.close();
    },
  };
}

/** The keys and secrets that are known before they are read: those in variables, and in the file itself. */
const knownKeys = (accounts: readonly NamedAccount[], environment: Surroundings['environment']): string[] =>
  accounts.flatMap(({ key, mode, inbound }) => {
    const known = (source: KeySource): string | undefined =>
      typeof source === 'string' ? source : 'env' in source ? environment[source.env] : undefined;
    const read = readKey('', known(key), mode);
    const secrets = inbound?.secrets.flatMap((source) => known(source)?.trim() ?? []) ?? [];
    return read.state === 'usable' ? [read.key, ...secrets] : secrets;
  });

/** Settings that reach no account. */
function withoutAccess(settings: AccountSettings, reason: string): AccountSettings {
  const access = { mode: 'none', reason } as const;
  return { ...settings, access, identity: identityOf(access) };
}

/**
 * Opens the backends of the accounts of a file, each with the first call for it: until then its key is not read. A key
 * that could not be read is read again with the next call.
 */
export async function openNamedBackends(
  config: Config,
  file: AccountsFile,
  { environment }: Pick<Surroundings, 'environment'>,
  { state = nothingShared, ...parts }: Parts,
): Promise<Backends> {
  const { accounts } = file;
  const [first, ...others] = accounts;
  // No account may show the key of another.
  const secrets = [...new Set([...config.host.secrets, ...knownKeys(accounts, environment)])];
  const host = openHost({ ...config.host, secrets }, { ...state.parts, ...parts });
  const { log, clock, closing } = host;
  const pool = createPool(host, createRequestState(state.requestState));
  const settingsOf = await createSettingsReader(file, config, { environment, ending: closing });
  const several = others.length > 0;
  /** The settings of the accounts whose key was read, by name. */
  const usable = new Map<string, AccountSettings>();
  const readings = new Map<string, Promise<AccountSettings>>();

  /** Reads the key of an account. Calls that come while it is read share the reading. */
  function reading(account: NamedAccount): Promise<AccountSettings> {
    const { name } = account;
    const pending = readings.get(name) ?? settingsOf(account).finally(() => readings.delete(name));
    readings.set(name, pending);
    return pending;
  }

  /** The settings of an account, or why its key is not there in the time that a call has. */
  async function settingsInTime(account: NamedAccount): Promise<AccountSettings> {
    const { deadlineMs } = config.account;
    const read = new AbortController();
    const settings = reading(account);
    const end = (): void => read.abort();
    settings.then(end, end);
    await sleep(clock, deadlineMs, AbortSignal.any([read.signal, closing]));
    if (read.signal.aborted) return settings;
    const reason = `The key of account ${quoted(account.name)} is still being read after ${deadlineMs / 1_000} seconds`;
    return withoutAccess({ ...config.account, name: account.name, inbound: undefined }, reason);
  }

  /** The settings of an account. Its key becomes known to all accounts, so that none shows it. */
  async function openSettings(account: NamedAccount): Promise<AccountSettings> {
    const { name } = account;
    const known = usable.get(name);
    if (known !== undefined) return known;
    const settings = await settingsInTime(account);
    const { access } = settings;
    if (access.mode === 'none') {
      log.warn({ account: name, reason: access.reason }, 'not configured');
      return settings;
    }
    if (!secrets.includes(access.key)) {
      secrets.push(access.key);
      pool.hide(access.key);
    }
    usable.set(name, settings);
    return settings;
  }

  const named = (name: string | undefined): NamedAccount | undefined =>
    name === undefined && !several ? first : accounts.find((each) => each.name === name);

  return {
    config,
    async settings(name) {
      const account = named(name);
      if (account === undefined) throw new Error('the server opens accounts that it has listed');
      return openSettings(account);
    },
    async open(name, caller = localCaller) {
      const account = named(name);
      if (account !== undefined)
        return pool.backend(await openSettings(account), several ? account.name : undefined, caller);
      if (name !== undefined) throw new Error('the server opens accounts that it has listed');
      return pool.backend(withoutAccess(config.account, 'The call names no account'), undefined, caller);
    },
    async close() {
      await host.close();
      await state.close();
    },
  };
}
