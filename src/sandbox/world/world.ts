import type { IncomingHttpHeaders } from 'node:http';
import { type FaultQueue, faultQueue } from '../faults/fault-queue.js';
import { followers } from '../fixtures/crowd.js';
import { firstConnections } from '../fixtures/first-connections.js';
import { sunriseCoffee } from '../fixtures/sunrise-coffee.js';
import { sunriseWholesale } from '../fixtures/sunrise-wholesale.js';
import { type RequestLog, requestLog } from '../http/request-log.js';
import type { Account } from '../manychat/account.js';
import { type Limiter, slidingLimiter } from '../manychat/limits.js';
import { createOutbox, type Outbox } from '../manychat/outbox.js';
import type { Connection } from '../maton/connection.js';
import { buildAccount, type PreparedAccounts } from '../preparation/account.js';
import { type Clock, type MovableClock, movableClock } from './clock.js';
import { type Random, seededRandom } from './random.js';

/** The response shapes observed live when a connection is created. */
export const createShapes = ['flat', 'id_only', 'wrapped'] as const;
export type CreateShape = (typeof createShapes)[number];

/** Settings that can be changed while the sandbox runs. */
interface Settings {
  create_shape: CreateShape;
  limits: boolean;
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
  readonly requests: RequestLog;
  readonly faults: FaultQueue;
  settings: Settings;
  random: Random;
  accounts: { first: Account; second: Account };
  connections: Connection[];
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
  ...settings
}: WorldOptions): World {
  const clock = movableClock(source);
  const initialState = () => {
    const random = seededRandom(1);
    const own = (): PreparedAccounts => ({
      first: sunriseCoffee(random, clock.now()),
      second: undefined,
      secondConnection: 'PENDING',
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
    return { settings: { ...settings }, random, accounts, connections };
  };
  const world: World = {
    matonKey: 'maton-sandbox-key',
    baseUrl: '',
    isPrepared: prepared !== undefined,
    clock,
    onStall,
    limiter: slidingLimiter(),
    outbox: createOutbox(),
    requests: requestLog(),
    faults: faultQueue(),
    ...initialState(),
    reset() {
      clock.reset();
      world.limiter.reset();
      world.outbox.reset();
      world.requests.reset();
      world.faults.clear();
      Object.assign(world, initialState());
    },
  };
  return world;
}
