import { type McpServer, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { View } from '../../../tools/contract/endpoint.js';
import type { Offer } from '../listing/offer.js';

/** The identifier of MCP Apps among the extensions of MCP. */
const extension = 'io.modelcontextprotocol/ui';

/** The type of pages that speak the protocol of MCP Apps. */
const mimeType = 'text/html;profile=mcp-app';

const texts: Readonly<Record<View, { readonly title: string; readonly description: string }>> = {
  'message-preview': {
    title: 'Message preview',
    description: 'Draws a message as its channel shows it, and what came of it. Clients with MCP Apps show it',
  },
  subscribers: {
    title: 'Contacts found',
    description: 'Draws the contacts that were found. Clients with MCP Apps show it',
  },
};

/** What the host gives a page: nothing from the network, and a border, because the pages have none. */
const pageMeta = { ui: { csp: { connectDomains: [], resourceDomains: [] }, prefersBorder: true } };

const pageMissing =
  'The page is missing. This server was probably updated or removed while it was running, and has to be restarted.';

type Shown = Pick<Offer, 'tools'>;

const viewsOf = ({ tools }: Shown): View[] => [...new Set(tools.flatMap(({ view }) => view ?? []))];

const addressOf = (view: View): string => `ui://manychat/${view}`;

/** The addresses of the views that a client is offered: those of its tools. */
export const viewAddresses = (offer: Shown): string[] => viewsOf(offer).map(addressOf);

/**
 * What a listed tool says about its view. It is listed to every client, since lists must not vary, and the others ignore it.
 * Some hosts read only the flat key, which the protocol has deprecated.
 */
export const viewMeta = (view: View | undefined): { readonly _meta?: Record<string, unknown> } =>
  view === undefined ? {} : { _meta: { ui: { resourceUri: addressOf(view) }, 'ui/resourceUri': addressOf(view) } };

/** Registers the pages of the views. A page is read when a host asks for it. */
export function registerViews(server: McpServer, offer: Shown): void {
  for (const view of viewsOf(offer)) {
    const uri = addressOf(view);
    server.registerResource(view, uri, { ...texts[view], mimeType, _meta: pageMeta }, async () => {
      const { readPage } = await import('./read-page.js');
      const text = await readPage(view);
      if (text === undefined) throw new ProtocolError(ProtocolErrorCode.InternalError, pageMissing);
      return { contents: [{ uri, mimeType, text, _meta: pageMeta }] };
    });
  }
}

/** The extensions of a server with views. */
export const viewExtensions = (offer: Shown): { readonly extensions?: Record<string, { mimeTypes: string[] }> } =>
  viewsOf(offer).length === 0 ? {} : { extensions: { [extension]: { mimeTypes: [mimeType] } } };
