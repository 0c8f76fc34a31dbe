/** A value that can be watched. */
export interface Watchable<T> {
  get(): T;
  /** Calls `look` after each change; the returned function ends that. */
  watch(look: () => void): () => void;
}

export interface Cell<T> extends Watchable<T> {
  set(next: T): void;
}

export function cell<T>(initial: T): Cell<T> {
  let value = initial;
  const watchers = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(value, next)) return;
      value = next;
      for (const look of [...watchers]) look();
    },
    watch(look) {
      watchers.add(look);
      return () => void watchers.delete(look);
    },
  };
}
