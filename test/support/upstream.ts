import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keptBack, requestIdHeader } from './driven.js';

/** A request as it arrived. */
export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly rawQuery: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawBody: string;
}

/** A reply: a status and a body, or a function that writes the response. */
export type Reply =
  | { status?: number; body?: string | object; headers?: Record<string, string> }
  | ((request: Arrived, response: ServerResponse) => void);

/** A real HTTP server on loopback that sends a configured reply and records its requests. */
export interface Upstream {
  readonly url: string;
  readonly arrived: Arrived[];
  /** The reply to coming requests. */
  reply: Reply;
  /** Resolves once `count` requests arrived whose path contains `path`; default any path. */
  received(count: number, path?: string): Promise<void>;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, reply: Exclude<Reply, (...all: never[]) => void>): void {
  const json = typeof reply.body !== 'string';
  const body = json ? JSON.stringify(reply.body ?? { status: 'success' }) : reply.body;
  response.writeHead(reply.status ?? 200, {
    'content-type': json ? 'application/json' : 'text/html',
    ...reply.headers,
  });
  response.end(body);
}

/** Starts an upstream whose default reply is `{"status":"success"}`. */
export async function startUpstream(reply: Reply = {}): Promise<Upstream> {
  const waiting = new Set<() => void>();
  const server: Server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://upstream');
    const { [requestIdHeader]: _, ...headers } = request.headers;
    const seen: Arrived = {
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      rawQuery: url.search,
      headers,
      rawBody: await bodyOf(request),
    };
    upstream.arrived.push(seen);
    if (typeof upstream.reply === 'function') upstream.reply(seen, response);
    else send(response, upstream.reply);
    // A response that is still open is stalled on purpose.
    keptBack(request.headers, () => !response.writableEnded && !response.destroyed);
    for (const check of waiting) check();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const upstream: Upstream = {
    url: `http://127.0.0.1:${port}`,
    arrived: [],
    reply,
    received: (count, path = '') =>
      new Promise((resolve) => {
        const check = (): void => {
          if (upstream.arrived.filter((each) => each.path.includes(path)).length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return upstream;
}
