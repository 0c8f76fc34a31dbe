import { createMemoryStore } from '../../../src/store/memory-store.js';
import type { SharedStore } from '../../../src/store/shared-store.js';
import type { DrivenClock } from '../driven.js';
import type { RunStore } from './run.js';

/** A store in memory, by the clock of a run. */
export async function memoryStore({ wallClock }: DrivenClock): Promise<RunStore> {
  const store = createMemoryStore(() => Math.floor(wallClock.now()));
  return { open: async () => store, close: () => store.close() };
}

/** Stores of an engine, one for each process, by the clock of a run: it stands still during their transactions. */
export const engineStores =
  (engine: (now: () => number) => () => Promise<SharedStore>) =>
  async (clock: DrivenClock): Promise<RunStore> => {
    const open = engine(() => Math.floor(clock.wallClock.now()));
    const opened: SharedStore[] = [];
    return {
      async open() {
        const store = await open();
        opened.push(store);
        return { ...store, transact: (...transaction) => clock.still(store.transact(...transaction)) };
      },
      async close() {
        await Promise.all(opened.map((store) => store.close()));
      },
    };
  };
