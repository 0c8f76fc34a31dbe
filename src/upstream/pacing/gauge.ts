import type { Limit } from './pacer.js';

/**
 * ManyChat counts arrivals, we count departures, and the time between differs from request to request. To stay safe, a
 * slot is held for its window plus the larger of 5 % and the extra latency of this response over the fastest seen
 * (at most `maxDelayMs`; while there is no response, all of it). The 5 % leave room for 93 % of the limit to be used.
 */
const marginShare = 0.05;
const maxDelayMs = 250;

/** Only limits with a window up to this are lowered: a 429 now says nothing about a whole hour. */
const lowerableMs = 1_000;

/** A lowered limit grows back by one call each time this long passes without another 429. */
const recoveryMs = 3_000;

/** The slot that a sent request takes in a limit's window. */
export interface Slot {
  /** The response came: `delayMs` later than the fastest one seen. */
  answered(sentAt: number, delayMs: number): number;
}

/** The use of one limit. All moments are readings of the local clock. */
export interface Gauge {
  readonly limit: Limit;
  /** Turns that were handed out and whose request has not left yet. */
  unsent: number;
  /** Takes a slot for a request that leaves now. */
  take(now: number): Slot;
  /** The earliest moment with room for the next call. Slots of unanswered requests can still be held longer. */
  roomAt(now: number): number;
  /** The earliest moment with room after `ahead` other calls, assuming that the full limit will soon be used again. */
  earliestAt(ahead: number, now: number): number;
  /** Halves the limit after a 429. */
  lower(now: number): void;
  /** Whether the gauge holds nothing: no turn, no slot, no lowered limit. */
  idle(now: number): boolean;
}

/** Creates the gauge of a limit that is not in use yet. */
export function createGauge(limit: Limit): Gauge {
  const { calls, windowMs } = limit;
  /** In about the order in which they become free. */
  let slots: { freeAt: number }[] = [];
  /** How many calls the limit allowed after it was last lowered, and when that was. */
  let lowered: { readonly calls: number; readonly since: number } | undefined;

  function taken(now: number): number {
    slots = slots.filter(({ freeAt }) => freeAt > now);
    return slots.length;
  }

  function allowed(now: number): number {
    if (lowered === undefined) return calls;
    const recovered = lowered.calls + Math.floor((now - lowered.since) / recoveryMs);
    if (recovered < calls) return recovered;
    lowered = undefined;
    return calls;
  }

  const byFreeing = (): number[] => slots.map(({ freeAt }) => freeAt).sort((a, b) => a - b);

  const gauge: Gauge = {
    limit,
    unsent: 0,
    take(now) {
      const slot = { freeAt: now + windowMs + maxDelayMs };
      slots.push(slot);
      return {
        answered(sentAt, delayMs) {
          slot.freeAt = sentAt + windowMs + Math.max(windowMs * marginShare, Math.min(maxDelayMs, delayMs));
          return slot.freeAt;
        },
      };
    },
    roomAt(now) {
      const excess = taken(now) + gauge.unsent - allowed(now);
      return excess < 0 ? now : (byFreeing()[excess] ?? now + windowMs);
    },
    earliestAt(ahead, now) {
      const rank = ahead + taken(now) + gauge.unsent - calls;
      if (rank < 0) return now;
      // Slots that are free now, or about to be taken, count as taken now.
      return (byFreeing()[rank % calls] ?? now + windowMs) + Math.floor(rank / calls) * windowMs;
    },
    lower(now) {
      if (windowMs > lowerableMs) return;
      // Several 429s within two windows report one and the same excess.
      if (lowered !== undefined && now - lowered.since < 2 * windowMs) return;
      lowered = { calls: Math.max(1, Math.floor(allowed(now) / 2)), since: now };
    },
    idle: (now) => gauge.unsent + taken(now) === 0 && allowed(now) === calls,
  };
  return gauge;
}
