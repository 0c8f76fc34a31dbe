import { setMaxListeners } from 'node:events';
import { createMemoryStore } from '../../src/store/memory-store.js';
import { createLocalPacer } from '../../src/upstream/pacing/local-pacer.js';
import type { Load, Pacer } from '../../src/upstream/pacing/pacer.js';
import { createSharedPacer } from '../../src/upstream/pacing/shared-pacer.js';
import { median, milliseconds, table, times } from './figures.js';

const rounds = 7;
const calls = 3_000;
const inFlight = 16;

/** A limit that is never reached, beside one per contact. */
const loadOf = (index: number): Load => ({
  account: 'account',
  connection: 'connection',
  limits: [
    { key: 'account', scope: 'account', calls: 1e6, windowMs: 1 },
    { key: 'endpoint', scope: 'connection', calls: 1e6, windowMs: 1 },
    { key: `contact ${index % 500}`, scope: 'connection', calls: 1e6, windowMs: 3_600_000 },
  ],
});

/** Milliseconds of CPU per turn. */
async function cost(pacer: Pacer): Promise<number> {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < calls) {
      next += 1;
      const turn = await pacer.turn(loadOf(next), { arrivedMsAgo: 0, waitAtMostMs: 1e6 }, signal);
      await turn.sent();
      await turn.over(true);
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const { user, system } = process.cpuUsage(before);
  await pacer.close();
  return (user + system) / 1_000 / calls;
}

/** What a turn costs without waiting, from the pacer of one process and from the shared one. */
export async function turns(): Promise<string[]> {
  const clock = { now: () => performance.now(), after: () => () => undefined };
  const own: number[] = [];
  const shared: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    own.push(await cost(createLocalPacer(clock)));
    const store = createMemoryStore(() => Math.floor(performance.timeOrigin + performance.now()));
    shared.push(await cost(createSharedPacer({ store, clock })));
  }
  return [
    `7. CPU of a turn without a wait, ${inFlight} in flight, median of ${rounds} rounds of ${calls}`,
    ...table([
      ['pacer of one process', times(1), milliseconds(median(own))],
      ['shared pacer, store in memory', times(median(shared) / median(own)), milliseconds(median(shared))],
    ]),
  ];
}
