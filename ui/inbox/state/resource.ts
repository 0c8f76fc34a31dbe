import { cell, type Watchable } from './cell.js';

/** What is known of something that the sandbox has. */
export interface Reading<T> {
  readonly data: T | undefined;
  /** Why the latest reading failed; `data` is then older. */
  readonly error: string | undefined;
  /** Whether something else than `data` is being read for the first time. */
  readonly loading: boolean;
}

/** Something that the sandbox has, read again whenever it may have changed. */
export interface Resource<T> extends Watchable<Reading<T>> {
  /** It is shown: it is read if that is due. The returned function ends that. */
  use(): () => void;
  /** It may have changed: it is read again once it is shown. */
  invalidate(): void;
  /** Something else is to be read. What was read is dropped, unless it is kept until the answer is there. */
  restart(keep?: 'keep'): void;
  /** Reads more beside what is known. It rejects if that fails, and does nothing once something else is to be read. */
  extend(load: (signal: AbortSignal) => Promise<(data: T) => T>): Promise<void>;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Reads with one request in flight at a time: what changes meanwhile leads to one more reading, after a pause.
 *
 * @param load reads, and resolves with how its answer joins what is known when it arrives
 * @param pause resolves after a while, or as soon as the signal is aborted
 */
export function createResource<T>(
  load: (signal: AbortSignal) => Promise<(before: T | undefined) => T>,
  pause: (signal: AbortSignal) => Promise<void>,
): Resource<T> {
  const state = cell<Reading<T>>({ data: undefined, error: undefined, loading: true });
  let users = 0;
  let isDue = true;
  let isRunning = false;
  let controller = new AbortController();

  async function readOnce({ signal }: AbortController): Promise<void> {
    isDue = false;
    try {
      const join = await load(signal);
      if (!signal.aborted) state.set({ data: join(state.get().data), error: undefined, loading: false });
    } catch (error) {
      if (!signal.aborted) state.set({ data: state.get().data, error: messageOf(error), loading: false });
    }
    if (isDue && !signal.aborted) await pause(signal);
  }

  async function run(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    while (isDue && users > 0) await readOnce(controller);
    isRunning = false;
  }

  return {
    get: state.get,
    watch: state.watch,
    use() {
      users += 1;
      void run();
      return () => {
        users -= 1;
      };
    },
    invalidate() {
      isDue = true;
      void run();
    },
    restart(keep) {
      controller.abort();
      controller = new AbortController();
      state.set({ data: keep === 'keep' ? state.get().data : undefined, error: undefined, loading: true });
      isDue = true;
      void run();
    },
    async extend(loadMore) {
      const { signal } = controller;
      try {
        const change = await loadMore(signal);
        const { data, ...rest } = state.get();
        if (data !== undefined && !signal.aborted) state.set({ ...rest, data: change(data) });
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
}
