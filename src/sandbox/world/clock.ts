/** A source of time. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Calls back after a delay; the returned function cancels it. Without this method delays use real time, whatever
   * `now` returns.
   */
  after?(milliseconds: number, callBack: () => void): () => void;
  /** The time by which rate limits count, in milliseconds; default `now`. */
  elapsed?(): number;
}

/** A clock that stands still at a moment. Delays and rate limits follow `source`: a client waits in real time. */
export function standingClock(now: number, source: Clock): Clock {
  return { now: () => now, elapsed: source.now, ...(source.after !== undefined && { after: source.after }) };
}

/** A clock that can be moved forward, and reset to its source. */
export interface MovableClock extends Required<Clock> {
  /** Like `after`, but moving the clock counts: a timer that has become due calls back within `advance`. */
  timer(milliseconds: number, callBack: () => void): () => void;
  /** @throws RangeError if negative or more than `remaining` */
  advance(milliseconds: number): void;
  /** How many milliseconds it can still be moved, out of 10 years: not every number is a valid date. */
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

interface Timer {
  /** When it is due, in the milliseconds of `elapsed`. */
  at: number;
  readonly callBack: () => void;
  cancel: () => void;
}

function realTimeout(milliseconds: number, callBack: () => void): () => void {
  const timer = setTimeout(callBack, milliseconds);
  return () => clearTimeout(timer);
}

/** Adds a movable offset to another clock. Moving it shortens timers, but not delays that are already running. */
export function movableClock(source: Clock): MovableClock {
  let offset = 0;
  const timers = new Set<Timer>();
  const elapsed = (): number => (source.elapsed ?? source.now)() + offset;
  const after: Required<Clock>['after'] = (milliseconds, callBack) =>
    source.after?.(milliseconds, callBack) ?? realTimeout(milliseconds, callBack);
  const fire = (timer: Timer): void => {
    timer.cancel();
    if (timers.delete(timer)) timer.callBack();
  };
  const rearm = (): void => {
    for (const timer of timers) {
      timer.cancel();
      timer.cancel = after(Math.max(0, timer.at - elapsed()), () => fire(timer));
    }
  };
  return {
    now: () => source.now() + offset,
    elapsed,
    remaining: () => maxAdvance - offset,
    after,
    timer(milliseconds, callBack) {
      const timer: Timer = { at: elapsed() + milliseconds, callBack, cancel: () => undefined };
      timers.add(timer);
      timer.cancel = after(milliseconds, () => fire(timer));
      return () => {
        timer.cancel();
        timers.delete(timer);
      };
    },
    advance(milliseconds) {
      if (!(milliseconds >= 0 && offset + milliseconds <= maxAdvance)) {
        throw new RangeError(`the clock cannot be moved by ${milliseconds} ms`);
      }
      offset += milliseconds;
      const due = [...timers].filter(({ at }) => at <= elapsed()).sort((one, other) => one.at - other.at);
      for (const timer of due) fire(timer);
      if (milliseconds > 0) rearm();
    },
    reset() {
      for (const timer of timers) timer.at -= offset;
      offset = 0;
      rearm();
    },
  };
}

/** A timestamp in ManyChat's format: W3C with an offset, `2018-12-03T11:17:54+00:00`. */
export function w3cTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}+00:00`;
}

/** A timestamp in Maton's format: with microseconds, `2025-12-08T07:20:53.488460Z`. */
export function matonTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}
