import {
  isJSONRPCNotification,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type McpRequestContext,
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server';
import type { OpenBackend } from '../backend.js';
import { hasChanging, subscribedAccount, subscribedResources } from '../guidance/addresses.js';
import type { Offer } from '../listing/offer.js';

/** The subscriptions of one connection. */
export interface Subscriptions {
  /** Serves a client: from now on it gets the notices. */
  serve(server: McpServer, context: McpRequestContext): void;
  /** Notes a frame: what a client of 2026-07-28 subscribes to never reaches its server. */
  read(message: JSONRPCMessage): void;
  /** Ends all. */
  close(): void;
}

/** Who wants the notices of one address. */
interface Watched {
  /** The requests that listen, as clients of 2026-07-28 make them. */
  readonly listening: Set<unknown>;
  /** An older client has subscribed. */
  subscribed: boolean;
  /** Resolves with the function that ends the watch. */
  readonly watch: Promise<(() => void) | undefined>;
}

/** Subscribes the client of a connection, in both eras. Undefined if nothing that it is offered changes. */
export function createSubscriptions(offer: Offer, openBackend: OpenBackend): Subscriptions | undefined {
  if (!hasChanging(offer)) return undefined;
  const watched = new Map<string, Watched>();
  let served: { readonly server: McpServer; readonly context: McpRequestContext } | undefined;

  function notify(uri: string, { listening, subscribed }: Watched): void {
    if (served === undefined) return;
    const { server, context } = served;
    if (context.era === 'modern' ? listening.size === 0 : !subscribed) return;
    // It fails if the client is gone.
    server.server.sendResourceUpdated({ uri }).catch(() => undefined);
  }

  async function begin(uri: string, account: string | undefined): Promise<(() => void) | undefined> {
    const backend = await openBackend(served?.context ?? { era: 'modern' }, account);
    return backend.watchMessages?.(() => {
      const entry = watched.get(uri);
      if (entry !== undefined) notify(uri, entry);
    });
  }

  function entryOf(uri: string): Watched | undefined {
    const known = watched.get(uri);
    const found = known === undefined ? subscribedAccount(offer, uri) : undefined;
    if (found === undefined) return known;
    const entry = { listening: new Set<unknown>(), subscribed: false, watch: begin(uri, found.account) };
    // Without a watch there are no notices, which clients cannot rely on anyway.
    entry.watch.catch(() => undefined);
    watched.set(uri, entry);
    return entry;
  }

  function endUnused(): void {
    for (const [uri, { listening, subscribed, watch }] of watched) {
      if (listening.size > 0 || subscribed) continue;
      watched.delete(uri);
      watch.then((end) => end?.()).catch(() => undefined);
    }
  }

  return {
    serve(server, context) {
      served = { server, context };
      if (context.era === 'modern') return;
      server.server.setRequestHandler('resources/subscribe', async ({ params: { uri } }) => {
        const entry = entryOf(uri);
        if (entry === undefined)
          throw new ProtocolError(
            ProtocolErrorCode.InvalidParams,
            'There is no resource with this address that changes',
          );
        entry.subscribed = true;
        await entry.watch;
        return {};
      });
      server.server.setRequestHandler('resources/unsubscribe', async ({ params: { uri } }) => {
        const entry = watched.get(uri);
        if (entry !== undefined) entry.subscribed = false;
        endUnused();
        return {};
      });
    },
    read(message) {
      if (isJSONRPCRequest(message) && message.method === 'subscriptions/listen') {
        for (const uri of subscribedResources(message.params))
          if (typeof uri === 'string') entryOf(uri)?.listening.add(message.id);
      } else if (isJSONRPCNotification(message) && message.method === 'notifications/cancelled') {
        for (const { listening } of watched.values()) listening.delete(message.params?.requestId);
        endUnused();
      }
    },
    close() {
      for (const entry of watched.values()) {
        entry.listening.clear();
        entry.subscribed = false;
      }
      endUnused();
    },
  };
}
