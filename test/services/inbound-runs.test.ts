import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRedisStore } from '../../src/store/redis/redis-store.js';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.js';
import { drawPlan } from '../support/inbound-runs/draw.js';
import { problemsOf } from '../support/inbound-runs/judge.js';
import { run } from '../support/inbound-runs/run.js';
import { engineStores, memoryStore } from '../support/inbound-runs/stores.js';
import { type Redis, startRedis } from './support/redis.js';
import { temporaryFolder } from './support/temporary.js';

let redis: Redis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

const sqlite = engineStores((wallClock) => {
  const path = join(temporaryFolder(), 'state.db');
  return () => openSqliteStore({ path, load: () => import('node:sqlite'), wallClock });
});

const inRedis = engineStores((time) => {
  const prefix = randomUUID();
  return async () => openRedisStore({ url: redis.url, prefix, time });
});

describe.each([
  { name: 'memory', openStore: memoryStore, runs: 475 },
  { name: 'a SQLite file', openStore: sqlite, runs: 20 },
  { name: 'Redis', openStore: inRedis, runs: 20 },
])('contacts who write through ManyChat to servers on $name', ({ openStore, runs }) => {
  test.each([false, true])(
    `get one answer at most in ${runs} runs, and nothing is lost, disturbed: %s`,
    async (disturbed) => {
      // Those of npm test come before.
      for (let seed = 1_001; seed <= 1_000 + runs; seed += 1) {
        const observed = await run(drawPlan(seed, disturbed), openStore);
        expect(problemsOf(observed, disturbed), `seed ${seed}`).toEqual([]);
      }
    },
    1_200_000,
  );
});
