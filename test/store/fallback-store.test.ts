import { describe, expect, test } from 'vitest';
import { createFallbackStore, type FallbackParts } from '../../src/store/fallback-store.js';
import { createMemoryStore } from '../../src/store/memory-store.js';
import { type Document, type SharedStore, StoreAway } from '../../src/store/shared-store.js';
import { counter, visits } from '../support/counter.js';
import { forwardClock } from '../support/forward-clock.js';

import { storeContract } from '../support/store-contract.js';

const keepMs = 60_000;
const start = Date.parse('2026-09-20T12:00:00Z');

const increase = (store: SharedStore, document = visits, keptMs = keepMs): Promise<number> =>
  store.transact([document], (transaction) => {
    const next = (transaction.read(document) ?? 0) + 1;
    transaction.write(document, next, keptMs);
    return next;
  });

/** An engine that several processes use, and that can be broken. */
function breakable(now: () => number) {
  const memory = createMemoryStore(now);
  const engine = {
    /** Why it cannot be used. */
    broken: undefined as string | undefined,
    opened: 0,
    /** Opens it as one process does. */
    async open(onSeen: Parameters<FallbackParts['open']>[0]): Promise<SharedStore> {
      engine.opened += 1;
      if (engine.broken !== undefined) throw new StoreAway(engine.broken);
      let isClosed = false;
      return {
        ...memory,
        async transact(documents, change, signal) {
          if (isClosed) throw new StoreAway('The store is closed');
          if (engine.broken !== undefined) throw new StoreAway(engine.broken);
          const result = await memory.transact(documents, change, signal);
          for (const { key } of documents) {
            const raw: Document<unknown> = { key, parse: (written) => written };
            const content = await memory.transact([raw], (transaction) => transaction.read(raw));
            const seen = content === undefined ? undefined : { json: JSON.stringify(content), until: now() + keepMs };
            onSeen(key, seen, now());
          }
          return result;
        },
        async close() {
          isClosed = true;
        },
      };
    },
  };
  return engine;
}

/** Two processes on one engine, what each was told of it, and their clock. */
function twoProcesses() {
  let time = start;
  const wallClock = (): number => time;
  const engine = breakable(forwardClock(wallClock));
  const notes: (string | undefined)[] = [];
  const fallback = (): SharedStore =>
    createFallbackStore({ open: engine.open, onAway: (reason) => notes.push(reason), wallClock });
  const pass = (milliseconds: number): void => {
    time += milliseconds;
  };
  return { engine, notes, one: fallback(), other: fallback(), pass };
}

storeContract('a shared engine that has a fallback', async () => twoProcesses());

describe('a store whose engine cannot be used', () => {
  test('is opened once, when it is first used', async () => {
    const { engine, one } = twoProcesses();
    expect(engine.opened).toBe(0);
    await increase(one);
    await increase(one);
    expect(engine.opened).toBe(1);
  });

  test('serves from memory, and says so once', async () => {
    const { engine, notes, one, other } = twoProcesses();
    engine.broken = 'it is damaged';
    expect(await Promise.all([increase(one), increase(one), increase(one)])).toEqual([1, 2, 3]);
    expect(await increase(other)).toBe(1);
    expect(notes).toEqual(['it is damaged', 'it is damaged']);
    expect(engine.opened).toBe(2);
  });

  test('knows all that its process has seen, when the engine breaks later', async () => {
    const { engine, notes, one, other } = twoProcesses();
    await increase(one);
    await increase(other);
    await increase(one);
    await increase(other, counter('never seen'));
    await increase(other);
    engine.broken = 'the disk is full';
    // The last change of the other process was not seen.
    expect(await Promise.all([increase(one), increase(one)])).toEqual([4, 5]);
    expect(await increase(one, counter('never seen'))).toBe(1);
    expect(notes).toEqual(['the disk is full']);
  });

  test('tells its watchers what is written in memory', async () => {
    const { engine, one } = twoProcesses();
    let notices = 0;
    const stop = one.watch(visits, () => (notices += 1));
    await increase(one);
    engine.broken = 'it was deleted';
    await increase(one);
    const before = notices;
    await increase(one);
    await Promise.resolve();
    expect(notices).toBe(before + 1);
    stop();
    await increase(one);
    await Promise.resolve();
    expect(notices).toBe(before + 1);
  });

  test('has a time that does not go back, and documents that expire', async () => {
    const { engine, one, pass } = twoProcesses();
    await increase(one);
    engine.broken = 'it was deleted';
    pass(-5_000);
    const timeOf = () => one.transact([visits], ({ now }) => now);
    expect(await timeOf()).toBe(start);
    pass(keepMs - 1);
    expect(await increase(one)).toBe(2);
    pass(keepMs + 5_000);
    expect(await increase(one)).toBe(1);
  });

  test('is used again once nothing that was changed in memory is needed any more', async () => {
    const { engine, notes, one, other, pass } = twoProcesses();
    await increase(one);
    engine.broken = 'it is locked';
    expect(await increase(one)).toBe(2);
    engine.broken = undefined;
    expect(await increase(other)).toBe(2);
    pass(keepMs - 1);
    expect(await increase(other)).toBe(3);
    // The copy in memory still counts: a process that forgot it could send twice.
    expect(await increase(one)).toBe(3);
    pass(keepMs - 1);
    expect(await increase(one, counter('other'), 0)).toBe(1);
    expect(notes).toEqual(['it is locked']);
    pass(30_000);
    expect(await increase(one)).toBe(1);
    expect(notes).toEqual(['it is locked', undefined]);
    expect(await increase(other)).toBe(2);
  });

  test('is not used again while it has what was removed in memory', async () => {
    const { engine, one, pass } = twoProcesses();
    await increase(one);
    engine.broken = 'it is locked';
    await one.transact([visits], (transaction) => transaction.remove(visits));
    engine.broken = undefined;
    pass(keepMs - 1);
    expect(await one.transact([visits], (transaction) => transaction.read(visits))).toBeUndefined();
    expect(engine.opened).toBe(1);
  });

  test('is tried again after a while, and says nothing while that fails', async () => {
    const { engine, notes, one, pass } = twoProcesses();
    engine.broken = 'it is locked';
    const look = () => one.transact([visits], (transaction) => transaction.read(visits));
    await look();
    pass(29_999);
    await look();
    expect(engine.opened).toBe(1);
    pass(1);
    await look();
    await look();
    expect([engine.opened, notes]).toEqual([2, ['it is locked']]);
  });
});
