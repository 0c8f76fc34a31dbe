import type { Incoming } from '../http/incoming.js';
import { isRecord } from '../http/json.js';
import type { SandboxResponse } from '../http/refusal.js';
import { matonTime } from '../world/clock.js';
import type { World } from '../world/world.js';
import { type Connection, connectPath } from './connection.js';
import { flatGatewayRefusal, gatewayRefusal } from './refusals.js';

// Assumption: Maton's own limit is unknown.
const maxConnections = 1_000;

/** A connection in the JSON shape of the connections API. */
export function serializeConnection({ baseUrl }: World, connection: Connection): Record<string, unknown> {
  return {
    connection_id: connection.id,
    status: connection.status,
    creation_time: connection.creationTime,
    last_updated_time: connection.lastUpdatedTime,
    url: `${baseUrl}${connectPath}?session_token=${connection.token}`,
    app: 'manychat',
    method: 'API_KEY',
    metadata: {},
  };
}

/** Serves the connections API; the caller has checked key and rate limit. @throws Refusal */
export function serveConnections(world: World, incoming: Incoming): SandboxResponse {
  const { method, path } = incoming;
  const id = path.split('/')[2];
  if (id === undefined || id === '') {
    if (method === 'GET') return list(world, incoming);
    if (method === 'POST') return create(world, incoming);
    throw gatewayRefusal(404, 'not_found', 'Route not found');
  }
  const connection = world.connections.find((candidate) => candidate.id === id);
  if (connection === undefined || path.split('/').length > 3) {
    throw gatewayRefusal(404, 'not_found', 'Connection not found');
  }
  if (method === 'GET') return { status: 200, body: { connection: serializeConnection(world, connection) } };
  if (method !== 'DELETE') throw gatewayRefusal(404, 'not_found', 'Route not found');
  world.connections = world.connections.filter((candidate) => candidate !== connection);
  world.changes.part('account');
  return { status: 200 };
}

function list(world: World, { query }: Incoming): SandboxResponse {
  const app = query.get('app') ?? 'manychat';
  const status = query.get('status');
  const connections = world.connections.filter(
    (connection) => app === 'manychat' && (status === null || connection.status === status),
  );
  // Newest first: the order is undocumented, so a client that relies on oldest first should fail here.
  return { status: 200, body: { connections: connections.reverse().map((each) => serializeConnection(world, each)) } };
}

function create(world: World, incoming: Incoming): SandboxResponse {
  const body = incoming.json();
  if (!isRecord(body) || body.app !== 'manychat') {
    throw flatGatewayRefusal(400, 'invalid_request', 'Invalid app name', world.random.hex(16));
  }
  if (world.connections.length >= maxConnections) {
    throw flatGatewayRefusal(400, 'invalid_request', 'Too many connections', world.random.hex(16));
  }
  const time = matonTime(world.clock.now());
  const connection: Connection = {
    id: world.random.uuid(),
    status: 'PENDING',
    creationTime: time,
    lastUpdatedTime: time,
    token: world.random.hex(40),
    account: undefined,
  };
  world.connections.push(connection);
  world.changes.part('account');
  const serialized = serializeConnection(world, connection);
  const shapes = { flat: serialized, id_only: { connection_id: connection.id }, wrapped: { connection: serialized } };
  return { status: 200, body: shapes[world.settings.create_shape] };
}
