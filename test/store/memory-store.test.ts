import { createMemoryStore } from '../../src/store/memory-store.js';
import { forwardClock } from '../support/forward-clock.js';

import { storeContract } from '../support/store-contract.js';

storeContract('memory', async () => {
  let now = 1_000_000;
  const store = createMemoryStore(forwardClock(() => now));
  const pass = (milliseconds: number): void => {
    now += milliseconds;
  };
  // Within one process both ends are the same store.
  return { one: store, other: store, pass };
});
