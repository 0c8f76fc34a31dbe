import type { SharedStore } from './shared-store.js';

/**
 * The clock of a store, as far as a process knows it. The difference to the clock of the process is known in
 * transactions only, and it changes: clocks are set, and machines are paused. What matters for a decision is therefore
 * bounded by the differences that were seen. Own times are readings of the clock of the process. All in milliseconds.
 */
export interface StoreTime {
  /** The store's time at an own time, never later than it was. For use in transactions, like all of these. */
  earliest(own: number): number;
  /** The store's time at an own time, never earlier than it was. */
  latest(own: number): number;
  /** The store's time now, without the steps that its clock has made since a time of the store: no age seems to be greater than it is. */
  withoutSteps(since: number): number;
}

/** The transactions of about a second. */
interface Period {
  /** Own time of the first transaction. */
  readonly from: number;
  /** Time of the store in the first transaction. */
  readonly storeFrom: number;
  /** By how much the clock of the store was ahead, at least and at most. */
  least: number;
  greatest: number;
}

const periodMs = 1_000;

/**
 * A store whose transactions show how far its clock is ahead.
 * @param now the clock of the process; it never goes back.
 * @param keepMs for how long differences are remembered.
 */
export function timedStore(
  store: SharedStore,
  now: () => number,
  keepMs: number,
): { readonly store: SharedStore; readonly time: StoreTime } {
  /** The latest first. */
  let periods: Period[] = [];
  /** The last transaction: an own time before it, and the time of the store in it. */
  let last = { before: Number.NEGATIVE_INFINITY, storeNow: 0 };

  /** The store read its time between two own times: `before` and now. */
  function observe(storeNow: number, before: number): void {
    const own = now();
    last = { before, storeNow };
    const [latest] = periods;
    const [least, greatest] = [storeNow - own, storeNow - before];
    if (latest === undefined || own - latest.from >= periodMs) {
      periods = [
        { from: own, storeFrom: storeNow, least, greatest },
        ...periods.filter(({ from }) => own - from < keepMs),
      ];
      return;
    }
    latest.least = Math.min(latest.least, least);
    latest.greatest = Math.max(latest.greatest, greatest);
  }

  /** The periods since a moment, and the last one before it: only that shows a step right after the moment. */
  function since(isBefore: (period: Period) => boolean): readonly Period[] {
    const before = periods.findIndex(isBefore);
    return before === -1 ? periods : periods.slice(0, before + 1);
  }
  const leastAhead = (some: readonly Period[]): number => Math.min(...some.map(({ least }) => least));
  const greatestAhead = (some: readonly Period[]): number => Math.max(...some.map(({ greatest }) => greatest));

  return {
    store: {
      ...store,
      transact(documents, change, signal) {
        const before = now();
        return store.transact(
          documents,
          (transaction) => {
            observe(transaction.now, before);
            return change(transaction);
          },
          signal,
        );
      },
    },
    time: {
      earliest: (own) => own + leastAhead(since(({ from }) => from <= own)),
      latest(own) {
        const bound = own + greatestAhead(since(({ from }) => from <= own));
        // What was before the transaction is not later than its time.
        return own <= last.before ? Math.min(bound, last.storeNow) : bound;
      },
      withoutSteps: (moment) => now() + leastAhead(since(({ storeFrom }) => storeFrom <= moment)),
    },
  };
}
