import { bearerToken, type Incoming } from '../http/incoming.js';
import type { SandboxResponse } from '../http/refusal.js';
import type { Account } from '../manychat/account.js';
import { accountOfKey, serveManychat, serveManychatDirect } from '../manychat/api.js';
import { second } from '../world/clock.js';
import type { World } from '../world/world.js';
import type { Connection } from './connection.js';
import { serveConnections } from './connections.js';
import { flatGatewayRefusal, gatewayRefusal } from './refusals.js';

const requestsPerSecond = 10;

function requireKey(world: World, incoming: Incoming): void {
  if (bearerToken(incoming) !== world.matonKey) {
    throw gatewayRefusal(401, 'authentication_error', 'Invalid or missing API key');
  }
}

/** The requested connection; by default the oldest ACTIVE one, as Maton's ManyChat guide says. */
function requestedConnection({ connections }: World, { headers }: Incoming): Connection | undefined {
  const id = headers['maton-connection'];
  if (id !== undefined) return connections.find((candidate) => candidate.id === id);
  const oldestFirst = [...connections].sort((one, other) => one.creationTime.localeCompare(other.creationTime));
  return oldestFirst.find(({ status }) => status === 'ACTIVE');
}

function selectedAccount(world: World, incoming: Incoming): Account {
  const connection = requestedConnection(world, incoming);
  if (incoming.headers['maton-connection'] !== undefined && connection === undefined) {
    throw gatewayRefusal(404, 'not_found', 'Connection not found');
  }
  if (connection?.status !== 'ACTIVE' || connection.account === undefined) {
    throw flatGatewayRefusal(400, 'invalid_request', 'No active ManyChat connection', world.random.hex(16));
  }
  return connection.account;
}

const gatewayPrefix = '/manychat';

const isDirect = (world: World, incoming: Incoming): boolean =>
  incoming.path.startsWith('/fb/') && bearerToken(incoming) !== world.matonKey;

/** Which account a request is for, and its path at ManyChat; the account is undefined if it has none. Nothing is checked. */
export function addressed(world: World, incoming: Incoming): { account: Account | undefined; path: string } {
  const { path } = incoming;
  if (isDirect(world, incoming)) return { account: accountOfKey(world, incoming), path };
  if (!path.startsWith(`${gatewayPrefix}/`)) return { account: undefined, path };
  return { account: requestedConnection(world, incoming)?.account, path: path.slice(gatewayPrefix.length) };
}

/** Serves a request as Maton (gateway or connections API) or, under /fb with a page key, as ManyChat. @throws Refusal */
export function serveGateway(world: World, incoming: Incoming): SandboxResponse {
  const { path } = incoming;
  if (isDirect(world, incoming)) return serveManychatDirect(world, incoming);
  requireKey(world, incoming);
  if (world.settings.limits && !world.limiter.admit('maton', requestsPerSecond, second, world.clock.elapsed())) {
    throw flatGatewayRefusal(429, 'rate_limit', 'Rate limit exceeded', world.random.hex(16));
  }
  if (path === '/connections' || path.startsWith('/connections/')) return serveConnections(world, incoming);
  if (!path.startsWith(`${gatewayPrefix}/`)) {
    throw flatGatewayRefusal(400, 'invalid_request', 'Invalid app name', world.random.hex(16));
  }
  return serveManychat(world, selectedAccount(world, incoming), {
    ...incoming,
    path: path.slice(gatewayPrefix.length),
  });
}
