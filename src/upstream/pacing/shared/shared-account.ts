import { type SharedStore, StoreAway } from '../../../store/shared-store.js';
import { type Clock, timeout } from '../../clock.js';
import { createDelays } from '../gauge.js';
import { type Load, type Pacer, TooLate, type Turn } from '../pacer.js';
import { bellOf } from './document.js';
import type { Report, TurnNews } from './reports.js';
import { documentsOf, type Round, type RoundResult, runRound, usableMs } from './round.js';
import { leaseMs } from './serve.js';
import { type Call, chooseCalls, waitingCall } from './waiting.js';

/** Paces the requests of one account, together with the other processes of a store. */
export interface SharedAccount extends Pick<Pacer, 'turn'> {
  /** Rejects the turns that still wait, and gives back what the account has of the limits. */
  close(reason: Error): Promise<void>;
  /** Whether nothing would be lost if this were dropped. */
  idle(): boolean;
}

/** What the pacer of an account needs of its process. */
export interface SharedParts {
  readonly store: SharedStore;
  readonly clock: Clock;
  /** Differs from those of all other processes; without a dot. */
  readonly process: string;
  /** An id for a call, which begins with that of the process and a dot. Accounts that lead to one page share slots. */
  readonly nextId: () => string;
}

/** While calls wait and turns are open, a round is due at least this often: others see that the process lives. */
const beatMs = 1_000;
/** A departure is reported on its own when there is no response for so long; else with the response. */
const lateResponseMs = 600;
/** Retries while the store is away: the first after so long, each next after twice as long. */
const firstRetryMs = 50;
const maxRetryMs = 500;
/** Reports of one round. */
const maxReports = 100;
/** What is given back on closing must not hold up the end of the process. */
const closeMs = 1_000;
/** Reported instead of a delay where there was no response. */
const noResponseMs = 60_000;

/** A turn that was handed out and whose request has not ended. */
interface OpenTurn {
  readonly load: Load;
  readonly isProbe: boolean;
  /** When the round began that gave it. */
  readonly givenAt: number;
  sentAt?: number;
  /** Whether the store knows when it was sent. */
  reported: boolean;
}

interface PendingReport {
  readonly id: string;
  readonly load: Load;
  readonly newsAt: (now: number) => TurnNews;
  /** When it is of no use any more. */
  readonly until: number;
  readonly written: () => void;
  readonly lost: (reason: unknown) => void;
}

/** Creates the pacer of one account. */
export function createSharedAccount(account: string, { store, clock, process, nextId }: SharedParts): SharedAccount {
  const calls = new Map<string, Call>();
  const turns = new Map<string, OpenTurn>();
  let reports: PendingReport[] = [];
  let connections: RoundResult['connections'] = [];
  const delayOf = createDelays();
  let failures = 0;
  let lastRoundAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;
  let again = false;
  let wakeAt = Number.POSITIVE_INFINITY;
  let cancelWake: (() => void) | undefined;
  let stopWatching: (() => void) | undefined;
  let closed = false;

  /** Starts a round, or one more after the round that runs. */
  function kick(): void {
    again = true;
    if (closed || running !== undefined) return;
    cancelWake?.();
    cancelWake = undefined;
    wakeAt = Number.POSITIVE_INFINITY;
    running = runRounds().finally(() => {
      running = undefined;
      if (closed) return;
      if (again) kick();
      else schedule();
    });
  }

  async function runRounds(): Promise<void> {
    // What happens at once is done in one round.
    await Promise.resolve();
    while (again && !closed) {
      again = false;
      await oneRound();
    }
  }

  async function oneRound(): Promise<void> {
    // Durations are taken before the transaction: a departure that looks later than it was is on the safe side.
    const started = clock.now();
    const { chosen, leftNew } = chooseCalls(calls.values(), started);
    if (leftNew) again = true;
    const news = reports.slice(0, maxReports);
    if (reports.length > news.length) again = true;
    const silent = [...turns].filter(([, turn]) => isReportDue(turn, started));
    const round: Round = {
      process,
      account,
      calls: chosen.map((call) => waitingCall(call, started, started)),
      reports: [
        ...news.map(({ id, load, newsAt }): Report => ({ id, load, news: newsAt(started) })),
        ...silent.map(([id, { load, sentAt = started }]): Report => {
          return { id, load, news: { kind: 'sent', agoMs: started - sentAt } };
        }),
      ],
      others: [
        ...[...turns.values()].map(({ load }) => load),
        ...connections.map((connection) => ({ account, connection })),
      ],
    };
    for (const call of chosen) call.tried = true;
    let read = started;
    try {
      const result = await store.transact(documentsOf(round), (transaction) => {
        read = clock.now();
        // A wait for the lock of the store makes no call look younger than those that arrived during it.
        return runRound(transaction, { ...round, calls: chosen.map((call) => waitingCall(call, started, read)) });
      });
      failures = 0;
      lastRoundAt = started;
      reports = reports.filter((each) => !news.includes(each));
      for (const { written } of news) written();
      for (const [, turn] of silent) turn.reported = true;
      settle(result, read);
    } catch (error) {
      failed(error, chosen, news);
    }
  }

  const isReportDue = ({ sentAt, reported }: OpenTurn, now: number): boolean =>
    !reported && sentAt !== undefined && now - sentAt >= lateResponseMs;

  function settle({ now, granted, refused, waiting, connections: waitedFor }: RoundResult, read: number): void {
    connections = waitedFor;
    for (const [id, { at, from, longFrom }] of waiting) {
      const call = calls.get(id);
      if (call === undefined) continue;
      call.at = at;
      call.from = read + from - now;
      call.longFrom = read + longFrom - now;
    }
    for (const [id, error] of refused) take(id)?.refuse(error);
    // A call that was cancelled meanwhile has reported that it needs no turn.
    for (const [id, { isProbe }] of granted) {
      const call = take(id);
      if (call !== undefined) call.grant(turnOf(call, isProbe));
    }
    if (calls.size > 0) stopWatching ??= store.watch(bellOf(account), kick);
  }

  function take(id: string): Call | undefined {
    const call = calls.get(id);
    calls.delete(id);
    return call;
  }

  function failed(error: unknown, chosen: readonly Call[], news: readonly PendingReport[]): void {
    failures += 1;
    const now = clock.now();
    const isAway = error instanceof StoreAway;
    for (const call of chosen) {
      if (isAway && call.latest > now) continue;
      take(call.id)?.refuse(isAway ? new TooLate(maxRetryMs, 0, 'store away') : error);
      if (isAway) void report(call, () => ({ kind: 'unsent' })).catch(() => undefined);
    }
    const useless = isAway ? reports.filter(({ until }) => until <= now) : news;
    reports = reports.filter((each) => !useless.includes(each));
    for (const { lost } of useless) lost(error);
    // The next try is after a while.
    again = false;
  }

  /** Sets the timer for what is due next. */
  function schedule(): void {
    if (calls.size + turns.size + reports.length === 0) {
      stopWatching?.();
      stopWatching = undefined;
      return;
    }
    if (failures > 0) {
      const retry = clock.now() + Math.min(maxRetryMs, firstRetryMs * 2 ** (failures - 1));
      wakeBy(Math.min(retry, ...[...calls.values()].map(({ latest }) => latest)));
      return;
    }
    for (const { from, latest } of calls.values()) wakeBy(Math.min(from, latest, lastRoundAt + beatMs));
    for (const turn of turns.values()) wakeBy(dueOf(turn));
  }

  /** When the next report or sign of life for a turn is due. */
  function dueOf({ sentAt, reported, isProbe }: OpenTurn): number {
    const beat = lastRoundAt + beatMs;
    if (sentAt !== undefined && !reported) return Math.min(beat, sentAt + lateResponseMs);
    return sentAt === undefined || isProbe ? beat : Number.POSITIVE_INFINITY;
  }

  function wakeBy(moment: number): void {
    if (moment >= wakeAt || running !== undefined || closed) return;
    cancelWake?.();
    wakeAt = moment;
    cancelWake = clock.after(Math.max(1, moment - clock.now()), kick);
  }

  function report({ id, load }: Pick<Call, 'id' | 'load'>, newsAt: PendingReport['newsAt']): Promise<void> {
    return new Promise((written, lost) => {
      reports.push({ id, load, newsAt, until: clock.now() + leaseMs, written, lost });
      kick();
    });
  }

  function turnOf(call: Call, isProbe: boolean): Turn {
    const turn: OpenTurn = { load: call.load, isProbe, givenAt: lastRoundAt, reported: false };
    turns.set(call.id, turn);
    return {
      isExpired() {
        const now = clock.now();
        return now - turn.givenAt > leaseMs || now - lastRoundAt > usableMs;
      },
      sent() {
        if (turn.sentAt !== undefined || !turns.has(call.id)) return;
        turn.sentAt = clock.now();
        wakeBy(dueOf(turn));
      },
      async refused(refusal) {
        const at = clock.now();
        if (!closed) await report(call, (now) => ({ kind: 'refused', agoMs: now - at, refusal }));
      },
      async over(answered) {
        if (!turns.delete(call.id) || closed) return;
        const { sentAt } = turn;
        if (sentAt === undefined) return report(call, () => ({ kind: 'unsent' }));
        const delayMs = delayOf(sentAt, clock.now());
        return report(call, (now) => ({ kind: 'over', agoMs: now - sentAt, delayMs, answered }));
      },
    };
  }

  return {
    turn(load, { arrivedMsAgo, waitAtMostMs }, signal) {
      const now = clock.now();
      const id = nextId();
      return new Promise<Turn>((resolve, reject) => {
        const cancel = (): void => {
          calls.delete(id);
          reject(signal.reason);
          if (call.tried) void report(call, () => ({ kind: 'unsent' })).catch(() => undefined);
        };
        const settled =
          <Value>(settle: (value: Value) => void) =>
          (value: Value): void => {
            signal.removeEventListener('abort', cancel);
            settle(value);
          };
        const call: Call = {
          id,
          load,
          arrived: now - arrivedMsAgo,
          latest: now + waitAtMostMs,
          grant: settled(resolve),
          refuse: settled(reject),
          tried: false,
          from: now,
          longFrom: now,
        };
        signal.addEventListener('abort', cancel, { once: true });
        calls.set(id, call);
        kick();
      });
    },
    async close(reason) {
      closed = true;
      cancelWake?.();
      stopWatching?.();
      const waiting = [...calls.values()];
      calls.clear();
      for (const { refuse } of waiting) refuse(reason);
      const tooLong = timeout(clock, closeMs);
      await Promise.race([leave(waiting), new Promise((resolve) => tooLong.signal.addEventListener('abort', resolve))]);
      tooLong.cancel();
    },
    idle: () => calls.size + turns.size + reports.length === 0 && running === undefined,
  };

  /** Gives back what is of no use any more. Turns that are open count as sent now: their requests may still leave. */
  async function leave(waiting: readonly Call[]): Promise<void> {
    await running;
    const now = clock.now();
    const pending = reports;
    const last: Report[] = [
      ...pending.map(({ id, load, newsAt }): Report => ({ id, load, news: newsAt(now) })),
      ...waiting.filter(({ tried }) => tried).map(({ id, load }): Report => ({ id, load, news: { kind: 'unsent' } })),
      ...[...turns].map(([id, { load, sentAt = now }]): Report => {
        return { id, load, news: { kind: 'over', agoMs: now - sentAt, delayMs: noResponseMs, answered: false } };
      }),
    ];
    reports = [];
    turns.clear();
    if (last.length > 0) {
      const round: Round = { process, account, calls: [], reports: last, others: [] };
      await store.transact(documentsOf(round), (transaction) => runRound(transaction, round)).catch(() => undefined);
    }
    for (const { written } of pending) written();
  }
}
