import { createClient } from '@redis/client';
import { StoreAway } from '../shared-store.js';

/** How long an answer may take, in milliseconds. Then it counts as lost, and its connection as dead. */
export const answerMs = 1_000;
/** How often a connection without other traffic is tried, in milliseconds. */
const checkEveryMs = 5_000;
const longestBackoffMs = 500;

/** A client that makes its connection again when it was closed. */
const createReconnecting = (url: string) =>
  createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: answerMs, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, longestBackoffMs) },
  });

export type RedisClient = ReturnType<typeof createReconnecting>;

/** What a connection tells. */
export interface RedisEvents {
  /** Told each time when it can be used, with the client in use. */
  readonly onReady: (client: RedisClient) => void;
  /** Told each time when it is lost, or could not be made. */
  readonly onLost?: ((error: unknown) => void) | undefined;
}

/** A connection to Redis, made again whenever it is lost or goes silent. */
export interface RedisConnection {
  /** Sends a command. Rejects with the client's errors, or with StoreAway if there is no answer: then the connection is replaced. */
  send(command: readonly string[]): Promise<unknown>;
  /** The client in use; undefined while there is no connection. */
  client(): RedisClient | undefined;
  /** Finds out whether the connection still works, and replaces it if it does not. */
  check(): void;
  close(): void;
}

/**
 * Connects in the background. The client notices connections that are closed. One whose other end vanished without a
 * word stays open for many minutes, and what is written to it keeps it so: that is noticed here, and it is replaced.
 */
export function openRedisConnection(url: string, { onReady, onLost = () => undefined }: RedisEvents): RedisConnection {
  let isClosed = false;
  let current = open();
  const checking = setInterval(check, checkEveryMs).unref();

  function open(): RedisClient {
    const client = createReconnecting(url);
    let greeting: NodeJS.Timeout | undefined;
    // Without a listener, an error of the connection would end the process.
    client.on('error', (error: unknown) => {
      clearTimeout(greeting);
      if (client === current && !isClosed) onLost(error);
    });
    client.on('connect', () => {
      clearTimeout(greeting);
      greeting = setTimeout(() => replace(client), answerMs).unref();
    });
    client.on('ready', () => {
      clearTimeout(greeting);
      if (client === current && !isClosed) onReady(client);
    });
    client.on('end', () => clearTimeout(greeting));
    // A first connection that fails is tried again by the client, until it is destroyed.
    client.connect().catch(() => undefined);
    return client;
  }

  function replace(silent: RedisClient): void {
    if (silent !== current || isClosed) return;
    current = open();
    silent.destroy();
    onLost(new StoreAway('Redis does not answer'));
  }

  async function send(command: readonly string[]): Promise<unknown> {
    const client = current;
    let late: NodeJS.Timeout | undefined;
    const isLate = new Promise<never>((_, reject) => {
      late = setTimeout(() => {
        reject(new StoreAway('Redis does not answer'));
        replace(client);
      }, answerMs).unref();
    });
    try {
      return await Promise.race([client.sendCommand([...command]), isLate]);
    } finally {
      clearTimeout(late);
    }
  }

  function check(): void {
    if (current.isReady) send(['PING']).catch(() => undefined);
  }

  return {
    send,
    client: () => (current.isReady ? current : undefined),
    check,
    close() {
      isClosed = true;
      clearInterval(checking);
      if (current.isOpen) current.destroy();
    },
  };
}
