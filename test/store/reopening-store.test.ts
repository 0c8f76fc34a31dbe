import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../src/store/memory-store.js';
import { createReopeningStore } from '../../src/store/reopening-store.js';
import { type Document, type SharedStore, StoreAway } from '../../src/store/shared-store.js';
import { settle } from '../support/timing.js';

const number: Document<number> = { key: 'n', parse: (written) => (typeof written === 'number' ? written : undefined) };

/** A store whose engine a test takes away, and gives back with what was in it. */
function openTest() {
  let now = 0;
  const memory = createMemoryStore(() => now);
  const state: { away?: string | undefined; opened: number; closed: number } = { opened: 0, closed: 0 };
  const reports: (string | undefined)[] = [];
  const store = createReopeningStore({
    async open(): Promise<SharedStore> {
      if (state.away !== undefined) throw new StoreAway(state.away);
      state.opened += 1;
      return {
        ...memory,
        transact: async (...args) => {
          if (state.away !== undefined) throw new StoreAway(state.away);
          return memory.transact(...args);
        },
        async close() {
          state.closed += 1;
        },
      };
    },
    onAway: (reason) => reports.push(reason),
    now: () => now,
  });
  const add = () => store.transact([number], (each) => each.write(number, (each.read(number) ?? 0) + 1, 1e9));
  return {
    store,
    state,
    reports,
    add,
    advance(ms: number) {
      now += ms;
    },
  };
}

describe('a reopening store', () => {
  test('rejects while its engine is away, keeps nothing elsewhere, and goes on when it is back', async () => {
    const { store, state, reports, add, advance } = openTest();
    await add();
    state.away = 'it was deleted';
    await expect(add()).rejects.toThrow(StoreAway);
    state.away = undefined;
    // It is not opened again at once.
    await expect(add()).rejects.toThrow('it was deleted');
    advance(500);
    await add();
    expect(await store.transact([number], (each) => each.read(number))).toBe(2);
    expect([state.opened, state.closed, reports]).toEqual([2, 1, ['it was deleted', undefined]]);
  });

  test('is opened by the first transaction that can, and reports once', async () => {
    const { state, reports, add, advance } = openTest();
    state.away = 'a folder is in its place';
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(add()).rejects.toThrow(StoreAway);
      advance(500);
    }
    state.away = undefined;
    await Promise.all([add(), add()]);
    expect([state.opened, reports]).toEqual([1, ['a folder is in its place', undefined]]);
  });

  test('reports changes to those who watched before it was away, also of what changed meanwhile', async () => {
    const { store, state, add, advance } = openTest();
    let changes = 0;
    const stop = store.watch(number, () => {
      changes += 1;
    });
    await settle();
    await add();
    await settle();
    expect(changes).toBe(1);
    state.away = 'it is locked';
    await expect(add()).rejects.toThrow(StoreAway);
    state.away = undefined;
    advance(500);
    await store.transact([], () => undefined);
    await settle();
    expect(changes).toBe(2);
    stop();
    await add();
    await settle();
    expect(changes).toBe(2);
  });

  test('is closed for good', async () => {
    const { store, state, add } = openTest();
    await add();
    await store.close();
    await expect(add()).rejects.toThrow('The store is closed');
    expect(state.closed).toBe(1);
  });
});
