import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorResponse } from './responses.js';
import type { HttpService } from './service.js';

/*
 * Ours, and not `toNodeHandler` of the SDK's package for Node.js: that brings Hono, which it does not use for this, and
 * does not report when a response is written.
 */

/** How long an idle connection is kept, in milliseconds: longer than proxies keep theirs, so that they close first. */
const keepAliveMs = 75_000;

/** Methods that web-standard requests cannot have. */
const unknownMethods: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

/** A body that is read as far as it is asked for. What is not read is left to `node:http`. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = incoming.iterator({ destroyOnReturn: false });
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks.return?.();
        incoming.resume();
      },
    },
    { highWaterMark: 0 },
  );
}

/** What a Host header may be: a name or an address, and a port. */
const hostForm = /^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i;

/** A request of Node.js as a web-standard one, or the response to one that cannot be. */
function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request | Response {
  const { method = 'GET', url = '', headers, rawHeaders } = incoming;
  if (unknownMethods.has(method)) return errorResponse(405, 'Method not allowed', { allow: 'GET, POST' });
  // The request line alone decides what is asked for, whatever the headers say.
  const address = `http://localhost${url}`;
  if (!url.startsWith('/') || !URL.canParse(address) || !hostForm.test(headers.host ?? 'localhost'))
    return errorResponse(400, 'Bad request: the address is not valid');
  const pairs = rawHeaders.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? '']] : [],
  );
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(address, {
    method,
    headers: pairs,
    signal,
    ...(hasBody && { body: bodyOf(incoming), duplex: 'half' }),
  });
}

const isStream = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') === true;

/** Writes a response. Rejects if the client goes away before it is written. */
async function write(response: Response, outgoing: ServerResponse, isLast: boolean): Promise<void> {
  const { status, headers, body } = response;
  const fields = { ...Object.fromEntries(headers), ...(isLast && { connection: 'close' }) };
  if (body !== null && isStream(response)) {
    outgoing.writeHead(status, fields);
    // Clients wait for the headers while a call is under way.
    outgoing.flushHeaders();
    await pipeline(Readable.fromWeb(body), outgoing);
    return;
  }
  const content = new Uint8Array(await response.arrayBuffer());
  if (!outgoing.destroyed) outgoing.writeHead(status, { ...fields, 'content-length': content.byteLength }).end(content);
}

/** A server that listens. */
export interface Listening {
  /** Where it listens, such as `http://127.0.0.1:8808`. */
  readonly url: string;
  /** From now on each connection is closed after its next response. */
  drain(): void;
  /** Stops accepting connections, and resolves when every request is answered. */
  stop(): Promise<void>;
  /** Closes all connections. */
  close(): void;
}

/** Where to listen. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  onError(error: Error): void;
}

/**
 * Serves a service with `node:http`.
 * @throws the error of the system if it cannot listen there.
 */
export async function listen(
  service: Pick<HttpService, 'fetch'>,
  { host, port, onError }: ListenOptions,
): Promise<Listening> {
  let draining = false;

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const gone = new AbortController();
    const written = new Promise<void>((resolve) => outgoing.once('finish', resolve));
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) gone.abort();
    });
    const request = requestOf(incoming, gone.signal);
    const response = request instanceof Response ? request : await service.fetch(request, written);
    await write(response, outgoing, draining);
  }

  const server = createServer({ keepAliveTimeout: keepAliveMs }, (incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      // A client that goes away is not an error.
      if (outgoing.destroyed) return;
      onError(error instanceof Error ? error : new Error(String(error)));
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(500, { connection: 'close' }).end();
    });
  });
  server.listen({ host: host.replace(/^\[(.*)\]$/, '$1'), port });
  await once(server, 'listening');
  server.on('error', onError);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on a port');
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    drain() {
      draining = true;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
    close() {
      server.closeAllConnections();
    },
  };
}
