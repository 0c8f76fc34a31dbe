import type { Failure } from '../../../tools/contract/failure.js';
import { isObject } from '../../../tools/contract/json.js';
import { quoted } from '../../../tools/contract/quoted.js';
import { manychatKeyIn } from '../../config/accounts/keys.js';
import { accountNamed, nameKey } from '../../config/accounts/names.js';
import { closest } from '../../text/closest.js';
import type { Offer, OfferedTool } from './offer.js';

/** The account of a call and the arguments without its name, or why the account is not certain. */
export type AccountChoice =
  | { readonly account: string | undefined; readonly input: unknown }
  | { readonly failure: Failure };

/** What calls choose their account from. */
type Choices = Pick<Offer, 'accounts'>;

/** One of the names, or what is wrong with the text that was given for one. */
export type FoundAccount = { readonly name: string } | { readonly problem: string };

const labelled = (names: readonly string[]) => names.map((name) => ({ name, label: name, names: [name] }));

/**
 * Finds the account that a text names: case, blanks, hyphens and underscores do not count. An account is never guessed,
 * however close a name is.
 */
export function findAccount(names: readonly string[], text: string): FoundAccount {
  const found = accountNamed(labelled(names), text);
  if (found !== undefined) return { name: found.name };
  const near = closest(text, labelled(names)).map(({ name }) => quoted(name));
  const suggestion = near.length === 0 ? '' : `; the closest ${near.length === 1 ? 'is' : 'are'} ${near.join(', ')}`;
  return { problem: `there is no account ${quoted(text.replace(manychatKeyIn, '[key]'))}${suggestion}` };
}

/** The names of accounts that fit what was typed. */
export function matchingNames(accounts: readonly string[], typed: string): string[] {
  const text = nameKey(typed);
  return accounts.filter((name) => nameKey(name).includes(text));
}

/** What is wrong with a request that names no account. */
export const accountMissing = ({ accounts }: Choices): string =>
  `is required, because this server has ${accounts.length} accounts`;

/** The text that an argument holds. Clients and models also write it in quotes, as a number or as a list of one. */
function textOf(written: unknown): string | undefined {
  if (Array.isArray(written) && written.length === 1) return textOf(written[0]);
  if (Number.isSafeInteger(written)) return String(written);
  if (typeof written !== 'string') return undefined;
  const text = written.trim();
  return /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text;
}

const isAbsent = (written: unknown): boolean =>
  written === undefined ||
  written === null ||
  textOf(written)?.trim() === '' ||
  (typeof written === 'object' && Object.keys(written).length === 0);

const nameHint =
  'Nothing was done. Call again with account, one of the names in details. If it is not certain which account is meant, ask the user.';

const refusal = (message: string, details: readonly string[], hint = nameHint): { readonly failure: Failure } => ({
  failure: { kind: 'invalid_input', message, hint, retryable: false, performed: 'no', source: 'client', details },
});

/** A key that was probably meant to be `account`. */
const similarKey = (input: object): string | undefined => Object.keys(input).find((key) => /account/i.test(key));

/** Chooses the account of a tool call by its argument `account`, which it takes out of the arguments. */
export function chooseAccount(
  { api, accounts: names, withConnection }: Pick<OfferedTool, 'api' | 'accounts' | 'withConnection'>,
  given: unknown,
  offer: Choices,
): AccountChoice {
  if (offer.accounts.length === 0) return { account: undefined, input: given };
  const { account: written, ...input } = isObject(given) ? given : {};
  // Nothing of an account is read or changed, so its name does not matter.
  if (api === 'none') return { account: undefined, input: isObject(given) ? input : given };
  if (isAbsent(written)) {
    const key = similarKey(input);
    const meant = key === undefined ? '' : `; ${quoted(key)} is not known, did you mean account?`;
    return refusal(`account: ${accountMissing(offer)}${meant}`, names);
  }
  const text = textOf(written);
  const found = text === undefined ? { problem: 'must be the name of an account' } : findAccount(offer.accounts, text);
  if ('problem' in found) return refusal(`account: ${found.problem}`, names);
  const { name } = found;
  if (!names.includes(name)) {
    const reason = `account: ${quoted(name)} uses ManyChat's own key and has no connections at Maton, which this tool is for`;
    return refusal(reason, names);
  }
  if (withConnection.length === 0 || withConnection.includes(name)) return { account: name, input };
  // The tool has the argument for other accounts, so clients that fill all arguments fill it here too.
  const { connection_id: connection, ...rest } = input;
  if (isAbsent(connection)) return { account: name, input: rest };
  return refusal(
    `connection_id: account ${quoted(name)} always uses the same connection`,
    withConnection.map((each) => `takes connection_id: ${quoted(each)}`),
    'Nothing was done. Omit connection_id, or name the account that is meant.',
  );
}
