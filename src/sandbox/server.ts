import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { serveControl } from './control/control.js';
import { effectName, isPerformed } from './faults/fault.js';
import { sendFaultyResponse } from './faults/faulty-response.js';
import { type Incoming, readIncoming } from './http/incoming.js';
import { originRefusal } from './http/origin.js';
import { protectiveHeaders } from './http/protective-headers.js';
import { Refusal, type SandboxResponse } from './http/refusal.js';
import { sendResponse } from './http/respond.js';
import { connectPageHeaders, serveConnectPage } from './maton/connect-page.js';
import { connectPath } from './maton/connection.js';
import { serveGateway } from './maton/gateway.js';
import { serveEvents } from './page/events.js';
import { eventsPath } from './page/events-path.js';
import { explain } from './page/meaning/explain.js';
import { pagePath, servePage } from './page/page.js';
import { readPage } from './page/page-file.js';
import type { World } from './world/world.js';

/** How long a request may take to arrive, in milliseconds. The response has no limit, because a fault can hang it. */
export type ArrivalLimits = Pick<ServerOptions, 'headersTimeout' | 'requestTimeout' | 'connectionsCheckingInterval'>;

const arrivalLimits: ArrivalLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
};

interface ServerParts {
  readonly limits?: ArrivalLimits;
  /** The HTML of the page, read for each request; undefined if it is not built. */
  page?(): Promise<string | undefined>;
}

/** An HTTP server for a world; it does not listen yet. */
export function sandboxServer(world: World, { limits = arrivalLimits, page = readPage }: ServerParts = {}): Server {
  // A missing Host header is refused by originRefusal, like a wrong one.
  return createServer({ ...limits, requireHostHeader: false }, (message, response) => {
    serve(world, message, response, page).catch(() => fail(message, response));
  });
}

/** Ends a request that an error of the sandbox itself kept from being served, or that did not arrive as a whole. */
function fail(message: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent || !message.complete) message.socket.destroy();
  else {
    const [path] = (message.url ?? '/').split('?');
    sendResponse(response, { status: 500, body: { error: `The sandbox failed to answer ${message.method} ${path}` } });
  }
}

/** The sandbox's time in ISO 8601, by which the server tells the time on this machine. */
const timeHeader = 'x-sandbox-time';

async function serve(
  world: World,
  message: IncomingMessage,
  response: ServerResponse,
  page: () => Promise<string | undefined>,
): Promise<void> {
  const incoming = await readIncoming(message);
  const time = new Date(world.clock.now());
  setHeaders(response, { date: time.toUTCString(), [timeHeader]: time.toISOString(), ...protectiveHeaders });
  const { method, path } = incoming;
  const refusal = originRefusal(message, incoming);
  if (refusal !== undefined) sendResponse(response, refusal);
  else if (path === pagePath) {
    const { headers, reply } = servePage(incoming, await page());
    sendResponse(setHeaders(response, headers), reply);
  } else if (path === eventsPath && (method === 'GET' || method === 'HEAD')) streamEvents(world, incoming, response);
  else if (path === '/sandbox' || path.startsWith('/sandbox/'))
    sendResponse(response, await serveControl(world, incoming));
  else if (path === connectPath)
    sendResponse(setHeaders(response, connectPageHeaders), serveConnectPage(world, incoming));
  else serveAccount(world, incoming, response);
}

function streamEvents(world: World, incoming: Incoming, response: ServerResponse): void {
  try {
    serveEvents(world, incoming, response);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    sendResponse(response, error.response);
  }
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): ServerResponse {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  return response;
}

function serveAccount(world: World, incoming: Incoming, response: ServerResponse): void {
  const { method, path } = incoming;
  const time = new Date(world.clock.now()).toISOString();
  const fault = world.faults.take({ method, path });
  const explained = explain(world, incoming);
  const performed = fault === undefined || isPerformed(fault);
  const reply = performed ? responseTo(world, incoming) : placeholder;
  const stall = { after: world.clock.after, startStall: () => world.onStall(incoming.headers) };
  const status =
    fault === undefined ? sendResponse(response, reply) : sendFaultyResponse(response, reply, fault, stall);
  world.requests.add({
    time,
    method,
    path,
    query: Object.fromEntries(incoming.query),
    headers: loggedHeaders(incoming),
    text: incoming.text,
    bytes: incoming.bytes,
    status,
    performed,
    explained: explained(performed ? reply : undefined),
    ...(fault === undefined ? {} : { fault: effectName(fault) }),
  });
}

// The response to a request that was not performed, for faults that need a body to pad or cut.
const placeholder: SandboxResponse = { status: 200, body: { status: 'success', data: {} } };

function responseTo(world: World, incoming: Incoming): SandboxResponse {
  try {
    return serveGateway(world, incoming);
  } catch (error) {
    if (error instanceof Refusal) return error.response;
    return { status: 500, body: { status: 'exception', message: 'Something went wrong' } };
  }
}

function loggedHeaders({ headers }: Incoming): Record<string, string> {
  const logged: Record<string, string> = {};
  for (const name of ['maton-connection', 'user-agent', 'content-type', 'accept', 'accept-encoding']) {
    const value = headers[name];
    if (typeof value === 'string') logged[name] = value;
  }
  if (headers.authorization !== undefined) logged.authorization = headers.authorization.replace(/\S+$/, '***');
  return logged;
}
