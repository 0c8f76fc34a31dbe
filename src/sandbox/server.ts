import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { control } from './control/control.js';
import { faultName, performs } from './faults/fault.js';
import { sendSpoilt } from './faults/faulty-response.js';
import { type Incoming, readIncoming } from './http/incoming.js';
import { refusedOrigin } from './http/origin.js';
import { protectiveHeaders } from './http/protective-headers.js';
import { type Answer, Refusal } from './http/refusal.js';
import { sendAnswer } from './http/respond.js';
import { connectPage, connectPageHeaders } from './maton/connect-page.js';
import { connectPath } from './maton/connection.js';
import { gateway } from './maton/gateway.js';
import type { World } from './world/world.js';

/** How long a request may take to arrive, in milliseconds; its answer can take for ever, as a fault may have it. */
type ArrivalLimits = Pick<ServerOptions, 'headersTimeout' | 'requestTimeout' | 'connectionsCheckingInterval'>;

const arrivalLimits: ArrivalLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
};

/** An HTTP server that serves a world; it does not listen yet. */
export function sandboxServer(world: World, limits: ArrivalLimits = arrivalLimits): Server {
  // A request without a Host is refused like one with a foreign Host.
  return createServer({ ...limits, requireHostHeader: false }, (message, response) => {
    serve(world, message, response).catch(() => message.socket.destroy());
  });
}

async function serve(world: World, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const incoming = await readIncoming(message);
  setHeaders(response, { date: new Date(world.clock.now()).toUTCString(), ...protectiveHeaders });
  const { path } = incoming;
  const refusal = refusedOrigin(message, incoming);
  if (refusal !== undefined) sendAnswer(response, refusal);
  else if (path === '/sandbox' || path.startsWith('/sandbox/')) sendAnswer(response, control(world, incoming));
  else if (path === connectPath) sendAnswer(setHeaders(response, connectPageHeaders), connectPage(world, incoming));
  else serveAccount(world, incoming, response);
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): ServerResponse {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  return response;
}

function serveAccount(world: World, incoming: Incoming, response: ServerResponse): void {
  const { method, path } = incoming;
  const time = new Date(world.clock.now()).toISOString();
  const fault = world.faults.take(method, path);
  const performed = fault === undefined || performs(fault);
  const answer = performed ? answered(world, incoming) : notPerformed;
  const patience = { after: world.clock.after, keepBack: () => world.onStall(incoming.headers) };
  const status = fault === undefined ? sendAnswer(response, answer) : sendSpoilt(response, answer, fault, patience);
  world.requests.add({
    time,
    method,
    path,
    query: Object.fromEntries(incoming.query),
    headers: shownHeaders(incoming),
    text: incoming.text,
    bytes: incoming.bytes,
    status,
    performed,
    ...(fault === undefined ? {} : { fault: faultName(fault) }),
  });
}

// What a request that was not carried out pretends to answer, where the fault needs something to spoil.
const notPerformed: Answer = { status: 200, body: { status: 'success', data: {} } };

function answered(world: World, incoming: Incoming): Answer {
  try {
    return gateway(world, incoming);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    return { status: 500, body: { status: 'exception', message: 'Something went wrong' } };
  }
}

function shownHeaders({ headers }: Incoming): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const name of ['maton-connection', 'user-agent', 'content-type', 'accept', 'accept-encoding']) {
    const value = headers[name];
    if (typeof value === 'string') shown[name] = value;
  }
  if (headers.authorization !== undefined) shown.authorization = headers.authorization.replace(/\S+$/, '***');
  return shown;
}
