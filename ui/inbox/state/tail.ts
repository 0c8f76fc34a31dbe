import { lastOf, type Tail, withEarlier, withNewest } from './merge.js';
import type { Query } from './ports.js';
import { createResource, type Resource } from './resource.js';

interface Listed<T> {
  /** How many entries are read at once. */
  readonly size: number;
  keyOf(entry: T): number;
  /** Reads the last `limit` entries, or those before one of them. */
  read(query: Query, signal: AbortSignal): Promise<Tail<T>>;
}

/**
 * The end of a list that grows. It keeps what the user asked for and one page more, so that it stays small however much arrives
 * while it is shown.
 */
export function createTail<T>(
  { size, keyOf, read }: Listed<T>,
  pause: (signal: AbortSignal) => Promise<void>,
): { readonly resource: Resource<Tail<T>>; showEarlier(): Promise<void> } {
  let asked = size;
  let inFlight = 0;
  const resource = createResource<Tail<T>>(async (signal) => {
    const newest = await read({ limit: size }, signal);
    return (before) => {
      if (before === undefined) asked = size;
      const all = withNewest(before, newest, keyOf);
      // Earlier entries that are under way belong before the first one.
      return inFlight > 0 ? all : lastOf(all, asked + size);
    };
  }, pause);
  return {
    resource,
    async showEarlier() {
      const [first] = resource.get().data?.entries ?? [];
      if (first === undefined) return;
      const before = keyOf(first);
      inFlight += 1;
      try {
        await resource.extend(async (signal) => {
          const earlier = await read({ limit: size, before }, signal);
          return (shown) => {
            const all = withEarlier(shown, earlier, before, keyOf);
            asked = Math.max(asked, all.entries.length);
            return all;
          };
        });
      } finally {
        inFlight -= 1;
      }
    },
  };
}
