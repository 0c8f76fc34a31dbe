import type { IncomingHttpHeaders } from 'node:http';
import { type FaultQueue, faultQueue } from '../faults/fault-queue.js';
import { followers } from '../fixtures/crowd.js';
import { firstConnections } from '../fixtures/first-connections.js';
import { sunriseCoffee } from '../fixtures/sunrise-coffee.js';
import { sunriseWholesale } from '../fixtures/sunrise-wholesale.js';
import { type RequestLog, requestLog } from '../http/request-log.js';
import type { Account } from '../manychat/account.js';
import type { Tunnels } from '../manychat/calling/address.js';
import { type Calls, createCalls } from '../manychat/calling/calls.js';
import { type Exchange, exchangeOverHttp } from '../manychat/calling/exchange.js';
import { createReactions, type Reactions } from '../manychat/calling/reactions.js';
import { type Conversations, createConversations } from '../manychat/conversation.js';
import { type Limiter, slidingLimiter } from '../manychat/limits.js';
import { createOutbox, type Outbox } from '../manychat/outbox.js';
import type { Connection } from '../maton/connection.js';
import { buildAccount, type PreparedAccounts } from '../preparation/account.js';
import {
  announcedClock,
  announcedConversations,
  announcedOutbox,
  announcedRequests,
  announceEvent,
} from './announced.js';
import { type Changes, createChanges } from './changes.js';
import { type Clock, type MovableClock, movableClock } from './clock.js';
import { type Random, seededRandom } from './random.js';
import { createSequence } from './sequence.js';

/** The response shapes observed live when a connection is created. */
export const createShapes = ['flat', 'id_only', 'wrapped'] as const;
export type CreateShape = (typeof createShapes)[number];

/** Settings that can be changed while the sandbox runs. */
interface Settings {
  create_shape: CreateShape;
  limits: boolean;
  /** How long the account waits for an answer when it calls out. */
  call_timeout_ms: number;
}

/** Called with the headers of a request whose response is stalled on purpose; the returned function when it resumes. */
export type OnStall = (headers: IncomingHttpHeaders) => () => void;

/** Options of a world; `startSandbox` sets their defaults. */
export interface WorldOptions extends Settings {
  clock: Clock;
  /** Default: as the account says, PENDING in the sandbox's own. */
  secondConnection?: 'PENDING' | 'ACTIVE' | undefined;
  /** Number of extra contacts on the first page. */
  followers: number;
  /** An account as JSON, instead of the sandbox's own. */
  prepared?: unknown;
  onStall?: OnStall | undefined;
  /** How calls out are made; default over HTTP. */
  exchange?: Exchange | undefined;
}

/** The state of a sandbox. */
export interface World {
  /** A fixed key, never a real one: every client that reaches the sandbox can read it. */
  readonly matonKey: string;
  /** Base URL of the server; '' until it listens. */
  baseUrl: string;
  readonly clock: MovableClock;
  readonly onStall: OnStall;
  readonly limiter: Limiter;
  readonly outbox: Outbox;
  readonly conversations: Conversations;
  readonly calls: Calls;
  readonly reactions: Reactions;
  readonly requests: RequestLog;
  readonly faults: FaultQueue;
  readonly changes: Changes;
  settings: Settings;
  random: Random;
  accounts: { first: Account; second: Account };
  connections: Connection[];
  tunnels: Tunnels;
  /** Whether the first page is not the sandbox's own. */
  readonly isPrepared: boolean;
  /** Returns to the initial state: same accounts, clock without offset. */
  reset(): void;
}

/** Creates the state of a sandbox; the same options and the same clock give the same state. @throws PreparationError */
export function createWorld({
  clock: source,
  secondConnection,
  followers: followerCount,
  prepared,
  onStall = () => () => undefined,
  exchange = exchangeOverHttp,
  ...settings
}: WorldOptions): World {
  const changes = createChanges();
  const sequence = createSequence();
  const clock = announcedClock(movableClock(source), changes);
  const outbox = announcedOutbox(createOutbox(sequence), changes);
  const calls = createCalls({
    clock,
    outbox,
    exchange,
    tunnels: () => world.tunnels,
    timeLimit: () => world.settings.call_timeout_ms,
    onChange: changes.part,
  });
  const reactions = createReactions(calls, clock.now);
  const initialState = () => {
    const random = seededRandom(1);
    const own = (): PreparedAccounts => ({
      first: sunriseCoffee(random, clock.now()),
      second: undefined,
      secondConnection: 'PENDING',
      tunnels: new Map(),
    });
    const built = prepared === undefined ? own() : buildAccount(prepared, clock.now(), random);
    const accounts = { first: built.first, second: built.second ?? sunriseWholesale(random, clock.now()) };
    for (const contact of followers(followerCount, clock.now())) accounts.first.contacts.set(contact.id, contact);
    const connections = firstConnections(
      random,
      accounts.first,
      accounts.second,
      secondConnection ?? built.secondConnection,
    );
    for (const account of Object.values(accounts)) {
      account.emit = (event) => {
        announceEvent(event, changes);
        reactions.on(account, event);
      };
    }
    return { settings: { ...settings }, random, accounts, connections, tunnels: built.tunnels };
  };
  const world: World = {
    matonKey: 'maton-sandbox-key',
    baseUrl: '',
    isPrepared: prepared !== undefined,
    clock,
    onStall,
    limiter: slidingLimiter(),
    outbox,
    conversations: announcedConversations(createConversations(outbox, sequence), changes),
    calls,
    reactions,
    requests: announcedRequests(requestLog(), changes),
    faults: faultQueue(() => changes.part('faults')),
    changes,
    ...initialState(),
    reset() {
      calls.reset();
      reactions.reset();
      sequence.reset();
      world.conversations.reset();
      clock.reset();
      world.limiter.reset();
      world.outbox.reset();
      world.requests.reset();
      world.faults.clear();
      Object.assign(world, initialState());
      world.changes.part('all');
    },
  };
  return world;
}
