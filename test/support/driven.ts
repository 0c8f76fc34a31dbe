import type { IncomingHttpHeaders } from 'node:http';
import type { HttpClient } from '../../src/upstream/client/http-client.js';
import type { Clock } from '../../src/upstream/clock.js';
import { type ManualClock, manualClock } from './timing.js';

/*
 * A clock for tests over real sockets. It stands still while work is under way, and jumps to the next due timer when
 * everything is waiting. The speed of the machine does not matter: an exchange takes no time, and a delay takes exactly
 * its own. The clock therefore tracks the exchanges in flight, and the other side reports which of them it stalls.
 */

/** Header that identifies an exchange; the server passes it to `keptBack`. */
export const requestIdHeader = 'x-request-id';

/** An exchange in flight. */
interface Exchange {
  readonly signal: AbortSignal;
  /** Whether its response is stalled on purpose. */
  isStalled: () => boolean;
  /** Tells its clock that something has changed. */
  readonly stir: () => void;
}

/** The exchanges of all driven clocks of this process. */
const exchanges = new Map<string, Exchange>();
let lastId = 0;

/**
 * Reports that the response to a request with these headers is stalled on purpose, as long as `still` returns true and
 * the returned function is not called.
 */
export function keptBack(headers: IncomingHttpHeaders, still: () => boolean = () => true): () => void {
  const exchange = exchanges.get(String(headers[requestIdHeader]));
  if (exchange === undefined) return () => undefined;
  exchange.isStalled = still;
  exchange.stir();
  return () => {
    exchange.isStalled = () => false;
  };
}

/** A clock that moves itself. */
export interface DrivenClock extends Clock, Pick<ManualClock, 'advance'> {
  /** The same clock in milliseconds since 1970. */
  readonly wallClock: Clock;
  /** Stands still until `work` settles; for work of the test itself while calls are in flight. */
  still<Value>(work: Promise<Value>): Promise<Value>;
  /** Wraps a client so that the clock stands still while an exchange is neither finished nor stalled. */
  watched(http: HttpClient): HttpClient;
}

/** Whether a clock moves itself. */
export const isDriven = (clock: Clock): clock is DrivenClock => 'watched' in clock;

/** Start of every driven clock, in milliseconds since 1970. */
export const beginning = Date.parse('2026-09-20T12:00:00Z');

/**
 * After this many turns of the event loop without news, no work is under way. Promises need none; streams within the
 * process need one or two.
 */
const quietTurns = 3;

/** Creates a clock that stands still while work is under way, and moves on by itself otherwise. */
export function drivenClock(): DrivenClock {
  const manual = manualClock();
  const mine = new Set<Exchange>();
  let works = 0;
  let quiet = 0;
  let watching = false;

  // An aborted exchange is about to finish, whatever the other side still does.
  const isWorking = (): boolean =>
    works > 0 || [...mine].some(({ signal, isStalled }) => signal.aborted || !isStalled());

  /** Starts to wait for quiet again. */
  function stir(): void {
    quiet = 0;
    if (watching) return;
    watching = true;
    setImmediate(look);
  }

  /** Steps while no work is under way and a timer is due; the end of work and new timers call `stir`. */
  function look(): void {
    watching = false;
    if (isWorking()) return;
    quiet += 1;
    if (quiet < quietTurns) {
      watching = true;
      setImmediate(look);
    } else if (manual.step()) {
      stir();
    }
  }

  function after(milliseconds: number, callBack: () => void): () => void {
    // Whole milliseconds, so that a timer of five minutes is due when exactly five minutes have passed.
    const cancel = manual.after(Math.ceil(milliseconds), callBack);
    stir();
    return cancel;
  }

  return {
    now: manual.now,
    after,
    advance: manual.advance,
    wallClock: { now: () => beginning + manual.now(), after },
    async still(work) {
      works += 1;
      try {
        return await work;
      } finally {
        works -= 1;
        stir();
      }
    },
    watched: (http) => ({
      async exchange(request, signal, onSent) {
        lastId += 1;
        const id = String(lastId);
        const exchange: Exchange = { signal, isStalled: () => false, stir };
        exchanges.set(id, exchange);
        mine.add(exchange);
        try {
          const headers = { ...request.headers, [requestIdHeader]: id };
          return await http.exchange({ ...request, headers }, signal, onSent);
        } finally {
          exchanges.delete(id);
          mine.delete(exchange);
          stir();
        }
      },
      close: () => http.close(),
    }),
  };
}
