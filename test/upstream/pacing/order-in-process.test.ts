import { expect, test } from 'vitest';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import type { SharedStore } from '../../../src/store/shared-store.js';
import { createSharedPacer } from '../../../src/upstream/pacing/shared-pacer.js';
import { account, load, never } from '../../support/pace.js';
import { createRandom } from '../../support/random.js';
import { finish, type ManualClock, manualClock } from '../../support/timing.js';

const sleep = (clock: ManualClock, milliseconds: number): Promise<void> =>
  new Promise((resolve) => void clock.after(milliseconds, resolve));

/** Requests of one process whose transactions wait for the lock of the store for so long. Returns the order of their turns. */
async function served(waits: () => number, asks: readonly { readonly at: number; readonly arrived: number }[]) {
  const clock = manualClock();
  const shared = createMemoryStore(() => Math.floor(1e12 + clock.now()));
  const store: SharedStore = {
    ...shared,
    async transact(documents, change, signal) {
      await sleep(clock, waits());
      return shared.transact(documents, change, signal);
    },
  };
  const pacer = createSharedPacer({ store, clock });
  const order: number[] = [];
  const ask = async ({ at, arrived }: (typeof asks)[number]): Promise<void> => {
    await sleep(clock, at);
    const options = { arrivedMsAgo: clock.now() - arrived, waitAtMostMs: 1e9 };
    const turn = await pacer.turn(load({ ...account, calls: 1 }), options, never);
    order.push(arrived);
    await turn.sent();
    void turn.over(true);
  };
  await finish(clock, Promise.all(asks.map(ask)));
  return order;
}

test('calls of one process have their turns in the order of their arrival, in 50 of 50 runs', async () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const random = createRandom(seed);
    const asks = Array.from({ length: 20 }, (_, index) => ({
      at: index * 5 + Math.floor(random() * 20),
      arrived: index * 5,
    }));
    const order = await served(() => Math.floor(random() ** 4 * 500), asks);
    expect(order).toHaveLength(20);
    // The first two have their turns before the last are known.
    expect(order.slice(2), `seed ${seed}`).toEqual(order.slice(2).toSorted((one, next) => one - next));
  }
});
