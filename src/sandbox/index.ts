import { addTunnel } from './control/calls.js';
import { contactClicks, contactWrites, conversationOf } from './control/contact-acts.js';
import { addThings, exportAccount } from './control/preparation.js';
import type { CallFault } from './faults/call-fault.js';
import type { Fault } from './faults/fault.js';
import { firstConnectionId } from './fixtures/first-connections.js';
import type { RequestRecord } from './http/request-log.js';
import type { Call } from './manychat/calling/call.js';
import { type AnswerCall, exchangeWith } from './manychat/calling/exchange.js';
import type { Turn } from './manychat/conversation.js';
import type { Delivery, DeliveryFilter } from './manychat/outbox.js';
import { startOf } from './preparation/account.js';
import { readAccountFile } from './preparation/account-file.js';
import { PreparationError } from './preparation/problems.js';
import type { PreparedHook, SandboxAccount } from './preparation/shape.js';
import { sandboxServer } from './server.js';
import { type Clock, standingClock } from './world/clock.js';
import { type CreateShape, createWorld, type OnStall } from './world/world.js';

export type { Fault, FaultEffect } from './faults/fault.js';
export { PreparationError } from './preparation/problems.js';
export type { PreparedHook, SandboxAccount } from './preparation/shape.js';

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
  /** How long an answer to a call out may take, in milliseconds; default 10,000. */
  callTimeout?: number;
  /** Answers the calls out, instead of servers on this machine. */
  answerCalls?: AnswerCall;
}

/** What a contact writes: a text, or the URL of a picture or voice message. The channel is required if it is on several. */
type ContactMessage = { channel?: string } & ({ text: string } | { image: string } | { audio: string });

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
  /** A contact of the first page writes now, and the page's flows start. @throws Refusal */
  contactWrites(contactId: string, written: ContactMessage): void;
  /**
   * A contact of the first page clicks the newest button or quick reply with this caption. `fires_callback`: as observed
   * once, a quick reply also counts as the text for which a callback waits. @throws Refusal
   */
  contactClicks(contactId: string, clicked: { caption: string; fires_callback?: boolean }): void;
  /** Adds to what the first page calls. @throws Refusal */
  addHooks(...hooks: PreparedHook[]): void;
  /** Lets a public https origin lead to an http origin on this machine. @throws Refusal */
  addTunnel(from: string, to: string): void;
  /** The calls out, oldest first; they change until they have ended. */
  calls(): readonly Call[];
  /** Resolves once no call out is under way; those that a fault keeps until the next one are not waited for. */
  callsSettled(): Promise<void>;
  /** Makes something go wrong with coming calls out. @throws Refusal if too many faults are waiting */
  injectCallFault(fault: CallFault): void;
  /** What a contact of the first page and the page wrote to each other, oldest first. @throws Refusal */
  conversation(contactId: string): Turn[];
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
  const { callTimeout = 10_000, answerCalls } = options;
  const settings = { limits, create_shape: createShape, call_timeout_ms: callTimeout };
  const exchange = answerCalls === undefined ? undefined : exchangeWith(answerCalls);
  const prepared = await preparedAccount(options);
  const start = startOf(options.now, prepared);
  const source = start === undefined ? clock : standingClock(start, clock);
  const world = createWorld({ clock: source, secondConnection, followers, prepared, onStall, exchange, ...settings });
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
    contactClicks: (contactId, clicked) => void contactClicks(world, contactId, clicked, null),
    addHooks: (...hooks) => void addThings(world, 'hooks', hooks, null),
    addTunnel: (from, to) => void addTunnel(world, { from, to }),
    calls: world.calls.list,
    callsSettled: world.calls.settled,
    injectCallFault: world.calls.faults.inject,
    conversation: (contactId) => conversationOf(world, contactId, null),
    close: () =>
      new Promise((resolve) => {
        world.calls.breakOff();
        world.changes.end();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
