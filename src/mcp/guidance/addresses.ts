import { ProtocolError, ProtocolErrorCode, UriTemplate } from '@modelcontextprotocol/server';
import { isObject } from '../../../tools/contract/json.js';
import { quoted } from '../../../tools/contract/quoted.js';
import { nameList } from '../../config/accounts/names.js';
import type { ListedResource } from '../listing/catalogue.js';
import { accountMissing, findAccount } from '../listing/choose-account.js';
import type { Offer } from '../listing/offer.js';

type Addressed = Pick<ListedResource, 'uri' | 'ofAccount'>;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The part of an address of its own form that names the account; undefined if it has another form. */
function ownPart({ ofAccount }: Addressed, address: string): string | undefined {
  const [before, after] = ofAccount?.split('{account}', 2) ?? [];
  if (before === undefined || after === undefined || !address.startsWith(before) || !address.endsWith(after))
    return undefined;
  const part = address.slice(before.length, address.length - after.length);
  return part === '' || /[/?#]/.test(part) ? undefined : part;
}

/** The texts in an address that may name the account: a plus is a blank for some clients, and itself for others. */
function accountsIn(listed: Addressed, address: string): string[] {
  const queried = Array.from(address.matchAll(/[?&]account=([^&#]+)/gi), ([, value = '']) => value);
  const values = [ownPart(listed, address) ?? [], queried].flat();
  return values.flatMap((value) => [value, value.replaceAll('+', ' ')]).map(decoded);
}

/** The address of a resource of one of several accounts. */
export const addressOf = ({ uri, ofAccount }: Addressed, account: string): string => {
  const name = encodeURIComponent(account);
  return ofAccount === undefined ? `${uri}?account=${name}` : ofAccount.replace('{account}', () => name);
};

/** What the parameters of `subscriptions/listen` name as resources: addresses, where the client keeps to the protocol. */
export function subscribedResources(params: unknown): readonly unknown[] {
  const { notifications } = isObject(params) ? params : {};
  const { resourceSubscriptions: list } = isObject(notifications) ? notifications : {};
  return Array.isArray(list) ? list : [];
}

/** Matches the address of a resource with any account or none, so that a missing name is answered with the choices. */
export class AccountTemplate extends UriTemplate {
  readonly #listed: Addressed;

  constructor(listed: Addressed) {
    super(listed.ofAccount ?? `${listed.uri}{?account}`);
    this.#listed = listed;
  }

  override match(uri: string): Record<string, string> | null {
    const own = ownPart(this.#listed, uri);
    if (own !== undefined) return { account: own };
    const [address, search] = uri.split('?', 2);
    return address === this.#listed.uri ? { account: search ?? '' } : null;
  }
}

/**
 * The account that an address names.
 * @throws ProtocolError if it is not certain.
 */
export function accountOf(listed: Addressed, address: string, accounts: readonly string[]): string {
  const texts = accountsIn(listed, address).filter((text) => text.trim() !== '');
  const found = texts.map((text) => findAccount(accounts, text));
  const names = new Set(found.flatMap((each) => ('name' in each ? each.name : [])));
  const [name, ...others] = names;
  if (name !== undefined && others.length === 0) return name;
  const [first] = found;
  const problem =
    name !== undefined
      ? `could be ${[...names].map((each) => quoted(each)).join(' or ')}: write a blank as %20`
      : first !== undefined && 'problem' in first
        ? first.problem
        : accountMissing({ accounts });
  const choices = nameList(accounts.map((each) => ({ name: each })));
  const advice = listed.ofAccount === undefined ? 'Add ?account=NAME to the address' : `Read ${listed.ofAccount}`;
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `invalid_input: account: ${problem}. ${advice}; there are ${choices}`,
  );
}

/** The accounts that a resource is read from; empty if none is chosen. */
export const accountsOf = ({ tool }: ListedResource, { tools }: Pick<Offer, 'tools'>): readonly string[] =>
  tool === undefined ? [] : (tools.find(({ name }) => name === tool)?.accounts ?? []);

/** Whether a client is offered a resource that it can subscribe to. */
export const hasChanging = ({ resources }: Pick<Offer, 'resources'>): boolean =>
  resources.some(({ changes }) => changes === true);

/** The account whose changes an address announces, undefined for the only one; undefined as a whole if there is none to subscribe to. */
export function subscribedAccount(
  { resources, ...offer }: Pick<Offer, 'resources' | 'tools'>,
  address: string,
): { readonly account: string | undefined } | undefined {
  for (const listed of resources) {
    if (listed.changes !== true) continue;
    const accounts = accountsOf(listed, offer);
    if (accounts.length === 0) {
      if (address === listed.uri) return { account: undefined };
    } else if (new AccountTemplate(listed).match(address) !== null) {
      try {
        return { account: accountOf(listed, address, accounts) };
      } catch {
        return undefined;
      }
    }
  }
  return undefined;
}
