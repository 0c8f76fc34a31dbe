import type { Gauge } from './gauge.js';
import { TooLate } from './pacer.js';
import type { PauseState } from './pauses.js';

/* What becomes of a call that wants its turn. All moments are readings of one clock, of this process or of a store. */

/** Whether a call that arrived earlier comes before this one: not if it is held back by a pause that this one is free of. */
export const comesBefore = (earlier: PauseState, own: PauseState, now: number): boolean =>
  !(earlier.probing || earlier.from > now) || own.probing || own.from >= earlier.from;

/** The room in limits at one moment, each computed once. */
export function roomsAt(now: number) {
  const rooms = new Map<Gauge, number>();
  const roomIn = (gauge: Gauge): number => {
    const room = rooms.get(gauge) ?? gauge.roomAt(now);
    rooms.set(gauge, room);
    return room;
  };
  return {
    /** The earliest moment with room in all limits, outside the pauses. */
    roomFor: (pause: PauseState, gauges: readonly Gauge[]): number => Math.max(pause.from, ...gauges.map(roomIn)),
    /** Room was taken in these. */
    used(gauges: readonly Gauge[]): void {
      for (const gauge of gauges) rooms.delete(gauge);
    },
  };
}

/** A call that wants its turn. */
interface Wanted {
  readonly pause: PauseState;
  /** When there is room for it. */
  readonly room: number;
  /** The last moment at which a turn is of use. */
  readonly latest: number;
}

/** Whether a call that waits goes now, waits on or is refused. */
export function decide({ pause, room, latest }: Wanted, now: number): 'go' | 'wait' | TooLate {
  if (room <= now && !pause.probing) return 'go';
  return room > latest || now >= latest ? tooLate(room, pause, now) : 'wait';
}

/**
 * The refusal of a call that has just come; undefined if it may get its turn in time.
 * @param earliest from `earliestAt` of its gauges.
 */
export function refusalOnArrival(
  { pause, room, latest }: Wanted,
  earliest: readonly number[],
  now: number,
): TooLate | undefined {
  const start = Math.max(room, ...earliest);
  return start > latest || (pause.probing && now >= latest) ? tooLate(start, pause, now) : undefined;
}

/** When a call that waits must be looked at again. Nothing tells when the response to a probe will come. */
export const lookAgainAt = ({ room, latest }: Wanted, now: number): number => (room > now ? room : latest);

const tooLate = (start: number, { retryAfterUntil }: PauseState, now: number): TooLate =>
  new TooLate(start - now, Math.max(0, retryAfterUntil - now));
