/*
 * Measures transactions of the stores: one in memory, one in the file of the first argument and one in the Redis of the second,
 * as far as these are not empty. It sends the median milliseconds of each to its parent.
 */

import { createMemoryStore } from '../../src/store/memory-store.js';
import { openRedisStore } from '../../src/store/redis/redis-store.js';
import type { Document, SharedStore } from '../../src/store/shared-store.js';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.js';
import { median } from './figures.js';

/** Median milliseconds of a transaction; undefined for a store that was left out. */
export interface Transactions {
  readonly memory: number;
  readonly sqlite: number | undefined;
  readonly redis: number | undefined;
}

const rounds = 10;
const transactions = 100;

/** About as much as the pacer writes with ten calls in flight. */
const document: Document<unknown> = { key: 'bench', parse: (written) => written };
const slots = Array.from({ length: 10 }, (_, index) => ({
  freeAt: 1_767_225_600_000 + index,
  id: `0123456789ab.${index}`,
}));

/** Milliseconds of each of some transactions. */
async function timesOf(store: SharedStore): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < transactions; index += 1) {
    const started = performance.now();
    await store.transact([document], (transaction) => {
      transaction.read(document);
      transaction.write(document, { version: 1, index, slots }, 60_000);
    });
    times.push(performance.now() - started);
  }
  return times;
}

const [, , path = '', url = ''] = process.argv;
const stores = {
  memory: createMemoryStore(Date.now),
  sqlite: path === '' ? undefined : await openSqliteStore({ path, load: () => import('node:sqlite') }),
  redis: url === '' ? undefined : openRedisStore({ url, onAway: () => undefined }),
};
const times = Object.entries(stores).map(([name, store]) => ({ name, store, all: [] as number[] }));
for (let round = -1; round < rounds; round += 1) {
  for (const { store, all } of times) {
    const taken = store === undefined ? [] : await timesOf(store);
    if (round >= 0) all.push(...taken);
  }
}
const medianOf = (wanted: keyof typeof stores): number | undefined => {
  const all = times.find(({ name }) => name === wanted)?.all ?? [];
  return all.length === 0 ? undefined : median(all);
};
const report: Transactions = {
  memory: medianOf('memory') ?? Number.NaN,
  sqlite: medianOf('sqlite'),
  redis: medianOf('redis'),
};
await Promise.all(Object.values(stores).map((store) => store?.close()));
process.send?.(report);
process.disconnect();
