import type { Gauge } from '../gauge.js';
import type { Limit, Load, PauseScopes, TooLate } from '../pacer.js';
import type { PauseState, Pauses } from '../pauses.js';
import { comesBefore, decide, lookAgainAt, refusalOnArrival, roomsAt } from '../queue.js';
import type { Kind, OpenDocument, Ticket } from './document.js';

/** A turn whose end is not reported is held for so long, and then for a window: longer than it takes to connect. */
export const leaseMs = 15_000;

/** While a probe is in flight, a call that waits for it is looked at again after this at the latest. */
const probeMs = 1_000;

/** A limit with a longer window has a document of its own, so that the document of the account stays small. */
const shortWindowMs = 60_000;

export const isLong = ({ windowMs }: Limit): boolean => windowMs > shortWindowMs;

/** A call of this process that waits. */
export interface WaitingCall {
  readonly id: string;
  readonly load: Load;
  /** Its arrival by the clock of the store, once it is known there. */
  readonly at: number | undefined;
  /** Milliseconds since it arrived; negative for a call that lets others go first. */
  readonly agoMs: number;
  /** For how many milliseconds a turn is of use. */
  readonly usefulMs: number;
}

/** What became of the calls. Moments are readings of the clock of the store. */
export interface Served {
  /** Calls that got their turn, and whether they are probes. */
  readonly granted: ReadonlyMap<string, { readonly isProbe: boolean }>;
  readonly refused: ReadonlyMap<string, TooLate>;
  /** Calls that wait on: their arrival, when they can go at the earliest, and until when a limit with a long window is full. */
  readonly waiting: ReadonlyMap<string, { readonly at: number; readonly from: number; readonly longFrom: number }>;
  /** Whether a call of another process may go earlier than expected. */
  readonly moved: boolean;
}

/** What the calls are served from. */
interface Counter {
  readonly now: number;
  /** The document of the account, with the queue. */
  readonly own: OpenDocument;
  readonly paused: Pauses;
  /** The gauges of the limits whose documents are open. */
  readonly gaugesOf: (scopes: PauseScopes, limits: readonly Limit[]) => Gauge[];
  /** Before this moment no call of this process goes. */
  readonly quietUntil: number;
}

/** Stands for a call of another process that has room, and is about to take it. */
const other = 'other';

/** Goes through all waiting calls of an account in order, and decides about those of this process. */
export function serve(calls: readonly WaitingCall[], { now, own, paused, gaugesOf, quietUntil }: Counter): Served {
  const account = own.key;
  const granted = new Map<string, { readonly isProbe: boolean }>();
  const refused = new Map<string, TooLate>();
  const waiting = new Map<string, { at: number; from: number; longFrom: number }>();
  let moved = false;

  const ours = new Map(calls.map((call) => [call.id, call]));
  const ranks = new Map(calls.map(({ id }, index) => [id, index]));
  const known = new Set(own.tickets.map(({ id }) => id));
  const kinds = new Map(own.tickets.map(({ kind }) => [JSON.stringify(kind), kind]));
  for (const [index, call] of calls.entries()) if (!known.has(call.id)) enqueue(call, index);

  const { roomFor, used } = roomsAt(now);
  const { note, before } = countAhead(now);
  const states = new Map<string | undefined, PauseState>();
  /** When the first waiting call of a kind can go. */
  const firsts = new Map<Kind, number>();

  const queue = own.tickets;
  own.tickets = queue.filter((ticket) => {
    const call = ours.get(ticket.id);
    return call === undefined ? passBy(ticket) : look(ticket, call);
  });
  for (const { kind } of queue) paused.over(scopesOf(kind), other, false, now);
  return { granted, refused, waiting, moved };

  /** Calls of one process keep the order of their arrival, although its clock and that of the store differ from round to round. */
  function enqueue({ id, load, at, agoMs }: WaitingCall, index: number): void {
    const wanted: Kind = { connection: load.connection, limits: load.limits.filter((limit) => !isLong(limit)) };
    const signature = JSON.stringify(wanted);
    const kind = kinds.get(signature) ?? wanted;
    kinds.set(signature, kind);
    const wantedAt = at ?? Math.round(now - agoMs);
    const first = own.tickets.findLastIndex((each) => (ranks.get(each.id) ?? index) < index) + 1;
    const before = own.tickets.findIndex((each) => (ranks.get(each.id) ?? index) > index);
    const last = before === -1 ? own.tickets.length : before;
    const byTime = own.tickets.findLastIndex((each) => each.at <= wantedAt) + 1;
    const place = Math.max(first, Math.min(byTime, last));
    const soonest = own.tickets[place - 1]?.at ?? wantedAt;
    const latest = own.tickets[place]?.at ?? wantedAt;
    own.tickets.splice(place, 0, { id, at: Math.max(soonest, Math.min(wantedAt, latest)), kind, notBefore: 0 });
  }

  function scopesOf({ connection }: Kind): PauseScopes {
    return { account, connection };
  }

  function stateOf(kind: Kind): PauseState {
    const state = states.get(kind.connection) ?? paused.stateOf(scopesOf(kind), now);
    states.set(kind.connection, state);
    return state;
  }

  /** A call that goes may be the probe of a pause. */
  function start(kind: Kind, id: string): boolean {
    const isProbe = paused.start(scopesOf(kind), id, now);
    if (isProbe) states.clear();
    return isProbe;
  }

  /** A call of another process keeps its place, and the room that it is about to take. */
  function passBy({ kind, notBefore }: Ticket): true {
    const pause = stateOf(kind);
    const gauges = gaugesOf(scopesOf(kind), kind.limits);
    if (pause.probing || Math.max(roomFor(pause, gauges), notBefore) > now) {
      note(gauges, pause);
    } else {
      for (const gauge of gauges) gauge.unsent += 1;
      used(gauges);
      start(kind, other);
    }
    return true;
  }

  /** Decides about a call of this process. Returns whether it waits on. */
  function look(ticket: Ticket, { id, load, usefulMs }: WaitingCall): boolean {
    const { kind } = ticket;
    const isNew = !known.has(id);
    const pause = stateOf(kind);
    const short = gaugesOf(load, kind.limits);
    const long = gaugesOf(load, load.limits.filter(isLong));
    const gauges = [...short, ...long];
    // It has a slot if an earlier transaction was written without an answer.
    for (const gauge of gauges) if (gauge.giveBack(id)) used([gauge]);
    const longFrom = Math.max(now, quietUntil, ...long.map((gauge) => gauge.roomAt(now)));
    const wanted = { pause, room: Math.max(roomFor(pause, short), longFrom), latest: now + usefulMs };
    const first = firsts.get(kind);
    const earliest =
      isNew || first === undefined ? gauges.map((gauge) => gauge.earliestAt(before(gauge, pause), now)) : [first];
    const decision = (isNew ? refusalOnArrival(wanted, earliest, now) : undefined) ?? decide(wanted, now);
    if (decision === 'go') {
      for (const gauge of gauges) gauge.lease(id, now, leaseMs);
      used(gauges);
      granted.set(id, { isProbe: start(kind, id) });
    } else if (decision === 'wait') {
      const from = Math.max(lookAgainAt(wanted, now), ...earliest);
      note(gauges, pause);
      if (first === undefined && long.length === 0) firsts.set(kind, from);
      if (longFrom > now !== ticket.notBefore > now) {
        ticket.notBefore = longFrom > now ? longFrom : 0;
        own.changed = true;
      }
      waiting.set(id, { at: ticket.at, from: pause.probing ? Math.min(from, now + probeMs) : from, longFrom });
    } else {
      refused.set(id, decision);
      if (!isNew) moved = true;
    }
    if (isNew ? decision === 'wait' : decision !== 'wait') own.changed = true;
    return decision === 'wait';
  }
}

/** Counts the calls that come before another in a limit. */
function countAhead(now: number) {
  const counts = new Map<Gauge, Map<PauseState, number>>();
  return {
    /** A call waits for these limits; the ones asked about later arrived later. */
    note(gauges: readonly Gauge[], pause: PauseState): void {
      for (const gauge of gauges) {
        const own = counts.get(gauge) ?? new Map<PauseState, number>();
        counts.set(gauge, own.set(pause, (own.get(pause) ?? 0) + 1));
      }
    },
    before(gauge: Gauge, pause: PauseState): number {
      let sum = 0;
      for (const [each, count] of counts.get(gauge) ?? []) if (comesBefore(each, pause, now)) sum += count;
      return sum;
    },
  };
}
