import { isObject } from '../../../../tools/contract/json.js';
import { quoted } from '../../../../tools/contract/quoted.js';
import { AccountNotNamed, namedAccounts, type Surroundings, withAccount } from '../../../config/accounts/choice.js';
import { accountNamed, nameList, unknownAccount } from '../../../config/accounts/names.js';
import { type Access, identityOf } from '../../../config/accounts/settings.js';
import type { Config } from '../../../config/config.js';
import { UsageError } from '../../../config/usage-error.js';
import { catalogue } from '../../../mcp/listing/catalogue.js';

/** The account of a call, and its other arguments. */
interface ChosenAccount {
  readonly config: Config;
  readonly args: unknown;
  /** Its name, if the arguments chose it from several. */
  readonly chosen: string | undefined;
}

/** Whether a tool does without an account, by its name with or without the prefix. */
const needsNone = (tool: string): boolean =>
  catalogue.tools.some(({ name, api }) => api === 'none' && [tool, `manychat_${tool}`].includes(name));

/** The configuration for what concerns no account. */
function withNone(config: Config): Config {
  const access: Access = { mode: 'none', reason: 'The call names no account' };
  return { ...config, account: { ...config.account, access, identity: identityOf(access) } };
}

/**
 * Chooses the account of a call by `account` among its arguments, which works like `--account`.
 * @throws UsageError for a name that no account has or that --account leaves out, and if several could be meant.
 */
export async function chooseAccount(
  configured: Config,
  tool: string,
  given: unknown,
  surroundings: Surroundings,
): Promise<ChosenAccount> {
  const file = await namedAccounts(configured, surroundings);
  if (file === undefined) return { config: configured, args: given, chosen: undefined };
  const { account: list, ...others } = isObject(given) ? given : {};
  const written: unknown = Array.isArray(list) && list.length === 1 ? list[0] : list;
  const args = isObject(given) ? others : given;
  const several = file.accounts.length > 1;
  if (several && needsNone(tool)) return { config: withNone(configured), args, chosen: undefined };
  const [only] = file.accounts;
  if (written === undefined || written === null || written === '') {
    if (several || only === undefined) throw new AccountNotNamed(file);
    return { config: await withAccount(configured, file, only, surroundings), args, chosen: undefined };
  }
  if (typeof written !== 'string' && typeof written !== 'number')
    throw new UsageError('account must be the name of one account');
  const name = String(written);
  const found = accountNamed(file.accounts, name);
  if (found === undefined) {
    const { names } = configured.accounts;
    throw new UsageError(
      names === undefined
        ? `${unknownAccount(name, file.accounts)}. The file is ${file.path}`
        : `account=${quoted(name)} is not ${nameList(file.accounts)}, which --account chooses: omit one of them`,
    );
  }
  const config = await withAccount(configured, file, found, surroundings);
  return { config, args, chosen: several ? found.name : undefined };
}
