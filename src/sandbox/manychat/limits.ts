/** Counts accepted requests in sliding windows; a refused request does not use up the limit (decided here: not documented). */
export interface Limiter {
  /** Whether one more request fits; counts it if so. */
  admit(key: string, limit: number, windowMilliseconds: number, now: number): boolean;
  reset(): void;
}

/** A limiter that remembers the moments of the requests it let through, key by key. */
export function slidingLimiter(): Limiter {
  const admitted = new Map<string, number[]>();
  return {
    admit(key, limit, windowMilliseconds, now) {
      const recent = (admitted.get(key) ?? []).filter((moment) => moment > now - windowMilliseconds);
      const fits = recent.length < limit;
      if (fits) recent.push(now);
      admitted.set(key, recent);
      return fits;
    },
    reset: () => admitted.clear(),
  };
}
