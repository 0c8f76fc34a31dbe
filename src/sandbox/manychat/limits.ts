/** Counts admitted requests in sliding windows. Assumption: a refused request does not count (undocumented). */
export interface Limiter {
  /** Whether one more request fits into the limit; counts it if so. `now` is in milliseconds. */
  admit(key: string, limit: number, windowMilliseconds: number, now: number): boolean;
  reset(): void;
}

/** A limiter that keeps the times of admitted requests by key. */
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
