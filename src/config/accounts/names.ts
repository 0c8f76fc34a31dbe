import { quoted } from '../../../tools/contract/quoted.js';
import { closest } from '../../text/closest.js';
import { withoutHidden } from '../../text/safe-text.js';

interface Named {
  readonly name: string;
}

/**
 * What names that mean the same account have in common: case, blanks, hyphens and underscores do not count, nor do
 * characters that show nothing, which no name has.
 */
export const nameKey = (name: string): string =>
  withoutHidden(name)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();

/** The account that a name means; undefined if there is none. */
export function accountNamed<Account extends Named>(accounts: readonly Account[], name: string): Account | undefined {
  const key = nameKey(name);
  return accounts.find((account) => nameKey(account.name) === key);
}

/** Up to this many names are all listed; of more, only the first. */
const maxListed = 60;

/** The names of accounts, for a sentence. */
export function nameList(accounts: readonly Named[]): string {
  const more = accounts.length > maxListed ? ` and ${accounts.length - maxListed} more` : '';
  return accounts
    .slice(0, maxListed)
    .map(({ name }) => quoted(name))
    .join(', ')
    .concat(more);
}

/** A sentence about a name that no account has, with the names that are close to it, or else all. */
export function unknownAccount(name: string, accounts: readonly Named[]): string {
  const near = closest(
    name,
    accounts.map((account) => ({ name: account.name, label: account.name, names: [account.name] })),
  );
  const choices =
    near.length === 0
      ? `there are ${nameList(accounts)}`
      : `the closest ${near.length === 1 ? 'is' : 'are'} ${nameList(near)}`;
  return `There is no account ${quoted(name)}; ${choices}`;
}
