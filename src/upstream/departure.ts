/**
 * Told of each try of a request that must not be made twice; never of one that may be repeated. It stands between the
 * pacer's turn and the socket, so that what waits for its turn is not recorded as sent.
 */
export interface Departure {
  /** Before the request leaves. The request does not leave where this rejects. */
  before(): Promise<void>;
  /** In the moment in which the request is written to its open connection. It is not written where this throws. */
  leave(): void;
  /** After a try that was not carried out: it never left, or was refused. Another try may follow. */
  stay(): void;
}

/** Several in the place of one, told in order. */
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
