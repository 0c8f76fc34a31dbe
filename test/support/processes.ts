import { type SharedStore, StoreAway } from '../../src/store/shared-store.js';
import type { Clock } from '../../src/upstream/clock.js';

/** A process of a test: how it sees a store and a clock that it shares with others. */
export interface TestProcess {
  readonly store: SharedStore;
  readonly clock: Clock;
  /** Ends the process: what it waits for never comes, and what it has begun is not written. */
  kill(): void;
  /** Whether the store is away for this process. */
  isAway: boolean;
}

const forever = <Value>(): Promise<Value> => new Promise<Value>(() => undefined);

/** A process that takes up to `delayMs` to reach the store, and as long for the answer. */
export function testProcess(store: SharedStore, clock: Clock, random = () => 0, delayMs = 0): TestProcess {
  let lives = true;
  const pass = (): Promise<void> =>
    delayMs === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          clock.after(Math.floor(random() * delayMs), resolve);
        });
  const process: TestProcess = {
    isAway: false,
    kill() {
      lives = false;
    },
    clock: {
      now: clock.now,
      after: (milliseconds, callBack) => clock.after(milliseconds, () => lives && callBack()),
    },
    store: {
      async transact(documents, change, signal) {
        await pass();
        if (!lives) return forever();
        if (process.isAway) throw new StoreAway('away');
        // An engine may run a change several times before one of its results counts.
        if (random() < 0.3)
          await store
            .transact(documents, (transaction) => {
              change(transaction);
              throw new Error('conflict');
            })
            .catch(() => undefined);
        const result = await store.transact(documents, change, signal);
        await pass();
        return lives ? result : forever();
      },
      watch: (document, changed) => store.watch(document, () => lives && changed()),
      close: () => store.close(),
    },
  };
  return process;
}
