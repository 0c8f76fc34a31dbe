import { dirname } from 'node:path';
import { quoted } from '../../../../tools/contract/quoted.js';
import { errorMessage } from '../../../text/error-text.js';
import { type Config, ConfigError } from '../../config.js';
import { howToSetSecret, secretProblem } from '../../settings/inbound.js';
import { UsageError } from '../../usage-error.js';
import type { AccountsFile, NamedAccount } from '../accounts-file.js';
import type { Surroundings } from '../choice.js';
import { createKeyReader, type KeyReader } from './key-source.js';

/** The name of the account without an accounts file, in addresses. */
export const defaultAccount = 'default';

/** An account that ManyChat calls, and the secrets of which each is valid: the newest first. */
export interface InboundSecrets {
  readonly account: string;
  readonly secrets: readonly string[];
}

async function secretsOf(
  { name, inbound }: NamedAccount,
  read: KeyReader,
): Promise<{ readonly secrets: readonly string[]; readonly problems: readonly string[] }> {
  const secrets: string[] = [];
  const problems: string[] = [];
  for (const source of inbound?.secrets ?? []) {
    const label = `the inbound secret of account ${quoted(name)}`;
    try {
      const secret = (await read(source)).trim();
      const problem = secretProblem(secret);
      if (problem === undefined) secrets.push(secret);
      else problems.push(`${label} ${problem}`);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(`${label} cannot be read: ${errorMessage(error)}`);
    }
  }
  return { secrets: [...new Set(secrets)], problems };
}

/** Accounts of which two have the same secret: whoever calls for one could call for the other. */
function sharedSecrets(all: readonly InboundSecrets[]): string[] {
  const owners = new Map<string, string>();
  return all.flatMap(({ account, secrets }) =>
    secrets.flatMap((secret) => {
      const owner = owners.get(secret) ?? account;
      owners.set(secret, owner);
      return owner === account
        ? []
        : `the accounts ${quoted(owner)} and ${quoted(account)} have the same inbound secret: each needs one of its own (the command manychat-mcp inbound secret prints one)`;
    }),
  );
}

/**
 * Reads the secrets of all accounts that hear what contacts write.
 * @param file the accounts that are served; undefined for the one without an accounts file.
 * @throws UsageError that names every secret that cannot be read, is not valid, or is shared. It shows none.
 */
export async function readInboundSecrets(
  { inbound }: Pick<Config, 'inbound'>,
  file: AccountsFile | undefined,
  { environment, ending }: Pick<Surroundings, 'environment' | 'ending'>,
): Promise<readonly InboundSecrets[]> {
  if (file === undefined)
    return inbound.secrets.length === 0 ? [] : [{ account: defaultAccount, secrets: inbound.secrets }];
  if (inbound.secrets.length > 0)
    throw new ConfigError(
      `MANYCHAT_MCP_INBOUND_SECRET is for the account of a key in the environment, and the accounts come from ${file.path}: write "inbound": {"secret": {"env": "NAME"}} there, and name the variable otherwise`,
    );
  const read = createKeyReader({ folder: dirname(file.path), environment, closing: ending });
  const accounts = file.accounts.filter((account) => account.inbound !== undefined);
  const results = await Promise.all(
    accounts.map(async (account) => ({ account: account.name, ...(await secretsOf(account, read)) })),
  );
  const problems = [...results.flatMap((each) => each.problems), ...sharedSecrets(results)];
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return results.map(({ account, secrets }) => ({ account, secrets }));
}

/** The error where ManyChat is to call and no account has a secret. */
export const noInboundSecret = (asked: string, file: AccountsFile | undefined): ConfigError =>
  new ConfigError(
    `${asked} needs a secret that ManyChat sends, because a tunnel lets everybody call this port. ${howToSetSecret(file?.path)}`,
  );
