import type { Limit } from './pacer.js';

/**
 * ManyChat counts arrivals, we count departures, and the time between differs from request to request. To stay safe, a
 * slot is held for its window plus the larger of 5 % and the extra latency of this response over the fastest seen
 * (at most `maxDelayMs`; while there is no response, all of it; see `createDelays`). The 5 % leave room for 93 % of the limit to be used.
 */
const marginShare = 0.05;
const maxDelayMs = 250;

/** Only limits with a window up to this are lowered: a 429 now says nothing about a whole hour. */
const lowerableMs = 1_000;

/** A lowered limit grows back by one call each time this long passes without another 429. */
const recoveryMs = 3_000;

/** How fast the smallest latency is forgotten, as a share of the difference to each new one. */
const forgetShare = 0.01;

/** A slot in a limit's window. Moments are readings of the clock of its gauge. */
export interface Slot {
  freeAt: number;
  /** Of a turn that another process can see: what finds its slot again. */
  readonly id?: string | undefined;
  /** While it is unknown when the request leaves: when the slot is free at the latest. Until then it is taken. */
  heldUntil?: number | undefined;
}

/** What is remembered of the use of a limit, as JSON. */
export interface Usage {
  /** In about the order in which they become free. */
  slots: Slot[];
  /** How many calls the limit allowed after it was last lowered, and when that was. */
  lowered?: { readonly calls: number; readonly since: number } | undefined;
}

/** The use of one limit. All moments are readings of one clock, of this process or of a store. */
export interface Gauge {
  readonly limit: Limit;
  /** Turns that were handed out, or will be, and have no slot yet. */
  unsent: number;
  /** Takes a slot for a request that leaves now. */
  take(now: number, id?: string): Slot;
  /** Takes a slot for a turn that is handed out now, and whose request leaves within `leaseMs` without word of it. */
  lease(id: string, now: number, leaseMs: number): void;
  /** The request of a slot left at `sentAt`, or at that moment at the latest. */
  departed(slot: Slot, sentAt: number): void;
  /** The response came, `delayMs` later than the fastest one seen. Returns when the slot will be free. */
  answered(slot: Slot, sentAt: number, delayMs: number): number;
  /** The slot of a turn; undefined if it has none. */
  slotOf(id: string): Slot | undefined;
  /** Gives back the slot of a turn whose request never left. Returns whether it had one. */
  giveBack(id: string): boolean;
  /** The earliest moment with room for the next call. Slots of unanswered requests can still be held longer. */
  roomAt(now: number): number;
  /** The earliest moment with room after `ahead` other calls, assuming that the full limit will soon be used again. */
  earliestAt(ahead: number, now: number): number;
  /** Halves the limit after a 429. */
  lower(now: number): void;
  /** Whether the gauge holds nothing: no turn, no slot, no lowered limit. */
  idle(now: number): boolean;
}

/** The gauge of a limit. Without `usage` the limit is not in use yet; else the gauge changes it. */
export function createGauge(limit: Limit, usage: Usage = { slots: [] }): Gauge {
  const { calls, windowMs } = limit;

  const isTaken = ({ freeAt, heldUntil = 0 }: Slot, now: number): boolean => freeAt > now || heldUntil > now;

  function taken(now: number): number {
    usage.slots = usage.slots.filter((slot) => isTaken(slot, now));
    return usage.slots.length;
  }

  function allowed(now: number): number {
    const { lowered } = usage;
    if (lowered === undefined) return calls;
    const recovered = lowered.calls + Math.floor((now - lowered.since) / recoveryMs);
    if (recovered < calls) return recovered;
    usage.lowered = undefined;
    return calls;
  }

  /** A slot that is held beyond its time is looked at again after the longest delay: by then its process has reported. */
  const expectedAt = ({ freeAt, heldUntil = 0 }: Slot, now: number): number =>
    freeAt > now ? freeAt : Math.min(heldUntil, now + maxDelayMs);

  const byFreeing = (now: number): number[] => usage.slots.map((slot) => expectedAt(slot, now)).sort((a, b) => a - b);

  const gauge: Gauge = {
    limit,
    unsent: 0,
    take(now, id) {
      const slot: Slot = { id, freeAt: now + windowMs + maxDelayMs, heldUntil: undefined };
      usage.slots.push(slot);
      return slot;
    },
    lease(id, now, leaseMs) {
      const heldUntil = now + leaseMs + windowMs + maxDelayMs;
      usage.slots.push({ id, freeAt: now + windowMs * (1 + marginShare), heldUntil });
    },
    departed(slot, sentAt) {
      slot.freeAt = sentAt + windowMs + maxDelayMs;
      slot.heldUntil = undefined;
    },
    answered(slot, sentAt, delayMs) {
      slot.freeAt = sentAt + windowMs + Math.max(windowMs * marginShare, Math.min(maxDelayMs, delayMs));
      slot.heldUntil = undefined;
      return slot.freeAt;
    },
    slotOf: (id) => usage.slots.find((slot) => slot.id === id),
    giveBack(id) {
      const before = usage.slots.length;
      usage.slots = usage.slots.filter((slot) => slot.id !== id);
      return usage.slots.length < before;
    },
    roomAt(now) {
      const excess = taken(now) + gauge.unsent - allowed(now);
      return excess < 0 ? now : (byFreeing(now)[excess] ?? now + windowMs);
    },
    earliestAt(ahead, now) {
      const rank = ahead + taken(now) + gauge.unsent - calls;
      if (rank < 0) return now;
      // Slots that are free now, or about to be taken, count as taken now.
      return (byFreeing(now)[rank % calls] ?? now + windowMs) + Math.floor(rank / calls) * windowMs;
    },
    lower(now) {
      if (windowMs > lowerableMs) return;
      const { lowered } = usage;
      // Several 429s within two windows report one and the same excess.
      if (lowered !== undefined && now - lowered.since < 2 * windowMs) return;
      usage.lowered = { calls: Math.max(1, Math.floor(allowed(now) / 2)), since: now };
    },
    idle: (now) => gauge.unsent + taken(now) === 0 && allowed(now) === calls,
  };
  return gauge;
}

/**
 * Tells how late a request may have arrived: by how much longer its response took than the fastest one. Requests that left
 * before there was any response may all have waited for the first connection, so all that they took counts.
 */
export function createDelays(): (sentAt: number, now: number) => number {
  let least = Number.POSITIVE_INFINITY;
  let firstAt = Number.POSITIVE_INFINITY;
  return (sentAt, now) => {
    firstAt = Math.min(firstAt, now);
    const latencyMs = now - sentAt;
    const fastest = Math.min(least, latencyMs);
    least = fastest + (latencyMs - fastest) * forgetShare;
    return sentAt < firstAt ? latencyMs : latencyMs - fastest;
  };
}
