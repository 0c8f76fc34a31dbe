import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { quoted } from '../../../tools/contract/quoted.js';
import { errorMessage } from '../../text/error-text.js';
import { type Config, ConfigError } from '../config.js';
import { UsageError } from '../usage-error.js';
import type { AccountsFile, NamedAccount } from './accounts-file.js';
import { readKey } from './keys.js';
import { accountNamed, nameList, unknownAccount } from './names.js';
import { defaultAccountsPath, fromHome } from './paths.js';
import { type Access, type AccountSettings, directAccess, identityOf } from './settings.js';
import type { KeyReader } from './sources/key-source.js';

/** Where settings come from. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The operating system, as Node.js names it. */
  readonly platform: string;
  /** Ends the commands that read keys. */
  readonly ending?: AbortSignal;
}

const sandboxHasNone = '--account chooses from the accounts file, and the sandbox takes its place: omit one of them';

/**
 * Whether a client is configured with a key, even one that cannot be used: a variable that was not replaced must not
 * change whom the client writes to. The settings of an installation dialog that were left empty count as not set.
 */
const isKeySet = (environment: Surroundings['environment']): boolean =>
  [environment.MATON_API_KEY, environment.MANYCHAT_API_KEY].some(
    (key = '') => key.trim() !== '' && !/^\s*\$\{user_config\.[^}]*\}\s*$/.test(key),
  );

/** The file that a configuration uses; undefined if its account comes from the keys in the environment. */
function accountsPath({ accounts }: Config, surroundings: Surroundings): string | undefined {
  if (accounts.path !== undefined) return resolve(fromHome(accounts.path, surroundings.environment));
  const path = defaultAccountsPath(surroundings.environment, surroundings.platform);
  if (accounts.names !== undefined) {
    if (path !== undefined && existsSync(path)) return path;
    const where = path === undefined ? 'name it with --accounts' : `${path} does not exist`;
    throw new ConfigError(`--account chooses from the accounts file, and there is none: ${where}`);
  }
  return !isKeySet(surroundings.environment) && path !== undefined && existsSync(path) ? path : undefined;
}

function chosenFrom(file: AccountsFile, names: readonly string[] | undefined): AccountsFile {
  const { path, accounts, profiles } = file;
  if (names === undefined) return file;
  if (names.length === 0)
    throw new ConfigError('--account or MANYCHAT_MCP_ACCOUNT names no account: remove it, or add a name');
  const chosen = names.map((name) => {
    const found = accountNamed(accounts, name);
    if (found === undefined) throw new ConfigError(`${unknownAccount(name, accounts)}. The file is ${path}`);
    return found;
  });
  const isChosen = (name: string): boolean => chosen.some((account) => account.name === name);
  return {
    path,
    accounts: accounts.filter((account) => chosen.includes(account)),
    profiles: profiles?.map((profile) => ({
      ...profile,
      accounts: profile.accounts === 'all' ? 'all' : profile.accounts.filter(isChosen),
    })),
  };
}

/**
 * The accounts that a configuration chooses from its accounts file, in the order of the file; undefined if its account
 * comes from the keys in the environment, or is the sandbox.
 * @throws UsageError if the file is not valid, or if a name is not in it.
 */
export async function namedAccounts(config: Config, surroundings: Surroundings): Promise<AccountsFile | undefined> {
  const { names } = config.accounts;
  if (config.sandbox) {
    if (names !== undefined) throw new ConfigError(sandboxHasNone);
    return undefined;
  }
  const path = accountsPath(config, surroundings);
  if (path === undefined) return undefined;
  // Most servers have their key in the environment, and start without this.
  const { readAccountsFile } = await import('./accounts-file.js');
  const file = chosenFrom(readAccountsFile(path, surroundings.platform), names);
  const { connection } = config.account;
  const [only, ...others] = file.accounts;
  if (connection !== undefined && (others.length > 0 || only?.mode === 'direct' || only?.connection !== undefined)) {
    throw new ConfigError(
      'MATON_CONNECTION_ID or --connection goes with one account of Maton that has no connection in the accounts file: remove it, or choose that account with --account',
    );
  }
  return file;
}

/** The access of a named account. A key that cannot be read is no error here: every call says so. */
async function accessOf({ name, mode, key }: NamedAccount, readSource: KeyReader): Promise<Access> {
  const label = `the key of account ${quoted(name)}`;
  const none = (reason: string): Access => ({
    mode: 'none',
    reason: reason.charAt(0).toUpperCase() + reason.slice(1),
  });
  try {
    const read = readKey(label, await readSource(key), mode);
    if (mode === 'direct' && read.state === 'usable' && !/^\d+:./.test(read.key))
      return none(`${label} is not a ManyChat key: those begin with digits and a colon. A Maton key goes in maton_key`);
    if (read.state !== 'usable') return none(read.reason ?? `${label} is empty`);
    return mode === 'direct' ? directAccess(read.key) : { mode, key: read.key };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return none(`${label} cannot be read: ${errorMessage(error)}`);
  }
}

/** How a named account hears what contacts write: as the file says, and for the rest as it is configured. */
function inboundOf({ inbound: { settings } }: Pick<Config, 'inbound'>, { inbound }: NamedAccount) {
  if (inbound === undefined) return undefined;
  const { secrets: _, ...own } = inbound;
  return { ...settings, ...own };
}

/** What is known of a named account before its key is read: enough to list its tools. */
export function settingsWithoutKey(config: Config, named: NamedAccount) {
  const { policy, reader, connection: usual } = config.account;
  const { mode, connection = usual } = named;
  return { policy, reader, connection, access: { mode }, inbound: inboundOf(config, named) };
}

/** Gives the settings of a named account, with its key, under everything else that is configured. */
export type SettingsReader = (account: NamedAccount) => Promise<AccountSettings>;

/** Creates the reader of the settings of a file's accounts. */
export async function createSettingsReader(
  { path }: AccountsFile,
  config: Pick<Config, 'account' | 'inbound'>,
  { environment, ending }: Pick<Surroundings, 'environment' | 'ending'>,
): Promise<SettingsReader> {
  const { createKeyReader } = await import('./sources/key-source.js');
  const readSource = createKeyReader({ folder: dirname(path), environment, closing: ending });
  const { account: configured } = config;
  return async (account) => {
    const { name, connection = configured.connection } = account;
    const access = await accessOf(account, readSource);
    const inbound = inboundOf(config, account);
    return { ...configured, name, access, identity: identityOf(access), connection, inbound };
  };
}

/** Several accounts are configured, and none of them is named. */
export class AccountNotNamed extends UsageError {
  override readonly name = 'AccountNotNamed';
  constructor({ path, accounts }: AccountsFile) {
    super(`${path} has ${accounts.length} accounts: name one with --account. There are ${nameList(accounts)}`);
  }
}

/**
 * The configuration with the one account that is meant.
 * @throws UsageError if it could be several.
 */
export async function withOneAccount(config: Config, surroundings: Surroundings): Promise<Config> {
  const file = await namedAccounts(config, surroundings);
  if (file === undefined) return config;
  const [only, ...others] = file.accounts;
  if (only === undefined || others.length > 0) throw new AccountNotNamed(file);
  return withAccount(config, file, only, surroundings);
}

/** The configuration with an account of the file. */
export async function withAccount(
  config: Config,
  file: AccountsFile,
  chosen: NamedAccount,
  surroundings: Pick<Surroundings, 'environment' | 'ending'>,
): Promise<Config> {
  const account = await (await createSettingsReader(file, config, surroundings))(chosen);
  const { host } = config;
  const secrets = account.access.mode === 'none' ? host.secrets : [...host.secrets, account.access.key];
  return { ...config, host: { ...host, secrets }, account };
}

/** A sentence about a file of accounts that is wanted, and not used. */
export function noAccountsFile({ sandbox }: Config, surroundings: Surroundings): string {
  if (sandbox) return 'the sandbox takes the place of all accounts: omit --sandbox or MANYCHAT_MCP_SANDBOX';
  const path = defaultAccountsPath(surroundings.environment, surroundings.platform);
  if (path !== undefined && existsSync(path))
    return `${path} is not used, because MATON_API_KEY or MANYCHAT_API_KEY is set: name the file with --accounts, or remove the key`;
  return `there is no accounts file${path === undefined ? '' : ` ${path}`}: name one with --accounts`;
}
