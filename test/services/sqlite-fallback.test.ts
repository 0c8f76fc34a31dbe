import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createFallbackStore } from '../../src/store/fallback-store.js';
import type { SharedStore } from '../../src/store/shared-store.js';
import { openSqliteStore, type SqliteStoreOptions } from '../../src/store/sqlite/sqlite-store.js';
import { visits } from '../support/counter.js';
import { temporaryFolder } from './support/temporary.js';

async function open(path: string, options: Partial<SqliteStoreOptions>): Promise<SharedStore> {
  const store = await openSqliteStore({ path, load: () => import('node:sqlite'), ...options });
  onTestFinished(() => store.close());
  return store;
}

const increase = (store: SharedStore): Promise<number> =>
  store.transact([visits], (transaction) => {
    const next = (transaction.read(visits) ?? 0) + 1;
    transaction.write(visits, next, 60_000);
    return next;
  });

test('a process goes on in memory while the file is deleted, and gives the next file all that it knows', async () => {
  const path = join(temporaryFolder(), 'state.db');
  let time = Date.parse('2026-09-20T12:00:00Z');
  const wallClock = (): number => time;
  const store = createFallbackStore({
    open: (onSeen, notBefore) => open(path, { wallClock, onSeen, notBefore }),
    onAway: () => undefined,
    wallClock,
  });
  onTestFinished(() => store.close());
  await increase(store);
  for (const end of ['', '-wal', '-shm']) rmSync(path + end);
  expect(await increase(store)).toBe(2);
  time += 30_000;
  expect(await increase(store)).toBe(3);
  expect(await increase(await open(path, { wallClock }))).toBe(4);
});
