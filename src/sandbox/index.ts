import type { Fault } from './faults/fault.js';
import { firstConnectionId } from './fixtures/first-connections.js';
import type { RequestRecord } from './http/request-log.js';
import type { Delivery, DeliveryFilter } from './manychat/outbox.js';
import { sandboxServer } from './server.js';
import type { Clock } from './world/clock.js';
import { type CreateShape, createWorld, type OnStall } from './world/world.js';

export type { Fault, FaultEffect } from './faults/fault.js';
export type { Delivery } from './manychat/outbox.js';

/** How a sandbox is set up; everything may be left out. */
export interface SandboxOptions {
  /** Port on 127.0.0.1; 0 takes a free one. */
  port?: number;
  /** Where the time comes from, that of delays included where it has `after`; the system clock. */
  clock?: Clock;
  /** State of the second connection; PENDING. */
  secondConnection?: 'PENDING' | 'ACTIVE';
  /** Whether requests are limited per second and hour; true. */
  limits?: boolean;
  /** Contacts of the first page on top of its own, with the ids 800000000001 and on; 0. */
  followers?: number;
  /** How the connections API answers a creation; wrapped. */
  createShape?: CreateShape;
  /** Told of each request whose answer a hang, a delay or a trickle keeps back, so that a test can tell it from a slow machine. */
  onStall?: OnStall;
}

/** A running sandbox. */
export interface Sandbox {
  /** Address of all its planes, without a slash at the end. */
  readonly url: string;
  /** Always the same, and of no use anywhere else. */
  readonly matonKey: string;
  /** Key of the first page, behind the first connection. */
  readonly manychatKey: string;
  readonly secondManychatKey: string;
  readonly connectionId: string;
  readonly secondConnectionId: string;
  /** What was sent to whom, oldest first. */
  messages(filter?: DeliveryFilter): Delivery[];
  /** The requests to the gateway, the connections API and ManyChat, oldest first. */
  requests(): RequestRecord[];
  /** Resolves once there are so many requests, of those whose path contains a text where one is given. */
  waitForRequests(count: number, path?: string): Promise<void>;
  /** Makes something go wrong with requests to come. */
  injectFault(fault: Fault): void;
  clearFaults(): void;
  /** Back to the start, settings, clock and faults included. */
  reset(): void;
  /** Moves the sandbox's clock forward. */
  advance(milliseconds: number): void;
  /** Stops listening and destroys open sockets at once. */
  close(): Promise<void>;
}

/** Starts a sandbox on loopback; rejects when the port is taken. */
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
