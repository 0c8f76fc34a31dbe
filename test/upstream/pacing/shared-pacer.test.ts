import { createMemoryStore } from '../../../src/store/memory-store.js';
import type { Pacer } from '../../../src/upstream/pacing/pacer.js';
import { createSharedPacer } from '../../../src/upstream/pacing/shared-pacer.js';
import { pacerContract } from '../../support/pacer-contract.js';
import { finish, manualClock, settle } from '../../support/timing.js';

/** Pacers of so many processes on one store, used in turn. */
function openShared(processes: number) {
  const clock = manualClock();
  const store = createMemoryStore(() => Math.floor(1e12 + clock.now()));
  const pacers = Array.from({ length: processes }, (_, index) =>
    createSharedPacer({ store, clock, process: `process${index}` }),
  );
  let turns = 0;
  const pacer: Pacer = {
    turn(load, options, signal) {
      turns += 1;
      const next = pacers[turns % processes];
      if (next === undefined) throw new Error('no process');
      return next.turn(load, options, signal);
    },
    async close() {
      await Promise.all(pacers.map((each) => each.close()));
    },
  };
  return {
    pacer,
    now: clock.now,
    async pass(milliseconds: number) {
      await settle();
      clock.advance(milliseconds);
      await settle();
    },
    until: <Value>(work: Promise<Value>) => finish(clock, work),
  };
}

pacerContract('the shared pacer of one process', () => openShared(1));
pacerContract('the shared pacers of two processes', () => openShared(2));
