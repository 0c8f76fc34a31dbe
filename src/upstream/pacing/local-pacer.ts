import type { Clock } from '../clock.js';
import { type Limit, type Load, type Pacer, TooLate, type Turn, type Wish } from './pacer.js';
import { type Begun, createPauses, type Standing } from './pauses.js';

/*
 * Ours, because no kept library does all of it: a call is bound by several limits at once (the account's, the
 * endpoint's, the subscriber's), its place in a window counts from when it was written to an open socket and not from
 * when it was queued, a call that would come too late is refused before it waits, and one that waits can be cancelled.
 */

/**
 * The other side counts when requests arrive, we when they leave, and the time between differs from request to request.
 * A place is therefore kept longer than its window by this share of it, which is what 0.93 of the limit leaves room
 * for, or by as much as its answer came later than others do, since the request may have arrived late; by this many
 * milliseconds at the most, and while there is no answer.
 */
const marginShare = 0.05;
const maxDelayMs = 250;

/** How fast the least latency that was seen is forgotten, as a share of the difference for each answer. */
const forgetShare = 0.01;

/** Only limits of such a window, in milliseconds, are lowered: what is refused now says nothing of a whole hour. */
const lowerableMs = 1_000;

/** After a 429 the limit is halved, and grows back by one call each time this long has passed without another. */
const recoveryMs = 3_000;

/** A place in the window of a limit. */
interface Place {
  freeAt: number;
}

/** A limit in use. */
interface Gauge {
  readonly limit: Limit;
  /** Turns handed out whose request has not left yet. */
  unsent: number;
  /** Places of requests that have left, in about the order in which they become free. */
  places: Place[];
  /** How many calls the limit allowed after it was last lowered, and when that was. */
  lowered: { calls: number; since: number } | undefined;
}

/** When the places of a limit become free, the next first. */
const freeing = (gauge: Gauge): number[] => gauge.places.map((place) => place.freeAt).sort((a, b) => a - b);

interface Waiting extends Wish {
  readonly load: Load;
  readonly gauges: readonly Gauge[];
  readonly grant: (turn: Turn) => void;
  readonly refuse: (reason: unknown) => void;
}

/** Gauges are dropped when they are empty; looked for each time so many more have come. */
const sweepEvery = 1_000;

/** A pacer for this process alone; `limitsInUse` counts what it remembers. */
export function createLocalPacer(clock: Clock): Pacer & { limitsInUse(): number } {
  const gauges = new Map<string, Gauge>();
  /** In the order of arrival. */
  let queue: Waiting[] = [];
  const pauses = createPauses();
  let leastLatency = Number.POSITIVE_INFINITY;
  let wakeUpAt = Number.POSITIVE_INFINITY;
  let forgetWakeUp: (() => void) | undefined;
  let sweepAt = sweepEvery;

  function gaugeOf(limit: Limit): Gauge {
    let gauge = gauges.get(limit.key);
    if (gauge === undefined) {
      if (gauges.size >= sweepAt) sweep();
      gauge = { limit, unsent: 0, places: [], lowered: undefined };
      gauges.set(limit.key, gauge);
    }
    return gauge;
  }

  function sweep(): void {
    const now = clock.now();
    const waitedFor = new Set(queue.flatMap((waiting) => waiting.gauges));
    for (const [key, gauge] of gauges) {
      const idle = gauge.unsent + taken(gauge, now) === 0 && !waitedFor.has(gauge);
      if (idle && allowed(gauge, now) === gauge.limit.calls) gauges.delete(key);
    }
    pauses.sweep(now);
    sweepAt = gauges.size + sweepEvery;
  }

  /** How many places of the window are taken by requests that have left. */
  function taken(gauge: Gauge, now: number): number {
    gauge.places = gauge.places.filter((place) => place.freeAt > now);
    return gauge.places.length;
  }

  function allowed(gauge: Gauge, now: number): number {
    if (gauge.lowered === undefined) return gauge.limit.calls;
    const calls = gauge.lowered.calls + Math.floor((now - gauge.lowered.since) / recoveryMs);
    if (calls < gauge.limit.calls) return calls;
    gauge.lowered = undefined;
    return gauge.limit.calls;
  }

  /** When the limit has room for the next call; at the least, since what is under way may yet be kept longer. */
  function roomAt(gauge: Gauge, now: number): number {
    const used = taken(gauge, now) + gauge.unsent;
    const excess = used - allowed(gauge, now);
    if (excess < 0) return now;
    return freeing(gauge)[excess] ?? now + gauge.limit.windowMs;
  }

  /** When the limit can have room after `ahead` others at the earliest: if it is soon used fully again. */
  function earliestAt(gauge: Gauge, ahead: number, now: number): number {
    const { calls, windowMs } = gauge.limit;
    const rank = ahead + taken(gauge, now) + gauge.unsent - calls;
    if (rank < 0) return now;
    // Places that are free or about to be taken count as taken now.
    const rounds = Math.floor(rank / calls);
    return (freeing(gauge)[rank % calls] ?? now + windowMs) + rounds * windowMs;
  }

  /** How many wait before a new call. Those that a pause of another scope holds back are passed over. */
  function aheadOf({ load, arrived, now }: { load: Load; arrived: number; now: number }, gauge: Gauge): number {
    const before = queue.filter((each) => each.arrived <= arrived && each.gauges.includes(gauge));
    const own = pauses.standing(load, now);
    return before.filter((each) => {
      const { from, probing } = pauses.standing(each.load, now);
      return !(probing || from > now) || own.probing || own.from >= from;
    }).length;
  }

  function turnOf(load: Load, wanted: readonly Gauge[]): Turn {
    let state: 'granted' | 'sent' | 'over' = 'granted';
    let sentAt = 0;
    const places: { gauge: Gauge; place: Place }[] = [];
    const begun: Begun = pauses.begin(load, clock.now());
    for (const gauge of wanted) gauge.unsent += 1;
    return {
      sent() {
        if (state !== 'granted') return;
        state = 'sent';
        sentAt = clock.now();
        for (const gauge of wanted) {
          const place = { freeAt: sentAt + gauge.limit.windowMs + maxDelayMs };
          gauge.unsent -= 1;
          gauge.places.push(place);
          places.push({ gauge, place });
        }
      },
      refused(refusal) {
        const paused = begun.refused(refusal, clock.now());
        for (const gauge of wanted)
          if (paused.includes(gauge.limit.of) && gauge.limit.windowMs <= lowerableMs) lower(gauge);
        serve();
      },
      over(answered) {
        if (state === 'over') return;
        const wasSent = state === 'sent';
        state = 'over';
        const wasProbe = begun.over(answered && wasSent, clock.now());
        if (wasSent) answeredAfter(sentAt, places);
        else for (const gauge of wanted) gauge.unsent -= 1;
        if (wasProbe || !wasSent) serve();
      },
    };
  }

  /** Halves a limit. Refusals in one window and the next tell of one and the same excess. */
  function lower(gauge: Gauge): void {
    const now = clock.now();
    if (gauge.lowered !== undefined && now - gauge.lowered.since < 2 * gauge.limit.windowMs) return;
    gauge.lowered = { calls: Math.max(1, Math.floor(allowed(gauge, now) / 2)), since: now };
  }

  /** Knows better, now that the answer is there, how late the request can have arrived. */
  function answeredAfter(sentAt: number, places: readonly { gauge: Gauge; place: Place }[]): void {
    const now = clock.now();
    const latency = now - sentAt;
    const least = Math.min(leastLatency, latency);
    leastLatency = least + (latency - least) * forgetShare;
    const delay = Math.min(maxDelayMs, latency - least);
    for (const { gauge, place } of places) {
      const { windowMs } = gauge.limit;
      place.freeAt = sentAt + windowMs + Math.max(windowMs * marginShare, delay);
      if (queue.length > 0) wakeBy(place.freeAt, now);
    }
  }

  /** Gives a turn to each waiting call that has room, in order; one held up by its own limit holds up nobody else. */
  function serve(): void {
    forgetWakeUp?.();
    forgetWakeUp = undefined;
    wakeUpAt = Number.POSITIVE_INFINITY;
    const now = clock.now();
    const waitOn: Waiting[] = [];
    const settle: (() => void)[] = [];
    const rooms = new Map<Gauge, number>();
    const roomOf = (gauge: Gauge): number => {
      const known = rooms.get(gauge) ?? roomAt(gauge, now);
      rooms.set(gauge, known);
      return known;
    };
    for (const waiting of queue) {
      const standing = pauses.standing(waiting.load, now);
      const room = Math.max(standing.from, ...waiting.gauges.map(roomOf));
      if (room <= now && !standing.probing) {
        const turn = turnOf(waiting.load, waiting.gauges);
        for (const gauge of waiting.gauges) rooms.delete(gauge);
        settle.push(() => waiting.grant(turn));
      } else if (room > waiting.latest || now >= waiting.latest) {
        settle.push(() => waiting.refuse(tooLate(room, standing, now)));
      } else {
        waitOn.push(waiting);
        // The answer to a probe comes when it comes.
        wakeBy(room > now ? room : waiting.latest, now);
      }
    }
    queue = waitOn;
    for (const tell of settle) tell();
  }

  const tooLate = (start: number, { toldUntil }: Standing, now: number): TooLate =>
    new TooLate(start - now, Math.max(0, toldUntil - now));

  function wakeBy(moment: number, now: number): void {
    if (moment >= wakeUpAt) return;
    forgetWakeUp?.();
    wakeUpAt = moment;
    forgetWakeUp = clock.after(Math.max(1, moment - now), serve);
  }

  return {
    async turn(load, wish, signal) {
      signal.throwIfAborted();
      const now = clock.now();
      const wanted = load.limits.map(gaugeOf);
      const standing = pauses.standing(load, now);
      const earliest = wanted.map((gauge) =>
        earliestAt(gauge, aheadOf({ load, arrived: wish.arrived, now }, gauge), now),
      );
      const room = Math.max(standing.from, ...wanted.map((gauge) => roomAt(gauge, now)));
      const start = Math.max(room, ...earliest);
      if (start > wish.latest || (standing.probing && now >= wish.latest)) throw tooLate(start, standing, now);
      if (room <= now && !standing.probing && queue.length === 0) return turnOf(load, wanted);
      return new Promise<Turn>((resolve, reject) => {
        const cancel = (): void => {
          queue = queue.filter((each) => each !== waiting);
          reject(signal.reason);
        };
        const settled =
          <Value>(settle: (value: Value) => void) =>
          (value: Value): void => {
            signal.removeEventListener('abort', cancel);
            settle(value);
          };
        const waiting: Waiting = { ...wish, load, gauges: wanted, grant: settled(resolve), refuse: settled(reject) };
        signal.addEventListener('abort', cancel, { once: true });
        const behind = queue.findLastIndex((each) => each.arrived <= wish.arrived);
        queue.splice(behind + 1, 0, waiting);
        // Served in turn, even where there is room: it goes to who has waited longest.
        wakeBy(standing.probing ? Math.max(room, wish.latest) : room, now);
      });
    },
    limitsInUse: () => gauges.size,
  };
}
