import { contactWrites, exportAccount } from './control/preparation.js';
import type { Fault } from './faults/fault.js';
import { firstConnectionId } from './fixtures/first-connections.js';
import type { RequestRecord } from './http/request-log.js';
import type { Delivery, DeliveryFilter } from './manychat/outbox.js';
import { startOf } from './preparation/account.js';
import { readAccountFile } from './preparation/account-file.js';
import { PreparationError } from './preparation/problems.js';
import type { SandboxAccount } from './preparation/shape.js';
import { sandboxServer } from './server.js';
import { type Clock, standingClock } from './world/clock.js';
import { type CreateShape, createWorld, type OnStall } from './world/world.js';

export type { Fault, FaultEffect } from './faults/fault.js';
export { PreparationError } from './preparation/problems.js';
export type { SandboxAccount } from './preparation/shape.js';

/** Options of a sandbox, all optional. */
export interface SandboxOptions {
  /** Port on 127.0.0.1; default 0, a free port. */
  port?: number;
  /** Source of the time, and of delays if it has `after`; default the system clock. */
  clock?: Clock;
  /** ISO 8601 with an offset: the clock starts there, and stands still until it is moved. Default: that of the account. */
  now?: string;
  /** An account as JSON, instead of the sandbox's own. */
  account?: SandboxAccount;
  /** Path of a JSON file with such an account. */
  accountFile?: string;
  /** Status of the second connection; default as the account says, PENDING in the sandbox's own. */
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
  /** The sandbox's time, in milliseconds since 1970. */
  now(): number;
  /** The present account, in the form of the option. */
  account(): SandboxAccount;
  /** A contact of the first page writes now; the channel is required if it is on several. @throws Refusal */
  contactWrites(contactId: string, written: { text: string; channel?: string }): void;
  /** Stops listening and closes open connections at once. */
  close(): Promise<void>;
}

/** The account that the options ask for, as JSON. @throws PreparationError */
async function preparedAccount({ account, accountFile }: SandboxOptions): Promise<unknown> {
  if (account !== undefined && accountFile !== undefined) {
    throw new PreparationError(['account and accountFile cannot both be given.']);
  }
  // A copy: a reset builds the same account again, whatever the caller changes.
  return accountFile === undefined ? structuredClone(account) : readAccountFile(accountFile);
}

/** Starts a sandbox on loopback. Rejects if the port is taken, and with a PreparationError if time or account are wrong. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, clock = Date } = options;
  const { secondConnection, limits = true, createShape = 'wrapped', followers = 0, onStall } = options;
  const settings = { limits, create_shape: createShape };
  const prepared = await preparedAccount(options);
  const start = startOf(options.now, prepared);
  const source = start === undefined ? clock : standingClock(start, clock);
  const world = createWorld({ clock: source, secondConnection, followers, prepared, onStall, ...settings });
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
    now: world.clock.now,
    account: () => structuredClone(exportAccount(world)),
    contactWrites: (contactId, written) => void contactWrites(world, contactId, written, null),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
