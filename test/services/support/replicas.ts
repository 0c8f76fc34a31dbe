import { readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { onTestFinished } from 'vitest';
import { pathOf } from '../../../scripts/root.js';
import { type HttpProgram, serveProgram } from '../../support/http-program.js';
import { startUpstream } from '../../support/upstream.js';
import { startService } from './service.js';
import { temporaryFolder } from './temporary.js';

/** One of several servers. Each has a key of its own, by which the upstream knows it. */
export interface Replica extends HttpProgram {
  readonly key: string;
}

/** A request that concerns a contact, at the upstream. */
export interface Message {
  readonly subscriber: string;
  readonly key: string;
  readonly response: ServerResponse;
}

/** An upstream that counts messages and holds its answers on demand, and what waits for it. */
export interface Sending {
  readonly url: string;
  /** Every message that arrived, in order. */
  readonly arrived: readonly Message[];
  /** Those that are not answered, although their clients are there. */
  held(): readonly Message[];
  /** From now on messages are not answered. */
  hold(): void;
  /** From now on messages are answered, those that are held as well, with exceptions. */
  release(except?: readonly Message[]): void;
  /** Checks what waits in `until`. */
  changed(): void;
  /** Resolves when the condition holds. It is checked with every message, and whenever `changed` is called. */
  until(condition: () => boolean): Promise<void>;
}

/** Starts such an upstream. */
export async function startSending(): Promise<Sending> {
  const arrived: Message[] = [];
  const waiting = new Set<() => void>();
  let isHolding = false;
  const answer = ({ response }: Message): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"success"}');
  };
  const upstream = await startUpstream(({ headers, query, rawBody }, response) => {
    const message = {
      subscriber: query.subscriber_id ?? String(JSON.parse(rawBody).subscriber_id),
      key: String(headers.authorization).replace('Bearer ', ''),
      response,
    };
    arrived.push(message);
    response.once('close', sending.changed);
    if (!isHolding) answer(message);
    sending.changed();
  });
  const sending: Sending = {
    url: upstream.url,
    arrived,
    held: () => arrived.filter(({ response }) => !response.writableEnded && !response.destroyed),
    hold() {
      isHolding = true;
    },
    release(except = []) {
      isHolding = false;
      for (const message of sending.held()) if (!except.includes(message)) answer(message);
    },
    changed() {
      for (const check of waiting) check();
    },
    until: (condition) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!condition()) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
  onTestFinished(() => upstream.close());
  return sending;
}

/** Starts three servers that send to an upstream, and HAProxy in front of them as it is documented. */
export async function startReplicas(upstream: string): Promise<{ url: URL; replicas: readonly Replica[] }> {
  const replicas = await Promise.all(
    ['a', 'b', 'c'].map(async (letter, at) => {
      const key = `${100_001 + at}:${letter.repeat(32)}`;
      const environment = { MANYCHAT_API_KEY: key, MANYCHAT_API_URL: upstream, MANYCHAT_MCP_DRAIN_MS: '3000' };
      return { ...(await serveProgram(environment)), key };
    }),
  );
  const configuration = join(temporaryFolder(), 'haproxy.cfg');
  writeFileSync(
    configuration,
    `${readFileSync(pathOf('deploy/haproxy.cfg'), 'utf8')}    server three "\${MCP_SERVER_3}"\n`,
  );
  const proxy = await startService({
    command: 'haproxy',
    args: () => ['-db', '-f', configuration],
    environment: (port) => ({
      MCP_BIND: `127.0.0.1:${port}`,
      ...Object.fromEntries(replicas.map(({ url }, at) => [`MCP_SERVER_${at + 1}`, new URL(url).host])),
    }),
  });
  onTestFinished(() => proxy.kill());
  return { url: new URL(`http://127.0.0.1:${proxy.port}/mcp`), replicas };
}

/** Resolves when a server that was told to end accepts no more connections. */
export async function closed({ url }: Replica): Promise<void> {
  while (
    await fetch(`${url}/readyz`).then(
      () => true,
      () => false,
    )
  )
    await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Connects a client of 2026-07-28. */
export async function connect(url: URL): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new StreamableHTTPClientTransport(url));
  onTestFinished(() => client.close());
  return client;
}

/** Sends a message to a contact. Resolves with whether the result says that it was accepted, and rejects without a result. */
async function send(client: Client, subscriber: string): Promise<boolean> {
  const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'Hello' }] } };
  const request = { name: 'manychat_send_content', arguments: { subscriber_id: subscriber, data } };
  const { isError } = await client.callTool(request);
  return isError !== true;
}

/** Clients that send one message after the other. */
export interface Load {
  /** The contacts whose messages were reported as accepted, in order. */
  readonly accepted: readonly string[];
  /** The contacts whose calls got no result, or one that reports a failure, in order. */
  readonly lost: readonly string[];
  /** Resolves when each client has the result of its last call. */
  stop(): Promise<void>;
}

/**
 * Starts clients that send until they are stopped or lose a call, each message to another contact. While a process is being
 * killed the system closes its connections first, and accepts others in its name for a moment: calls then would be lost too.
 */
export async function startLoad(url: URL, clients: number, { changed }: Sending): Promise<Load> {
  const accepted: string[] = [];
  const lost: string[] = [];
  let next = 1_000_000;
  let stopped = false;
  onTestFinished(() => {
    stopped = true;
  });
  const connected = await Promise.all(Array.from({ length: clients }, () => connect(url)));
  const working = connected.map(async (client) => {
    let goesOn = true;
    while (goesOn && !stopped) {
      const subscriber = String(next++);
      goesOn = await send(client, subscriber).catch(() => false);
      (goesOn ? accepted : lost).push(subscriber);
      changed();
    }
  });
  return {
    accepted,
    lost,
    async stop() {
      stopped = true;
      await Promise.all(working);
    },
  };
}
