import { createMcpHandler, type McpHttpHandler, type McpServerFactory } from '@modelcontextprotocol/server';
import { isObject } from '../../../tools/contract/json.js';
import type { Backend } from '../backend.js';
import { subscribedAccount, subscribedResources } from '../guidance/addresses.js';
import type { Offer } from '../listing/offer.js';
import type { Principal } from './principal.js';

/** The most streams that are open, and those of one principal. */
const maxStreams = 1_024;
const maxOfOne = 50;

/** After so many milliseconds a stream ends, and its client signs in again for the next. */
const streamMs = 1_800_000;

/** A request that subscribes, and what decides what it may see. */
interface SubscribingRequest {
  readonly request: Request;
  readonly message: unknown;
  readonly principal: Principal;
  readonly offer: Offer;
  /** The account that the caller has if it does not choose. */
  readonly account: string | undefined;
}

/** The streams of notices over HTTP. */
export interface SubscriptionStreams {
  /** The response to a request that subscribes; undefined for any other request. */
  serve(request: SubscribingRequest): Promise<Response | undefined>;
  /** Ends all streams, and begins no more. */
  close(): Promise<void>;
}

/** What streams are served with. */
export interface StreamParts {
  readonly factory: McpServerFactory;
  openBackend(principal: Principal, account: string | undefined): Promise<Backend>;
  onError(error: Error): void;
}

/** The same whether there is no such resource or it is of an account that the caller may not use. */
const noResource = (message: unknown): Response =>
  Response.json({
    jsonrpc: '2.0',
    id: isObject(message) ? message.id : null,
    error: {
      code: -32_602,
      message: 'Invalid params: resourceSubscriptions names a resource that does not change for you',
    },
  });

/**
 * Serves `subscriptions/listen`. Which account an address means depends on who asks, so each stream has a handler of its own,
 * with the notices of its accounts alone.
 */
export function createSubscriptionStreams({ factory, openBackend, onError }: StreamParts): SubscriptionStreams {
  const open = new Map<McpHttpHandler, string>();
  let ended = false;

  return {
    async serve({ request, message, principal, offer, account }) {
      if (!isObject(message) || message.method !== 'subscriptions/listen') return undefined;
      const watches: ((changed: () => void) => () => void)[] = [];
      const uris: string[] = [];
      for (const uri of subscribedResources(message.params)) {
        const found = typeof uri === 'string' ? subscribedAccount(offer, uri) : undefined;
        const backend = found && (await openBackend(principal, found.account ?? account));
        if (typeof uri !== 'string' || backend?.watchMessages === undefined) return noResource(message);
        uris.push(uri);
        watches.push(backend.watchMessages);
      }
      const own = [...open.values()].filter((id) => id === principal.id).length;
      const isFull = ended || open.size >= maxStreams || own >= maxOfOne;
      const handler = createMcpHandler(factory, {
        maxSubscriptions: isFull ? 0 : 1,
        onerror: onError,
        bus: {
          publish: () => undefined,
          subscribe(listener) {
            const ends = watches.map((watch, at) =>
              watch(() => listener({ kind: 'resource_updated', uri: uris[at] ?? '' })),
            );
            const timer = setTimeout(() => handler.close(), streamMs);
            timer.unref();
            open.set(handler, principal.id);
            return () => {
              clearTimeout(timer);
              open.delete(handler);
              for (const end of ends) end();
            };
          },
        },
      });
      return handler.fetch(request, { parsedBody: message });
    },
    async close() {
      ended = true;
      await Promise.all([...open.keys()].map((handler) => handler.close()));
    },
  };
}
