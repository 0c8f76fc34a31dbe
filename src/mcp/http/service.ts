import { createMcpHandler, type McpServerFactory } from '@modelcontextprotocol/server';
import type { Delivery } from '../../account/send-guard/delivery.js';
import type { Telemetry } from '../../account/telemetry/telemetry.js';
import { accountNamed } from '../../config/accounts/names.js';
import type { Backend } from '../backend.js';
import { hasChanging } from '../guidance/addresses.js';
import type { Offer } from '../listing/offer.js';
import { createServer, type Needs } from '../server.js';
import { withoutNullArguments } from '../tool-handler.js';
import { readJson } from './body.js';
import { type AllowedNames, createNameCheck } from './checks.js';
import { createRequestDeliveries } from './deliveries.js';
import { needsIn } from './needs.js';
import type { Principal, SignIn } from './principal.js';
import { errorResponse, probeResponse } from './responses.js';
import { createSubscriptionStreams } from './subscriptions.js';

/** What requests are served with. */
export interface ServiceParts {
  readonly signIn: SignIn;
  readonly allowed: AllowedNames;
  /** The names of the accounts of a file. Empty if there is one account, without a name. */
  readonly accounts: readonly string[];
  /**
   * The offer of these accounts for a principal, the same for the same grant and kind of key. With one account, or none of a
   * name, calls do not choose.
   */
  offer(principal: Principal, accounts: readonly string[]): Offer;
  /** Opens the backend of a principal's account; see `OpenBackend` for an account that is undefined. */
  openBackend(principal: Principal, account: string | undefined): Promise<Backend>;
  /** Resolves when what the server depends on was reached once: `/readyz` says so. */
  readonly started: Promise<unknown>;
  /** Milliseconds since any fixed point. Deliveries are measured with it. */
  now(): number;
  readonly telemetry?: Telemetry | undefined;
  onError(error: Error): void;
  /** Told which host and origin were refused: the settings may lack a name that clients use. */
  onForeign?(names: { readonly host: string | null; readonly origin: string | null }): void;
}

/** Serves MCP to web-standard requests. */
export interface HttpService {
  /**
   * The response to a request. Aborting the signal of the request cancels its calls.
   * @param written resolves when the response is written, and never if the client goes away before.
   */
  fetch(request: Request, written?: Promise<void>): Promise<Response>;
  /** From now on `/readyz` says that the server ends, and streams of notices have ended. */
  drain(): void;
  /** Aborts what is in flight. */
  close(): Promise<void>;
}

/** What one request is served with. */
interface Exchange {
  readonly principal: Principal;
  readonly offer: Offer;
  /** The account that calls go to if they do not choose. */
  readonly account: string | undefined;
  readonly delivery: Delivery | undefined;
  readonly needs: Needs | undefined;
}

/** Offers that are kept. */
const maxOffers = 200;

/** Where MCP is served: `/mcp`, and `/mcp/{account}`. */
const mcpPath = /^\/mcp(?:\/([^/]*))?\/?$/;

/** The account that a path names; undefined if it names none. */
function accountIn(name: string | undefined): string | undefined {
  if (name === undefined || name === '') return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The same whether there is no such account or the caller may not use it. */
const noAccount = (): Response =>
  errorResponse(
    404,
    'There is no account of this name for you. Check the address; the person who runs this server knows the accounts.',
  );

const methodNotAllowed = (allow: string): Response => errorResponse(405, `Method not allowed: use ${allow}`, { allow });

/** Creates the service. */
export function createHttpService({ accounts, ...parts }: ServiceParts): HttpService {
  const check = createNameCheck(parts.allowed);
  const exchanges = new WeakMap<Request, Exchange>();
  const deliveries = createRequestDeliveries(parts.now);
  const offers = new Map<string, Offer>();
  let readiness: 'starting' | 'ok' | 'ending' = 'starting';
  parts.started.then(
    () => {
      if (readiness === 'starting') readiness = 'ok';
    },
    () => undefined,
  );

  function offerOf(principal: Principal, served: readonly string[]): Offer {
    const key = JSON.stringify([principal.grant, principal.access?.mode, served]);
    const offer = offers.get(key) ?? parts.offer(principal, served);
    offers.delete(key);
    offers.set(key, offer);
    // Callers can narrow what they are offered in any number of ways.
    const [oldest] = offers.keys();
    if (offers.size > maxOffers && oldest !== undefined) offers.delete(oldest);
    return offer;
  }

  /** The names of the accounts that a request is served for, or undefined if there is none. */
  function accountsFor({ grant }: Principal, named: string | undefined): readonly string[] | undefined {
    const granted = grant.accounts;
    const usable = granted === 'all' ? accounts : accounts.filter((name) => granted.includes(name));
    if (named === undefined)
      return usable.length > 0 || (granted === 'all' && accounts.length === 0) ? usable : undefined;
    const found = accountNamed(
      usable.map((name) => ({ name })),
      named,
    );
    return found && [found.name];
  }

  const factory: McpServerFactory = (context) => {
    const exchange = context.requestInfo && exchanges.get(context.requestInfo);
    if (exchange === undefined) throw new Error('a request that was not read here');
    const { principal, offer, account, delivery, needs } = exchange;
    const openBackend = (_: unknown, chosen = account) => parts.openBackend(principal, chosen);
    const deliveryOf = delivery && (() => delivery);
    // An older client would need a connection of its own for notices.
    const subscribes = context.era === 'modern' && hasChanging(offer);
    return createServer({ offer, openBackend, deliveryOf, subscribes, telemetry: parts.telemetry }, context, needs);
  };
  const handler = createMcpHandler(factory, { onerror: parts.onError });
  const streams = createSubscriptionStreams({ ...parts, factory });

  async function serveMcp(request: Request, named: string | undefined, written: Promise<void> | undefined) {
    const principal = await parts.signIn.identify(request);
    if (principal instanceof Response) return principal;
    const served = accountsFor(principal, named);
    if (served === undefined) return noAccount();
    if (request.method !== 'POST') return methodNotAllowed('POST');
    const body = await readJson(request);
    if (body instanceof Response) return body;
    const message = withoutNullArguments(body.json);
    const offer = offerOf(principal, served);
    const account = served.length === 1 ? served[0] : undefined;
    exchanges.set(request, {
      principal,
      offer,
      account,
      delivery: deliveries.open(principal.id, message, request, written),
      needs: needsIn(message),
    });
    const stream = await streams.serve({ request, message, principal, offer, account });
    return stream ?? handler.fetch(request, { parsedBody: message });
  }

  return {
    async fetch(request, written) {
      const { pathname } = new URL(request.url);
      if (pathname === '/healthz' || pathname === '/readyz') {
        if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed('GET');
        if (pathname === '/healthz' || readiness === 'ok') return probeResponse(200, 'ok');
        return probeResponse(503, readiness);
      }
      const refused = check(request);
      if (refused !== undefined) {
        const { headers } = request;
        parts.onForeign?.({ host: headers.get('host'), origin: headers.get('origin') });
        return refused;
      }
      const metadata = await parts.signIn.metadata?.(request);
      if (metadata !== undefined) return metadata;
      const path = mcpPath.exec(pathname);
      if (path === null) return errorResponse(404, 'Not found: MCP is served under /mcp and /mcp/{account}');
      return serveMcp(request, accountIn(path[1]), written);
    },
    drain() {
      readiness = 'ending';
      streams.close().catch(parts.onError);
    },
    async close() {
      await Promise.all([handler.close(), streams.close()]);
    },
  };
}
