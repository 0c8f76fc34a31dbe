import { createServer, type IncomingHttpHeaders } from 'node:http';
import { onFreePort } from './on-free-port.js';

/** A call that arrived. */
export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Whether the caller broke the connection before it had the answer. */
  readonly isBroken: () => boolean;
}

/** An answer; a body that is no text is sent as JSON. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A server on this machine, for one test, that ManyChat may call; it hears calls, and answers as it is told. */
export async function answeringServer(answer: (heard: Heard) => Answer | Promise<Answer>) {
  const heard: Heard[] = [];
  const listeners = new Set<() => void>();
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    let isBroken = false;
    response.on('close', () => {
      isBroken = !response.writableFinished;
      for (const listener of listeners) listener();
    });
    for await (const chunk of message) chunks.push(chunk);
    const { method = '', url: path = '', headers } = message;
    const each = { method, path, headers, text: Buffer.concat(chunks).toString(), isBroken: () => isBroken };
    heard.push(each);
    for (const listener of listeners) listener();
    const { status = 200, headers: sent = {}, body = {} } = await answer(each);
    response.writeHead(status, { 'content-type': 'application/json', ...sent });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const { url, port } = await onFreePort(server);
  return {
    url,
    port,
    heard,
    /** The bodies of the calls, parsed. */
    bodies: () => heard.map(({ text }): Record<string, unknown> => JSON.parse(text)),
    /** Resolves once a condition holds for what was heard. */
    until: (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        const listener = (): void => {
          if (!holds()) return;
          listeners.delete(listener);
          resolve();
        };
        listeners.add(listener);
        listener();
      }),
  };
}
