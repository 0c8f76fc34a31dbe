/**
 * The port through which requests wait for the rate limits. All its times are durations in milliseconds, never clock
 * readings, so that processes with different clocks can share one pacer.
 */
export interface Pacer {
  /**
   * Waits for a turn: within all limits of the load, outside all pauses, first come first served.
   * @throws TooLate as soon as no turn can come in time; the signal's reason on abort; an Error after `close`.
   */
  turn(load: Load, options: TurnOptions, signal: AbortSignal): Promise<Turn>;
  /** Rejects the turns that still wait, and releases what the pacer holds. */
  close(): Promise<void>;
}

/**
 * What one request counts against. Keys and scopes hold the identity of the account, so that accounts never share them;
 * or the id of the page, where that is certain.
 */
export interface Load extends PauseScopes {
  readonly limits: readonly Limit[];
}

/** What a 429 can pause. */
export interface PauseScopes {
  /** Identity of the account. */
  readonly account: string;
  /** Absent for Maton's own API; equal to `account` without Maton, where one key stands for both. */
  readonly connection?: string | undefined;
}

/** At most `calls` requests in any window of `windowMs`, over all requests that name the same key. */
export interface Limit {
  readonly key: string;
  /** Who counts. A 429 of one scope does not lower the limits of the other. */
  readonly scope: 'account' | 'connection';
  readonly calls: number;
  readonly windowMs: number;
}

/** When a request wants its turn. */
interface TurnOptions {
  /** How long ago the request arrived; negative for one that lets later ones go first. The earliest arrival is served first. */
  readonly arrivedMsAgo: number;
  /** How long a turn is of use. Zero or less asks for a turn now. */
  readonly waitAtMostMs: number;
}

/**
 * The right to make one request now. Every method can be called without awaiting the one before: the pacer keeps their
 * order. A rejection means that a report was lost; it must not fail the request.
 */
export interface Turn {
  /**
   * Whether the request must not leave any more, because others may have got its place. Then the turn is over, and another
   * is asked for. Absent if a turn never expires.
   */
  isExpired?(): boolean;
  /** The request was written to an open connection, and counts for a whole window from now on. */
  sent(): void | Promise<void>;
  /** The request got a 429: its scope pauses, and the scope's limits are lowered for a while. */
  refused(refusal: Refusal): void | Promise<void>;
  /** The request has ended, with a response or without. A request that was never sent gives its slot to the next. */
  over(answered: boolean): void | Promise<void>;
}

/** Who sent a 429, as far as the response shows. */
export type RefusedBy =
  /** ManyChat, which counts the calls of one page. */
  | 'connection'
  /** Maton, which counts the calls of one key over all its connections. */
  | 'account'
  /** The response comes from neither ManyChat's nor Maton's API. */
  | 'unclear';

/** A 429. */
export interface Refusal {
  readonly by: RefusedBy;
  readonly pauseMs: number;
  /** Whether `pauseMs` comes from a Retry-After header; else it is our own default. */
  readonly fromRetryAfter: boolean;
}

/** The pacer's own refusal: no turn can come in time. Nothing was sent. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
  constructor(
    /** Milliseconds until the earliest possible turn. */
    readonly waitMs: number,
    /** The rest of the longest Retry-After that applies, in milliseconds; 0 where none does. */
    readonly retryAfterMs = 0,
    /** Why: the limits and pauses, or the store that the pacer shares with other processes cannot be reached. */
    readonly reason: 'limits' | 'store away' = 'limits',
  ) {
    super('The turn would come too late');
  }
}
