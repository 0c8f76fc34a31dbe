import { bearerToken, type Incoming } from '../http/incoming.js';
import type { SandboxResponse } from '../http/refusal.js';
import type { Account } from '../manychat/account.js';
import { serveManychat, serveManychatDirect } from '../manychat/api.js';
import { second } from '../world/clock.js';
import type { World } from '../world/world.js';
import { serveConnections } from './connections.js';
import { flatGatewayRefusal, gatewayRefusal } from './refusals.js';

const requestsPerSecond = 10;

function requireKey(world: World, incoming: Incoming): void {
  if (bearerToken(incoming) !== world.matonKey) {
    throw gatewayRefusal(401, 'authentication_error', 'Invalid or missing API key');
  }
}

/** The account of the requested connection; by default of the oldest ACTIVE one, as Maton's ManyChat guide says. */
function selectedAccount(world: World, { headers }: Incoming): Account {
  const id = headers['maton-connection'];
  const oldestFirst = [...world.connections].sort((one, other) => one.creationTime.localeCompare(other.creationTime));
  const connection =
    id === undefined
      ? oldestFirst.find(({ status }) => status === 'ACTIVE')
      : world.connections.find((candidate) => candidate.id === id);
  if (id !== undefined && connection === undefined) throw gatewayRefusal(404, 'not_found', 'Connection not found');
  if (connection?.status !== 'ACTIVE' || connection.account === undefined) {
    throw flatGatewayRefusal(400, 'invalid_request', 'No active ManyChat connection', world.random.hex(16));
  }
  return connection.account;
}

/** Serves a request as Maton (gateway or connections API) or, under /fb with a page key, as ManyChat. @throws Refusal */
export function serveGateway(world: World, incoming: Incoming): SandboxResponse {
  const { path } = incoming;
  if (path.startsWith('/fb/') && bearerToken(incoming) !== world.matonKey) return serveManychatDirect(world, incoming);
  requireKey(world, incoming);
  if (world.settings.limits && !world.limiter.admit('maton', requestsPerSecond, second, world.clock.elapsed())) {
    throw flatGatewayRefusal(429, 'rate_limit', 'Rate limit exceeded', world.random.hex(16));
  }
  if (path === '/connections' || path.startsWith('/connections/')) return serveConnections(world, incoming);
  if (!path.startsWith('/manychat/')) {
    throw flatGatewayRefusal(400, 'invalid_request', 'Invalid app name', world.random.hex(16));
  }
  return serveManychat(world, selectedAccount(world, incoming), { ...incoming, path: path.slice('/manychat'.length) });
}
