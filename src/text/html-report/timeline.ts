/** What happened in a stretch of time. */
interface Interval {
  /** When it begins, in milliseconds since 1970. */
  readonly from: number;
  /** How many events of each kind, in the order of the kinds. */
  readonly counts: readonly number[];
}

/** Events of several kinds, counted by interval. It needs the same memory for any number of events. */
export interface Timeline {
  /**
   * Counts events.
   * @param at in milliseconds since 1970.
   * @param kind its position in the order of the kinds.
   */
  add(at: number, kind: number, count?: number): void;
  addAll(other: Timeline): void;
  /** From the first event to the last, intervals without events too. */
  intervals(): readonly Interval[];
  /** The length of each interval in milliseconds. */
  width(): number;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Lengths of intervals. Each divides the next one, so that intervals can be joined. */
const widths = [1, 5, 10, 30]
  .map((count) => count * second)
  .concat(
    [1, 5, 10, 30].map((count) => count * minute),
    [1, 3, 6, 12, 24].map((count) => count * hour),
  );

const nextWidth = (width: number): number => widths.find((each) => each > width) ?? 2 * width;

/** More columns cannot be told apart on a phone. */
const maxIntervals = 40;

/** Creates an empty timeline. Its intervals become longer as the time between its events does. */
export function createTimeline(kinds: number): Timeline {
  let width = second;
  /** By the number of the interval since 1970. */
  let counts = new Map<number, number[]>();

  function count(number: number, kind: number, added: number): void {
    const ofInterval = counts.get(number) ?? new Array<number>(kinds).fill(0);
    ofInterval[kind] = (ofInterval[kind] ?? 0) + added;
    counts.set(number, ofInterval);
  }

  function widen(): void {
    const before = counts;
    const factor = nextWidth(width) / width;
    width *= factor;
    counts = new Map();
    for (const [number, ofInterval] of before) {
      for (const [kind, value] of ofInterval.entries()) count(Math.floor(number / factor), kind, value);
    }
  }

  function span(): { first: number; length: number } {
    const first = Math.min(...counts.keys());
    return { first, length: counts.size === 0 ? 0 : Math.max(...counts.keys()) - first + 1 };
  }

  function add(at: number, kind: number, added = 1): void {
    if (!Number.isFinite(at)) return;
    const isKnown = counts.has(Math.floor(at / width));
    count(Math.floor(at / width), kind, added);
    if (!isKnown) while (span().length > maxIntervals) widen();
  }

  return {
    add,
    addAll(other) {
      while (width < other.width()) widen();
      for (const interval of other.intervals()) {
        for (const [kind, value] of interval.counts.entries()) if (value > 0) add(interval.from, kind, value);
      }
    },
    intervals() {
      const { first, length } = span();
      return Array.from({ length }, (_, index) => ({
        from: (first + index) * width,
        counts: counts.get(first + index) ?? new Array<number>(kinds).fill(0),
      }));
    },
    width: () => width,
  };
}
