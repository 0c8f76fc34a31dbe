import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  ResourceTemplate,
  UriTemplate,
} from '@modelcontextprotocol/server';
import { failureLine } from '../../../tools/contract/failure.js';
import { quoted } from '../../../tools/contract/quoted.js';
import { nameList } from '../../config/accounts/names.js';
import { accountMissing, findAccount, matchingNames } from '../accounts/choose-account.js';
import type { Backend, Open } from '../backend.js';
import { maxChoices } from '../listing/account-argument.js';
import type { ListedResource } from '../listing/catalogue.js';

/** Reads a resource under the address that the client used. One that a tool reads fails in the words of that tool. */
async function read(
  { uri, mimeType }: ListedResource,
  requested: string,
  { resource, call, account }: Backend,
  signal: AbortSignal,
): Promise<ReadResourceResult> {
  const content = resource(uri);
  if ('markdown' in content) return { contents: [{ uri: requested, mimeType, text: content.markdown }] };
  const outcome = await call(content.tool, {}, { signal, account });
  if (!outcome.ok) throw new ProtocolError(ProtocolErrorCode.InternalError, failureLine(outcome.failure));
  return { contents: [{ uri: requested, mimeType, text: JSON.stringify(outcome.result) }] };
}

const nameOf = ({ uri }: ListedResource): string => uri.replace('manychat://', '');

/** Registers a resource of the only account, or of this server. */
function registerOne(server: McpServer, listed: ListedResource, open: Open): void {
  const { uri, title, description, mimeType } = listed;
  server.registerResource(nameOf(listed), uri, { title, description, mimeType }, async (_, { mcpReq: { signal } }) =>
    read(listed, uri, await open(), signal),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The values of `account` in an address: a plus is a blank for some clients, and itself for others. */
function accountsIn(address: string): string[] {
  const values = Array.from(address.matchAll(/[?&]account=([^&#]+)/gi), ([, value = '']) => value);
  return values.flatMap((value) => [value, value.replaceAll('+', ' ')]).map(decoded);
}

/** Matches the address of a resource with any account or none, so that a missing name is answered with the choices. */
class AccountTemplate extends UriTemplate {
  readonly #uri: string;

  constructor(uri: string) {
    super(`${uri}{?account}`);
    this.#uri = uri;
  }

  override match(uri: string): Record<string, string> | null {
    const [address, search] = uri.split('?', 2);
    return address === this.#uri ? { account: search ?? '' } : null;
  }
}

/** The account that an address names. */
function accountOf(address: string, accounts: readonly string[]): string {
  const texts = accountsIn(address).filter((text) => text.trim() !== '');
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
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `invalid_input: account: ${problem}. Add ?account=NAME to the address; there are ${choices}`,
  );
}

/** Registers a resource that each of several accounts has. Of many accounts, clients see the template only. */
function registerOfSeveral(server: McpServer, listed: ListedResource, accounts: readonly string[], open: Open): void {
  const { uri, title, description, mimeType } = listed;
  const concrete = accounts.length > maxChoices ? [] : accounts;
  const template = new ResourceTemplate(new AccountTemplate(uri), {
    list: () => ({
      resources: concrete.map((account) => ({
        uri: `${uri}?account=${encodeURIComponent(account)}`,
        name: `${nameOf(listed)} of ${account}`,
        title: `${title} of ${account}`,
      })),
    }),
    complete: { account: (typed) => matchingNames(accounts, typed) },
  });
  server.registerResource(
    nameOf(listed),
    template,
    { title, description, mimeType },
    async (address, _, { mcpReq: { signal } }) => {
      const account = accountOf(address.href, accounts);
      return read(listed, address.href, await open(account), signal);
    },
  );
}

/** Registers the resources. Those that a tool reads belong to an account; the others are texts of this server. */
export function registerResources(
  server: McpServer,
  { resources, accounts }: { readonly resources: readonly ListedResource[]; readonly accounts: readonly string[] },
  open: Open,
): void {
  for (const listed of resources) {
    if (accounts.length === 0 || listed.tool === undefined) registerOne(server, listed, open);
    else registerOfSeveral(server, listed, accounts, open);
  }
}
