import type { PauseScopes, Refusal, RefusedBy } from './pacer.js';

/** Nothing is paused for longer without a probe, in milliseconds: what the other side asks for may be wrong, or without end. */
const longestPauseMs = 60_000;
/** The same after probes that were refused, since a block of a day may be behind them. */
const longestBackoffMs = 900_000;
/** What is said of a wait is at most a day. */
const longestToldMs = 86_400_000;

interface Pause {
  until: number;
  /** How long it lasts; doubled when its probe is refused. */
  lengthMs: number;
  /** Whether a probe is under way: one request that finds out whether the pause can end. */
  probing: boolean;
  /** Until when the other side asked to wait. */
  toldUntil: number;
  /** The account of a connection whose refusal was unclear. */
  readonly unclearIn: string | undefined;
}

/** How a request stands with the pauses. */
export interface Standing {
  /** When its turn can come at the earliest. */
  readonly from: number;
  /** A probe is under way, and its answer decides. */
  readonly probing: boolean;
  /** Until when the other side has asked to wait; past where it has not. */
  readonly toldUntil: number;
}

/**
 * Pauses after refusals, each of one scope. When a pause is over, one request goes first: if it is refused the pause
 * is doubled, else it has ended. So nothing is hammered, and nothing stops for ever.
 */
export interface Pauses {
  standing(scopes: PauseScopes, now: number): Standing;
  /** A request begins; it is the probe of those of its pauses that are over. */
  begin(scopes: PauseScopes, now: number): Begun;
  /** Forgets pauses that were over long ago. */
  sweep(now: number): void;
}

/** A request that has begun. */
export interface Begun {
  /** It was refused; names the scopes that pause. */
  refused(refusal: Refusal, now: number): readonly ('account' | 'connection')[];
  /**
   * It is over. Its probes have succeeded if it was answered and not refused, else the next request probes. Tells
   * whether others have waited for it.
   */
  over(answered: boolean, now: number): boolean;
}

/** Creates an empty set of pauses. */
export function createPauses(): Pauses {
  const pauses = new Map<string, Pause>();

  const keysOf = ({ account, connection }: PauseScopes): string[] =>
    connection === undefined || connection === account ? [account] : [account, connection];

  /** Whether another connection of the account pauses for a refusal of which nobody knows whose it was. */
  const othersAreUnclear = (account: string, connection: string, now: number): boolean =>
    [...pauses].some(([key, { unclearIn, until }]) => key !== connection && unclearIn === account && until > now);

  function refusedScopes({ account, connection }: PauseScopes, by: RefusedBy, now: number) {
    if (connection === undefined || by === 'account') return ['account'] as const;
    if (by === 'unclear' && othersAreUnclear(account, connection, now)) return ['account', 'connection'] as const;
    return ['connection'] as const;
  }

  function pause(key: string, refusal: Refusal, wasProbe: boolean, unclearIn: string | undefined, now: number): void {
    const asked = Math.min(refusal.pauseMs, longestPauseMs);
    const current = pauses.get(key);
    const doubled = current !== undefined && wasProbe ? Math.min(2 * current.lengthMs, longestBackoffMs) : 0;
    const lengthMs = Math.max(asked, doubled);
    const toldUntil = refusal.fromRetryAfter ? now + Math.min(refusal.pauseMs, longestToldMs) : 0;
    pauses.set(key, {
      until: Math.max(now + lengthMs, current?.until ?? 0),
      // Refusals of requests that were under way together tell of one and the same excess.
      lengthMs: Math.max(lengthMs, current?.lengthMs ?? 0),
      probing: wasProbe ? false : (current?.probing ?? false),
      toldUntil: Math.max(toldUntil, current?.toldUntil ?? 0),
      unclearIn,
    });
  }

  return {
    standing(scopes, now) {
      const own = keysOf(scopes).flatMap((key) => pauses.get(key) ?? []);
      return {
        from: Math.max(now, ...own.map(({ until }) => until)),
        probing: own.some(({ probing }) => probing),
        toldUntil: Math.max(0, ...own.map(({ toldUntil }) => toldUntil)),
      };
    },
    begin(scopes, now) {
      const probes = new Set<string>();
      for (const key of keysOf(scopes)) {
        const paused = pauses.get(key);
        if (paused === undefined || paused.until > now) continue;
        paused.probing = true;
        probes.add(key);
      }
      return {
        refused(refusal, at) {
          const paused = refusedScopes(scopes, refusal.by, at);
          for (const scope of paused) {
            const key = scope === 'account' ? scopes.account : (scopes.connection ?? scopes.account);
            const unclearIn = refusal.by === 'unclear' && scope === 'connection' ? scopes.account : undefined;
            pause(key, refusal, probes.delete(key), unclearIn, at);
          }
          return paused;
        },
        over(answered, at) {
          const wasProbe = probes.size > 0;
          for (const key of probes) {
            const paused = pauses.get(key);
            if (paused === undefined) continue;
            paused.probing = false;
            // A refusal that came meanwhile has begun the pause anew.
            if (answered && paused.until <= at) pauses.delete(key);
          }
          probes.clear();
          return wasProbe;
        },
      };
    },
    sweep(now) {
      for (const [key, { until, probing }] of pauses)
        if (!probing && until + longestBackoffMs < now) pauses.delete(key);
    },
  };
}
