/** Who refused a request for being too fast, as far as its answer tells. */
export type RefusedBy =
  /** ManyChat, which counts the calls of one page. */
  | 'connection'
  /** Maton, which counts the calls of one key over all its connections. */
  | 'account'
  /** The answer is neither ManyChat's nor Maton's. */
  | 'unclear';

/** What a request is paused with; equal where there is no Maton in between. `connection` is absent for Maton's own API. */
export interface PauseScopes {
  readonly account: string;
  readonly connection?: string | undefined;
}

/** A refusal for being too fast. */
export interface Refusal {
  readonly by: RefusedBy;
  /** How long the other side asked to wait, in milliseconds, or what is waited where it did not say. */
  readonly pauseMs: number;
  /** Whether the other side said so itself. */
  readonly fromRetryAfter: boolean;
}

/** At most so many calls in any window of so many milliseconds, for all calls that name the same key. */
export interface Limit {
  readonly key: string;
  /** Whose limit it is: a refusal by one does not lower the limits of the other. */
  readonly of: 'account' | 'connection';
  readonly calls: number;
  readonly windowMs: number;
}

/** What a request counts against. */
export interface Load extends PauseScopes {
  readonly limits: readonly Limit[];
}

/** The right to make one request now. */
export interface Turn {
  /** The request has been written to an open connection: from now on it counts for a whole window. */
  sent(): void;
  /** The other side found us too fast: whoever shares the scope pauses, and its limits are used less for a while. */
  refused(refusal: Refusal): void;
  /** The request is over, with an answer or without; one that was never sent leaves its place to the next. */
  over(answered: boolean): void;
}

/** When a call came and when a turn is of no use to it any more, by the pacer's clock. */
export interface Wish {
  readonly arrived: number;
  readonly latest: number;
}

/** No turn comes before the latest moment at which it would be of use. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
  constructor(
    /** Milliseconds until there would have been a turn, at the least. */
    readonly waitMs: number,
    /** How much longer the other side has asked to wait, in milliseconds; 0 where it has not. */
    readonly retryAfterMs = 0,
  ) {
    super('The turn would come too late');
  }
}

/** Hands out turns, first come first served, so that no limit is passed. One that processes share can stand in for it. */
export interface Pacer {
  /**
   * Waits for a turn within all the limits, and outside of all pauses.
   * @throws TooLate as soon as it is clear that no turn can come in time; the signal's reason on abort.
   */
  turn(load: Load, wish: Wish, signal: AbortSignal): Promise<Turn>;
}
