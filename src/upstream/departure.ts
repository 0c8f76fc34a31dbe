/**
 * Records each attempt at a request that must not be repeated. It stands between the pacer's turn and the socket, so
 * that a request that waits for its turn is not recorded as sent.
 */
export interface Departure {
  /** Called before the request leaves. A rejection keeps the request from leaving. */
  before(): Promise<void>;
  /** Called just before the request is written to its open connection. An exception keeps it from being written. */
  leave(): void;
  /** Called after an attempt that had no effect: it never left, or was refused. Another attempt can follow. */
  stay(): void;
}

/** Combines several departures, called in order. */
export const allOf = (departures: readonly Departure[]): Departure => ({
  async before() {
    for (const each of departures) await each.before();
  },
  leave() {
    for (const each of departures) each.leave();
  },
  stay() {
    for (const each of departures) each.stay();
  },
});
