import type { Timing } from './timing.js';

/*
 * Ours, because no kept library does all of it: a call is bound by several limits at once (the account's, the
 * endpoint's, the subscriber's), its place in a window counts from when it was written to an open socket and not from
 * when it was queued, a call that would come too late is refused before it waits, and one that waits can be cancelled.
 */

/** At most so many calls in any window of so many milliseconds, for all calls that name the same key. */
export interface Limit {
  readonly key: string;
  readonly calls: number;
  readonly windowMs: number;
}

/** The right to make one request now. */
export interface Turn {
  /** The request has been written to an open connection: from now on it counts for a whole window. */
  sent(): void;
  /** The request is over; one that was never sent leaves its place to the next. */
  over(): void;
}

/** No turn comes before the latest moment at which it would be of use. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
  constructor(
    /** Milliseconds until there would have been a turn, as far as can be told now. */
    readonly waitMs: number,
  ) {
    super('The turn would come too late');
  }
}

/** Hands out turns, first come first served, so that no limit is passed. One that processes share can stand in for it. */
export interface Pacer {
  /**
   * Waits for a turn within all the limits.
   * @param latest the moment, of the pacer's clock, after which a turn is of no use.
   * @throws TooLate as soon as it is clear that no turn can come in time; the signal's reason on abort.
   */
  turn(limits: readonly Limit[], latest: number, signal: AbortSignal): Promise<Turn>;
  /** The other side found us too fast: everybody pauses, and these limits are used less for a while. */
  slowDown(limits: readonly Limit[], pauseMs: number): void;
}

/**
 * The other side counts when requests arrive, we when they leave: between the two lie some milliseconds that differ
 * from request to request. Windows are longer by this share, which is what 0.93 of the limit leaves room for.
 */
const windowMargin = 0.05;

/** After a 429 the limit is halved, and grows back by one call each time this long has passed without another. */
const recoveryMs = 5_000;

/** A limit in use: how many requests have their place in its current window. */
interface Gauge {
  readonly limit: Limit;
  readonly windowMs: number;
  /** Turns handed out whose request has not left yet. */
  unsent: number;
  /** When requests left, oldest first, while they are in the window. */
  readonly sentAt: number[];
  /** Until when the limit stays lowered, and how many calls it allows now. */
  lowered: { calls: number; since: number } | undefined;
}

interface Waiting {
  readonly latest: number;
  readonly gauges: readonly Gauge[];
  readonly grant: (turn: Turn) => void;
  readonly refuse: (reason: unknown) => void;
}

/** Gauges are dropped when they are empty; looked for each time so many more have come. */
const sweepEvery = 1_000;

/** A pacer for this process alone. */
export function createPacer(timing: Timing): Pacer {
  const gauges = new Map<string, Gauge>();
  /** In the order of arrival. */
  let queue: Waiting[] = [];
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let forgetWakeUp: (() => void) | undefined;
  let sweepAt = sweepEvery;

  function gaugeOf(limit: Limit): Gauge {
    let gauge = gauges.get(limit.key);
    if (gauge === undefined) {
      if (gauges.size >= sweepAt) sweep();
      gauge = { limit, windowMs: limit.windowMs * (1 + windowMargin), unsent: 0, sentAt: [], lowered: undefined };
      gauges.set(limit.key, gauge);
    }
    return gauge;
  }

  function sweep(): void {
    const now = timing.now();
    const inUse = new Set(queue.flatMap((waiting) => waiting.gauges));
    for (const [key, gauge] of gauges) {
      expire(gauge, now);
      if (gauge.unsent + gauge.sentAt.length === 0 && gauge.lowered === undefined && !inUse.has(gauge))
        gauges.delete(key);
    }
    sweepAt = gauges.size + sweepEvery;
  }

  function expire(gauge: Gauge, now: number): void {
    let gone = 0;
    while ((gauge.sentAt[gone] ?? Number.POSITIVE_INFINITY) + gauge.windowMs <= now) gone += 1;
    if (gone > 0) gauge.sentAt.splice(0, gone);
  }

  function allowed(gauge: Gauge, now: number): number {
    if (gauge.lowered === undefined) return gauge.limit.calls;
    const calls = gauge.lowered.calls + Math.floor((now - gauge.lowered.since) / recoveryMs);
    if (calls < gauge.limit.calls) return Math.max(1, calls);
    gauge.lowered = undefined;
    return gauge.limit.calls;
  }

  /** When the gauge has room for one more after `ahead` others; at the least, since some requests have not left yet. */
  function roomAt(gauge: Gauge, ahead: number, now: number): number {
    expire(gauge, now);
    const calls = allowed(gauge, now);
    const taken = gauge.unsent + gauge.sentAt.length;
    if (ahead + taken < calls) return now;
    // Each place is free again a window after it was taken; the free ones will have been taken now.
    const places = [...gauge.sentAt, ...Array<number>(Math.max(gauge.unsent, calls - gauge.sentAt.length)).fill(now)];
    const index = ahead + taken - calls;
    const beyond = index - places.length;
    const place = places[beyond < 0 ? index : places.length - calls + (beyond % calls)] ?? now;
    return place + gauge.windowMs * (beyond < 0 ? 1 : 2 + Math.floor(beyond / calls));
  }

  /** When one more call could start, behind all that wait. */
  function startAt(wanted: readonly Gauge[], now: number): number {
    const rooms = wanted.map((gauge) => {
      const ahead = queue.filter((waiting) => waiting.gauges.includes(gauge)).length;
      return roomAt(gauge, ahead, now);
    });
    return Math.max(now, pausedUntil, ...rooms);
  }

  function turnOf(wanted: readonly Gauge[]): Turn {
    let state: 'granted' | 'sent' | 'over' = 'granted';
    for (const gauge of wanted) gauge.unsent += 1;
    return {
      sent() {
        if (state !== 'granted') return;
        state = 'sent';
        const now = timing.now();
        for (const gauge of wanted) {
          gauge.unsent -= 1;
          gauge.sentAt.push(now);
        }
      },
      over() {
        const unused = state === 'granted';
        state = 'over';
        if (!unused) return;
        for (const gauge of wanted) gauge.unsent -= 1;
        serve();
      },
    };
  }

  /** Gives a turn to each waiting call that has room, in order; one held up by its own limit holds up nobody else. */
  function serve(): void {
    forgetWakeUp?.();
    forgetWakeUp = undefined;
    const now = timing.now();
    const waitOn: Waiting[] = [];
    const settle: (() => void)[] = [];
    let wakeUp = Number.POSITIVE_INFINITY;
    for (const waiting of queue) {
      const room = Math.max(pausedUntil, ...waiting.gauges.map((gauge) => roomAt(gauge, 0, now)));
      if (room <= now) {
        const turn = turnOf(waiting.gauges);
        settle.push(() => waiting.grant(turn));
      } else if (room > waiting.latest) {
        settle.push(() => waiting.refuse(new TooLate(room - now)));
      } else {
        waitOn.push(waiting);
        wakeUp = Math.min(wakeUp, room);
      }
    }
    queue = waitOn;
    if (queue.length > 0) forgetWakeUp = timing.after(Math.max(1, wakeUp - now), serve);
    for (const tell of settle) tell();
  }

  return {
    async turn(limits, latest, signal) {
      signal.throwIfAborted();
      const now = timing.now();
      const wanted = limits.map(gaugeOf);
      const start = startAt(wanted, now);
      if (start > latest) throw new TooLate(start - now);
      if (queue.length === 0 && start <= now) return turnOf(wanted);
      return new Promise<Turn>((resolve, reject) => {
        const cancel = (): void => {
          queue = queue.filter((each) => each !== waiting);
          reject(signal.reason);
        };
        const waiting: Waiting = {
          latest,
          gauges: wanted,
          grant(turn) {
            signal.removeEventListener('abort', cancel);
            resolve(turn);
          },
          refuse(reason) {
            signal.removeEventListener('abort', cancel);
            reject(reason);
          },
        };
        signal.addEventListener('abort', cancel, { once: true });
        queue.push(waiting);
        serve();
      });
    },
    slowDown(limits, pauseMs) {
      const now = timing.now();
      pausedUntil = Math.max(pausedUntil, now + pauseMs);
      for (const gauge of limits.map(gaugeOf)) {
        // Answers to requests that were under way together tell of one and the same excess.
        if (gauge.lowered !== undefined && now - gauge.lowered.since < gauge.windowMs) continue;
        gauge.lowered = { calls: Math.max(1, Math.floor(allowed(gauge, now) / 2)), since: now };
      }
      serve();
    },
  };
}
