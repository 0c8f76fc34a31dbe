import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorResponse } from './responses.js';
import type { HttpService } from './service.js';

/** A request of Node.js as a web-standard one; undefined if its address is none. */
function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  const { method = 'GET', url = '', headers, rawHeaders } = incoming;
  const address = `http://${headers.host ?? 'localhost'}${url}`;
  if (!url.startsWith('/') || !URL.canParse(address)) return undefined;
  const pairs = rawHeaders.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? '']] : [],
  );
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(address, {
    method,
    headers: pairs,
    signal,
    ...(hasBody && { body: Readable.toWeb(incoming), duplex: 'half' }),
  });
}

/** Writes a response. Rejects if the client goes away before it is written. */
async function write(response: Response, outgoing: ServerResponse, isLast: boolean): Promise<void> {
  outgoing.writeHead(response.status, {
    ...Object.fromEntries(response.headers),
    ...(isLast && { connection: 'close' }),
  });
  if (response.body === null) outgoing.end();
  else await pipeline(Readable.fromWeb(response.body), outgoing);
}

/** A server that listens. */
export interface Listening {
  /** Where it listens, such as `http://127.0.0.1:8808`. */
  readonly url: string;
  /** Stops accepting connections, and resolves when every request is answered. */
  stop(): Promise<void>;
  /** Closes all connections. */
  close(): void;
}

/**
 * Serves a service with `node:http`.
 * @throws the error of the system if it cannot listen there.
 */
export async function listen(
  service: Pick<HttpService, 'fetch'>,
  { host, port, onError }: { readonly host: string; readonly port: number; readonly onError: (error: Error) => void },
): Promise<Listening> {
  let stopping = false;

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const gone = new AbortController();
    const written = new Promise<void>((resolve) => outgoing.once('finish', resolve));
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) gone.abort();
    });
    const request = requestOf(incoming, gone.signal);
    const response =
      request === undefined
        ? errorResponse(400, 'Bad request: the address is not valid')
        : await service.fetch(request, written);
    await write(response, outgoing, stopping);
  }

  const server = createServer((incoming, outgoing) => {
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
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on a port');
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    async stop() {
      stopping = true;
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
