import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import { failureLine } from '../../../tools/contract/failure.js';
import type { Backend, Open } from '../backend.js';
import { maxChoices } from '../listing/account-argument.js';
import type { ListedResource } from '../listing/catalogue.js';
import { matchingNames } from '../listing/choose-account.js';
import type { Offer } from '../listing/offer.js';
import { AccountTemplate, accountOf, accountsOf, addressOf } from './addresses.js';

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

/** Registers a resource that each of several accounts has. Of many accounts, clients see the template only. */
function registerOfSeveral(server: McpServer, listed: ListedResource, accounts: readonly string[], open: Open): void {
  const { title, description, mimeType } = listed;
  const concrete = accounts.length > maxChoices ? [] : accounts;
  const template = new ResourceTemplate(new AccountTemplate(listed), {
    list: () => ({
      resources: concrete.map((account) => ({
        uri: addressOf(listed, account),
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
      const account = accountOf(listed, address.href, accounts);
      return read(listed, address.href, await open(account), signal);
    },
  );
}

/** Registers the resources. Those that a tool reads belong to an account; the others are texts of this server. */
export function registerResources(
  server: McpServer,
  offer: Pick<Offer, 'resources' | 'tools' | 'accounts'>,
  open: Open,
): void {
  for (const listed of offer.resources) {
    if (offer.accounts.length === 0 || listed.tool === undefined) registerOne(server, listed, open);
    else registerOfSeveral(server, listed, accountsOf(listed, offer), open);
  }
}
