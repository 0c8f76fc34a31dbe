import type { Load, Turn } from '../pacer.js';
import { longHomes } from './round.js';
import type { WaitingCall } from './serve.js';

/** Calls of one round that have a limit with a long window, of those that the store knows and of the new ones. */
const maxLongLimits = 64;

/** A call that waits. Moments are readings of the local clock. */
export interface Call {
  readonly id: string;
  readonly load: Load;
  readonly arrived: number;
  readonly latest: number;
  readonly grant: (turn: Turn) => void;
  readonly refuse: (reason: unknown) => void;
  /** Its arrival by the clock of the store. */
  at?: number;
  /** Whether the store may know it. */
  tried: boolean;
  /** When it must be looked at again. */
  from: number;
  /** Until when a limit with a long window has no room for it. */
  longFrom: number;
}

/** What a round needs to know of a call. @param read when the store read its time, by the local clock. */
export const waitingCall = ({ id, load, at, arrived, latest }: Call, started: number, read: number): WaitingCall => ({
  id,
  load,
  at,
  agoMs: read - arrived,
  usefulMs: latest - started,
});

/**
 * The calls of a round in the order of arrival. Left out are those for which a limit with a long window has no room, and
 * of those with such a limit the last, if there are many: each of them means one document more.
 * @returns `leftNew`: whether some that the store does not know are left for another round.
 */
export function chooseCalls(
  calls: Iterable<Call>,
  now: number,
): { readonly chosen: Call[]; readonly leftNew: boolean } {
  const chosen: Call[] = [];
  const room = { known: maxLongLimits, new: maxLongLimits };
  for (const call of [...calls].sort((a, b) => a.arrived - b.arrived)) {
    if (call.longFrom > now && call.latest > now) continue;
    const state = call.tried ? 'known' : 'new';
    const isLong = longHomes(call.load).length > 0;
    if (isLong) room[state] -= 1;
    if (!isLong || room[state] >= 0) chosen.push(call);
    else call.from = Number.POSITIVE_INFINITY;
  }
  return { chosen, leftNew: room.new < 0 };
}
