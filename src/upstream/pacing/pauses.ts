import type { PauseScopes, Refusal, RefusedBy } from './pacer.js';

/** A pause ends with a probe after a minute at the latest: a Retry-After may be wrong, or without end. */
const longestPauseMs = 60_000;
/** The longest pause after refused probes, since ManyChat may have blocked the page for a day. */
export const longestBackoffMs = 900_000;
/** A Retry-After counts for a day at most. */
const longestRetryAfterMs = 86_400_000;

/** What is remembered of a pause, as JSON. Moments are readings of the clock of its pacer. */
export interface Pause {
  readonly until: number;
  /** Doubled when the probe is refused. */
  readonly lengthMs: number;
  /** The request that finds out whether the pause can end, while it is in flight. */
  probe?: string | undefined;
  readonly retryAfterUntil: number;
  /** The account of a connection whose refusal was unclear. */
  readonly unclearIn?: string | undefined;
}

/** What the pauses mean for a request. Moments are readings of the caller's clock. */
export interface PauseState {
  /** The earliest moment for its turn. */
  readonly from: number;
  /** A probe is in flight, and its response decides. */
  readonly probing: boolean;
  /** The end of the longest Retry-After; in the past where none applies. */
  readonly retryAfterUntil: number;
}

/**
 * Pauses after a 429, each of one scope. After a pause one request goes first: if it gets another 429 the pause
 * doubles, else the pause has ended. So a blocked account is not hammered, and no pause lasts for ever.
 */
export interface Pauses {
  stateOf(scopes: PauseScopes, now: number): PauseState;
  /** A request starts. It becomes the probe of its pauses whose time is up. Returns whether it did. */
  start(scopes: PauseScopes, id: string, now: number): boolean;
  /** The request got a 429. Returns the scopes that pause. */
  refused(scopes: PauseScopes, id: string, refusal: Refusal, now: number): readonly ('account' | 'connection')[];
  /**
   * The request has ended. If it was answered and not refused its probes succeeded; if it was not answered, the next
   * request probes. Returns whether it was a probe, for which others may wait.
   */
  over(scopes: PauseScopes, id: string, answered: boolean, now: number): boolean;
  /** Forgets pauses that ended long ago. */
  sweep(now: number): void;
  size(): number;
}

/** Pauses by scope. Without `pauses` there are none yet; else they are changed. */
export function createPauses(pauses: Map<string, Pause> = new Map()): Pauses {
  const keysOf = ({ account, connection }: PauseScopes): string[] =>
    connection === undefined || connection === account ? [account] : [account, connection];

  /** Whether another connection of the account is paused by an unclear refusal: then it may be the account's limit. */
  const othersAreUnclear = (account: string, connection: string, now: number): boolean =>
    [...pauses].some(([key, { unclearIn, until }]) => key !== connection && unclearIn === account && until > now);

  function refusedScopes({ account, connection }: PauseScopes, by: RefusedBy, now: number) {
    if (connection === undefined || by === 'account') return ['account'] as const;
    if (by === 'unclear' && othersAreUnclear(account, connection, now)) return ['account', 'connection'] as const;
    return ['connection'] as const;
  }

  function pause(key: string, id: string, refusal: Refusal, unclearIn: string | undefined, now: number): void {
    const requested = Math.min(refusal.pauseMs, longestPauseMs);
    const current = pauses.get(key);
    const wasProbe = current?.probe === id;
    const doubled = current !== undefined && wasProbe ? Math.min(2 * current.lengthMs, longestBackoffMs) : 0;
    const lengthMs = Math.max(requested, doubled);
    const retryAfterUntil = refusal.fromRetryAfter ? now + Math.min(refusal.pauseMs, longestRetryAfterMs) : 0;
    pauses.set(key, {
      until: Math.max(now + lengthMs, current?.until ?? 0),
      // Refusals of requests that were in flight together report one and the same excess: nothing is doubled.
      lengthMs: Math.max(lengthMs, current?.lengthMs ?? 0),
      probe: wasProbe ? undefined : current?.probe,
      retryAfterUntil: Math.max(retryAfterUntil, current?.retryAfterUntil ?? 0),
      unclearIn,
    });
  }

  return {
    stateOf(scopes, now) {
      const own = keysOf(scopes).flatMap((key) => pauses.get(key) ?? []);
      return {
        from: Math.max(now, ...own.map(({ until }) => until)),
        probing: own.some(({ probe }) => probe !== undefined),
        retryAfterUntil: Math.max(0, ...own.map((each) => each.retryAfterUntil)),
      };
    },
    start(scopes, id, now) {
      const ended = keysOf(scopes)
        .flatMap((key) => pauses.get(key) ?? [])
        .filter(({ until }) => until <= now);
      for (const each of ended) each.probe = id;
      return ended.length > 0;
    },
    refused(scopes, id, refusal, now) {
      const paused = refusedScopes(scopes, refusal.by, now);
      for (const scope of paused) {
        const key = scope === 'account' ? scopes.account : (scopes.connection ?? scopes.account);
        const unclearIn = refusal.by === 'unclear' && scope === 'connection' ? scopes.account : undefined;
        pause(key, id, refusal, unclearIn, now);
      }
      return paused;
    },
    over(scopes, id, answered, now) {
      let wasProbe = false;
      for (const key of keysOf(scopes)) {
        const paused = pauses.get(key);
        if (paused?.probe !== id) continue;
        wasProbe = true;
        paused.probe = undefined;
        // A 429 that came meanwhile has started the pause anew.
        if (answered && paused.until <= now) pauses.delete(key);
      }
      return wasProbe;
    },
    sweep(now) {
      for (const [key, { until, probe }] of pauses)
        if (probe === undefined && until + longestBackoffMs < now) pauses.delete(key);
    },
    size: () => pauses.size,
  };
}
