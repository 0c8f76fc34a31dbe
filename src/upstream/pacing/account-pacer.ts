import type { Clock } from '../clock.js';
import { createDelays, createGauge, type Gauge, type Slot } from './gauge.js';
import type { Limit, Load, Pacer, Turn } from './pacer.js';
import { createPauses } from './pauses.js';
import { comesBefore, decide, lookAgainAt, refusalOnArrival, roomsAt } from './queue.js';

/** Paces the requests of one account in this process. */
export interface AccountPacer extends Pick<Pacer, 'turn'> {
  /** Rejects the turns that still wait. */
  close(reason: Error): void;
  limitsInUse(): number;
  /** Whether nothing would be lost if this pacer were dropped. */
  idle(): boolean;
}

/** Idle gauges are dropped each time the number of gauges has grown by this. */
const sweepEvery = 1_000;

interface Waiting {
  /** Moments of the local clock. */
  readonly arrived: number;
  readonly latest: number;
  readonly load: Load;
  readonly gauges: readonly Gauge[];
  readonly grant: (turn: Turn) => void;
  readonly refuse: (reason: unknown) => void;
}

/** Creates the pacer of one account. */
export function createAccountPacer(clock: Clock): AccountPacer {
  const gauges = new Map<string, Gauge>();
  /** In the order of arrival. */
  let queue: Waiting[] = [];
  const pauses = createPauses();
  let underWay = 0;
  let turns = 0;
  const delayOf = createDelays();
  let wakeUpAt = Number.POSITIVE_INFINITY;
  let cancelWakeUp: (() => void) | undefined;
  let sweepAt = sweepEvery;

  function gaugeOf(limit: Limit): Gauge {
    let gauge = gauges.get(limit.key);
    if (gauge === undefined) {
      if (gauges.size >= sweepAt) sweep();
      gauge = createGauge(limit);
      gauges.set(limit.key, gauge);
    }
    return gauge;
  }

  function sweep(): void {
    const now = clock.now();
    const waitedFor = new Set(queue.flatMap((waiting) => waiting.gauges));
    for (const [key, gauge] of gauges) if (!waitedFor.has(gauge) && gauge.idle(now)) gauges.delete(key);
    pauses.sweep(now);
    sweepAt = gauges.size + sweepEvery;
  }

  /** How many wait for the limit before a new call. Those held back by a pause that it does not share are left out. */
  function aheadOf({ load, arrived, now }: { load: Load; arrived: number; now: number }, gauge: Gauge): number {
    const before = queue.filter((each) => each.arrived <= arrived && each.gauges.includes(gauge));
    const own = pauses.stateOf(load, now);
    return before.filter((each) => comesBefore(pauses.stateOf(each.load, now), own, now)).length;
  }

  function turnOf(load: Load, wanted: readonly Gauge[]): Turn {
    let state: 'granted' | 'sent' | 'over' = 'granted';
    let sentAt = 0;
    let slots: readonly Slot[] = [];
    turns += 1;
    const id = String(turns);
    pauses.start(load, id, clock.now());
    underWay += 1;
    for (const gauge of wanted) gauge.unsent += 1;
    return {
      sent() {
        if (state !== 'granted') return;
        state = 'sent';
        sentAt = clock.now();
        slots = wanted.map((gauge) => {
          gauge.unsent -= 1;
          return gauge.take(sentAt);
        });
      },
      refused(refusal) {
        const now = clock.now();
        const paused = pauses.refused(load, id, refusal, now);
        for (const gauge of wanted) if (paused.includes(gauge.limit.scope)) gauge.lower(now);
        serve();
      },
      over(answered) {
        if (state === 'over') return;
        const wasSent = state === 'sent';
        state = 'over';
        underWay -= 1;
        const wasProbe = pauses.over(load, id, answered && wasSent, clock.now());
        if (wasSent) responded(wanted, slots, sentAt);
        else for (const gauge of wanted) gauge.unsent -= 1;
        if (wasProbe || !wasSent) serve();
      },
    };
  }

  /** The response shows how late the request may have arrived. */
  function responded(wanted: readonly Gauge[], slots: readonly Slot[], sentAt: number): void {
    const now = clock.now();
    const delayMs = delayOf(sentAt, now);
    for (const [index, slot] of slots.entries()) {
      const freeAt = wanted[index]?.answered(slot, sentAt, delayMs);
      if (freeAt !== undefined && queue.length > 0) wakeBy(freeAt, now);
    }
  }

  /** Gives a turn to each waiting call with room, in order. A call held back by its own limit holds back no other. */
  function serve(): void {
    cancelWakeUp?.();
    cancelWakeUp = undefined;
    wakeUpAt = Number.POSITIVE_INFINITY;
    const now = clock.now();
    const stillWaiting: Waiting[] = [];
    const settle: (() => void)[] = [];
    const { roomFor, used } = roomsAt(now);
    for (const waiting of queue) {
      const pause = pauses.stateOf(waiting.load, now);
      const wanted = { pause, room: roomFor(pause, waiting.gauges), latest: waiting.latest };
      const decision = decide(wanted, now);
      if (decision === 'go') {
        const turn = turnOf(waiting.load, waiting.gauges);
        used(waiting.gauges);
        settle.push(() => waiting.grant(turn));
      } else if (decision === 'wait') {
        stillWaiting.push(waiting);
        wakeBy(lookAgainAt(wanted, now), now);
      } else {
        settle.push(() => waiting.refuse(decision));
      }
    }
    queue = stillWaiting;
    for (const each of settle) each();
  }

  function wakeBy(moment: number, now: number): void {
    if (moment >= wakeUpAt) return;
    cancelWakeUp?.();
    wakeUpAt = moment;
    cancelWakeUp = clock.after(Math.max(1, moment - now), serve);
  }

  function enqueue(entry: Omit<Waiting, 'grant' | 'refuse'>, signal: AbortSignal): Promise<Turn> {
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
      const waiting: Waiting = { ...entry, grant: settled(resolve), refuse: settled(reject) };
      signal.addEventListener('abort', cancel, { once: true });
      const last = queue.findLastIndex((each) => each.arrived <= entry.arrived);
      queue.splice(last + 1, 0, waiting);
    });
  }

  return {
    async turn(load, { arrivedMsAgo, waitAtMostMs }, signal) {
      signal.throwIfAborted();
      const now = clock.now();
      const [arrived, latest] = [now - arrivedMsAgo, now + waitAtMostMs];
      const wanted = load.limits.map(gaugeOf);
      const pause = pauses.stateOf(load, now);
      const earliest = wanted.map((gauge) => gauge.earliestAt(aheadOf({ load, arrived, now }, gauge), now));
      const room = roomsAt(now).roomFor(pause, wanted);
      const refusal = refusalOnArrival({ pause, room, latest }, earliest, now);
      if (refusal !== undefined) throw refusal;
      if (room <= now && !pause.probing && queue.length === 0) return turnOf(load, wanted);
      const granted = enqueue({ arrived, latest, load, gauges: wanted }, signal);
      // Even where there is room, the queue is served in order.
      wakeBy(pause.probing ? Math.max(room, latest) : room, now);
      return granted;
    },
    close(reason) {
      cancelWakeUp?.();
      const rejected = queue;
      queue = [];
      for (const { refuse } of rejected) refuse(reason);
    },
    limitsInUse: () => gauges.size,
    idle() {
      sweep();
      return queue.length + underWay === 0 && gauges.size === 0 && pauses.size() === 0;
    },
  };
}
