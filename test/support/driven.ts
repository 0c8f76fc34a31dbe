import type { IncomingHttpHeaders } from 'node:http';
import type { HttpClient } from '../../src/upstream/client/http-client.js';
import type { Clock } from '../../src/upstream/clock.js';
import { type ManualClock, manualClock } from './timing.js';

/*
 * A time for tests that talk over real sockets. It stands still while anybody is at work, and jumps to what is due next
 * when all that is left to do is to wait. How fast the machine is has no part in it: an exchange takes no time, and a
 * delay takes exactly its own. For this it knows which exchanges are under way, and the other side tells which of them
 * it keeps back on purpose.
 */

/** Names an exchange to the other side, which hands it to `keptBack`. */
export const requestIdHeader = 'x-request-id';

/** An exchange under way. */
interface Exchange {
  readonly signal: AbortSignal;
  /** Whether its answer is kept back on purpose. */
  keptBack: () => boolean;
  /** Tells its time that something has changed. */
  readonly stir: () => void;
}

/** Those of all driven times of this process. */
const exchanges = new Map<string, Exchange>();
let lastId = 0;

/**
 * Tells that the answer to a request with these headers is kept back on purpose, for as long as `still` holds and the
 * returned function is not called.
 */
export function keptBack(headers: IncomingHttpHeaders, still: () => boolean = () => true): () => void {
  const exchange = exchanges.get(String(headers[requestIdHeader]));
  if (exchange === undefined) return () => undefined;
  exchange.keptBack = still;
  exchange.stir();
  return () => {
    exchange.keptBack = () => false;
  };
}

/** A time that moves itself. */
export interface DrivenClock extends Clock, Pick<ManualClock, 'advance'> {
  /** The same time, in milliseconds since 1970. */
  readonly wallClock: Clock;
  /** Stands still until some work is over; for what a test does while calls are under way. */
  still<Value>(work: Promise<Value>): Promise<Value>;
  /** The client through which exchanges are seen: it stands still while one is neither over nor kept back. */
  watched(http: HttpClient): HttpClient;
}

/** Whether a time moves itself. */
export const isDriven = (timing: Clock): timing is DrivenClock => 'watched' in timing;

/** When driven times begin, in milliseconds since 1970. */
export const beginning = Date.parse('2026-09-20T12:00:00Z');

/**
 * Turns of the event loop without news after which nobody is at work. Promises need none and streams of this process
 * one or two.
 */
const quietTurns = 3;

/** Creates a time that stands still while anybody is at work, and moves on by itself. */
export function drivenClock(): DrivenClock {
  const manual = manualClock();
  const mine = new Set<Exchange>();
  let works = 0;
  let quiet = 0;
  let watching = false;

  // An exchange that is given up is about to be over, whatever the other side still means to do.
  const atWork = (): boolean => works > 0 || [...mine].some(({ signal, keptBack }) => signal.aborted || !keptBack());

  /** Something has happened: waits for quiet anew. */
  function stir(): void {
    quiet = 0;
    if (watching) return;
    watching = true;
    setImmediate(look);
  }

  /** Goes on for as long as nobody is at work and something is due; the end of work, and what is newly due, stir it. */
  function look(): void {
    watching = false;
    if (atWork()) return;
    quiet += 1;
    if (quiet < quietTurns) {
      watching = true;
      setImmediate(look);
    } else if (manual.step()) {
      stir();
    }
  }

  function after(milliseconds: number, callBack: () => void): () => void {
    // Whole milliseconds, so that what is due in five minutes is due when five minutes have passed.
    const forget = manual.after(Math.ceil(milliseconds), callBack);
    stir();
    return forget;
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
        const exchange: Exchange = { signal, keptBack: () => false, stir };
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
