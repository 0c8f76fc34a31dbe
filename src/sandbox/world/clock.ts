/** Where the sandbox reads the time from: milliseconds since 1970. */
export interface Clock {
  now(): number;
  /**
   * Calls back after so many milliseconds; the returned function forgets it. Without it delays are of real time,
   * whatever `now` says.
   */
  after?(milliseconds: number, callBack: () => void): () => void;
}

/** A clock that can be moved forward, and set back to its source. */
export interface MovableClock extends Required<Clock> {
  /** @throws RangeError for what is negative, or more than there is room for. */
  advance(milliseconds: number): void;
  /** How far it can still be moved, in milliseconds: 10 years in all, since not every number can be shown as a date. */
  remaining(): number;
  reset(): void;
}

/** A second in milliseconds. */
export const second = 1_000;
/** A minute in milliseconds. */
export const minute = 60 * second;
/** An hour in milliseconds. */
export const hour = 60 * minute;
/** A day in milliseconds. */
export const day = 24 * hour;

const maxAdvance = 3_650 * day;

function realTimeout(milliseconds: number, callBack: () => void): () => void {
  const timer = setTimeout(callBack, milliseconds);
  return () => clearTimeout(timer);
}

/** Puts a movable offset on top of another clock. What is due later keeps its distance when the clock is moved. */
export function movableClock(source: Clock): MovableClock {
  let offset = 0;
  return {
    now: () => source.now() + offset,
    remaining: () => maxAdvance - offset,
    after: (milliseconds, callBack) => source.after?.(milliseconds, callBack) ?? realTimeout(milliseconds, callBack),
    advance(milliseconds) {
      if (!(milliseconds >= 0 && offset + milliseconds <= maxAdvance)) {
        throw new RangeError(`the clock cannot be moved by ${milliseconds} ms`);
      }
      offset += milliseconds;
    },
    reset() {
      offset = 0;
    },
  };
}

/** A moment as ManyChat writes it: W3C with an offset, `2018-12-03T11:17:54+00:00`. */
export function w3cTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}+00:00`;
}

/** A moment as Maton writes it: six digits of a second, `2025-12-08T07:20:53.488460Z`. */
export function matonTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}
