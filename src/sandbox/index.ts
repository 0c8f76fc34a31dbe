import type { Fault } from './faults/fault.js';
import { firstConnectionId } from './fixtures/first-connections.js';
import type { RequestRecord } from './http/request-log.js';
import type { Delivery, DeliveryFilter } from './manychat/outbox.js';
import { sandboxServer } from './server.js';
import type { Clock } from './world/clock.js';
import { type CreateShape, createWorld, type OnStall } from './world/world.js';

export type { Fault, FaultEffect } from './faults/fault.js';

/** Options of a sandbox, all optional. */
export interface SandboxOptions {
  /** Port on 127.0.0.1; default 0, a free port. */
  port?: number;
  /** Source of the time, and of delays if it has `after`; default the system clock. */
  clock?: Clock;
  /** Status of the second connection; default PENDING. */
  secondConnection?: 'PENDING' | 'ACTIVE';
  /** Whether rate limits per second and hour apply; default true. */
  limits?: boolean;
  /** Number of extra contacts on the first page, with ids from 800000000001; default 0. */
  followers?: number;
  /** Response shape when a connection is created; default wrapped. */
  createShape?: CreateShape;
  /** Called when a hang, delay or trickle stalls a response, so that a test can tell it from a slow machine. */
  onStall?: OnStall;
}

/** A running sandbox. */
export interface Sandbox {
  /** Base URL without a trailing slash. */
  readonly url: string;
  /** Always the same; not valid anywhere else. */
  readonly matonKey: string;
  /** API key of the first page, behind the first connection. */
  readonly manychatKey: string;
  readonly secondManychatKey: string;
  readonly connectionId: string;
  readonly secondConnectionId: string;
  /** The deliveries, oldest first. */
  messages(filter?: DeliveryFilter): Delivery[];
  /** The requests to the gateway, the connections API and ManyChat, oldest first. */
  requests(): RequestRecord[];
  /** Resolves once `count` requests were logged whose path contains `path`; default any path. */
  waitForRequests(count: number, path?: string): Promise<void>;
  /** Makes something go wrong with coming requests. @throws Refusal for a fault that is not allowed */
  injectFault(fault: Fault): void;
  clearFaults(): void;
  /** Returns to the initial state, including settings, clock and faults. */
  reset(): void;
  /** Moves the sandbox's clock forward. @throws RangeError beyond 10 years in total */
  advance(milliseconds: number): void;
  /** Stops listening and closes open connections at once. */
  close(): Promise<void>;
}

/** Starts a sandbox on loopback. Rejects if the port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, clock = Date } = options;
  const { secondConnection = 'PENDING', limits = true, createShape = 'wrapped', followers = 0 } = options;
  const settings = { limits, create_shape: createShape };
  const world = createWorld({ clock, secondConnection, followers, onStall: options.onStall, ...settings });
  const server = sandboxServer(world);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  world.baseUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`;
  const secondConnectionId = world.connections.find(({ id }) => id !== firstConnectionId)?.id ?? '';
  return {
    url: world.baseUrl,
    matonKey: world.matonKey,
    manychatKey: world.accounts.first.key,
    secondManychatKey: world.accounts.second.key,
    connectionId: firstConnectionId,
    secondConnectionId,
    messages: world.outbox.list,
    requests: world.requests.list,
    waitForRequests: (count, path = '') => world.requests.waitFor(count, path),
    injectFault: world.faults.inject,
    clearFaults: world.faults.clear,
    reset: world.reset,
    advance: world.clock.advance,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
