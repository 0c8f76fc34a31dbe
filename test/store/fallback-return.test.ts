import { describe, expect, test } from 'vitest';
import { createFallbackStore } from '../../src/store/fallback-store.js';
import type { SharedStore } from '../../src/store/shared-store.js';
import { start, twoProcesses } from '../support/breakable-engine.js';
import { counter, visits } from '../support/counter.js';

const keepMs = 60_000;

const increase = (store: SharedStore, document = visits, keptMs = keepMs): Promise<number> =>
  store.transact([document], (transaction) => {
    const next = (transaction.read(document) ?? 0) + 1;
    transaction.write(document, next, keptMs);
    return next;
  });

describe('a store whose engine can be used again', () => {
  const look = (store: SharedStore, document = visits) =>
    store.transact([document], (transaction) => transaction.read(document));

  /** Two processes, of which the first went on in memory; the engine can be used again. */
  async function afterOutage(inMemory: (one: SharedStore) => Promise<unknown>) {
    const processes = twoProcesses();
    const { engine, one, other } = processes;
    await increase(one);
    await increase(other, counter('other'));
    engine.broken = 'it is locked';
    await inMemory(one);
    engine.broken = undefined;
    return processes;
  }

  test('is used again within half a minute, and is handed what was changed, however active its process is', async () => {
    const { engine, notes, one, other, pass } = await afterOutage(increase);
    for (let second = 1; second <= 30; second += 1) {
      expect([await increase(one), notes]).toEqual([second + 2, ['it is locked']]);
      pass(1_000);
    }
    expect(await increase(one)).toBe(33);
    expect([engine.opened, notes]).toEqual([3, ['it is locked', undefined]]);
    expect(await increase(other)).toBe(34);
  });

  test('has of a document that others have changed too the version that is needed longer', async () => {
    const [longer, shorter] = [counter('longer'), counter('shorter')];
    const { one, other, pass } = await afterOutage(async (store) => {
      for (let times = 0; times < 5; times += 1) await increase(store, longer, keepMs + 1);
      await increase(store, shorter, keepMs - 1);
    });
    await increase(other, longer);
    for (let times = 0; times < 7; times += 1) await increase(other, shorter);
    pass(30_000);
    expect([await look(one, longer), await look(one, shorter)]).toEqual([5, 7]);
    expect([await look(other, longer), await look(other, shorter)]).toEqual([5, 7]);
    // It is kept for as long as it was.
    pass(30_000);
    expect(await look(other, longer)).toBe(5);
    pass(1);
    expect(await look(other, longer)).toBeUndefined();
  });

  test('loses what was removed in memory, unless others have changed it', async () => {
    const remove =
      (document = visits) =>
      (store: SharedStore) =>
        store.transact([document], (transaction) => transaction.remove(document));
    const untouched = await afterOutage(remove());
    untouched.pass(30_000);
    expect(await look(untouched.one)).toBeUndefined();
    expect(await look(untouched.other)).toBeUndefined();
    const changed = await afterOutage(remove());
    await increase(changed.other);
    changed.pass(30_000);
    expect([await look(changed.one), await look(changed.other)]).toEqual([2, 2]);
  });

  test('tells transactions since when it is back, after something was changed in memory', async () => {
    const backSince = (store: SharedStore) => store.transact([visits], (transaction) => transaction.backSince);
    const { one, other, pass } = await afterOutage(increase);
    pass(30_000);
    for (const later of [0, 5_000]) {
      pass(later);
      expect(await backSince(one)).toBe(start + 30_000);
    }
    expect(await backSince(other)).toBeUndefined();
    const idle = await afterOutage(look);
    idle.pass(30_000);
    expect(await backSince(idle.one)).toBeUndefined();
  });

  test('is handed many documents, and those that others change meanwhile', async () => {
    const many = Array.from({ length: 450 }, (_, index) => counter(`document ${index}`));
    const [first = visits, second = visits] = many;
    const { engine, one, other, pass } = await afterOutage(async (store) => {
      for (const each of many) await increase(store, each);
    });
    pass(30_000);
    engine.afterRead = async () => {
      for (let times = 0; times < 9; times += 1) await increase(other, first);
      await increase(other, second, 1_000);
    };
    expect(await look(one)).toBe(1);
    for (const each of many) expect(await look(other, each)).toBe(each === first ? 9 : 1);
    pass(2_000);
    expect(await look(other, second)).toBe(1);
  });

  test('loses nothing when it breaks again while it is handed what was changed', async () => {
    const { engine, notes, one, other, pass } = await afterOutage(increase);
    engine.full = 'the disk is full';
    await increase(one);
    pass(30_000);
    expect(await increase(one)).toBe(4);
    expect(notes).toEqual(['it is locked']);
    engine.full = undefined;
    pass(30_000);
    expect(await look(one)).toBe(4);
    expect(await look(other)).toBe(4);
  });

  test('goes on in memory when it is opened with an unexpected error, and is tried again', async () => {
    const { engine, notes, other, pass, wallClock } = twoProcesses();
    let fault: Error | undefined = new RangeError('out of range');
    const store = createFallbackStore({
      async open(onSeen) {
        if (fault !== undefined) throw fault;
        return engine.open(onSeen);
      },
      onAway: (reason) => notes.push(reason),
      wallClock,
    });
    expect([await increase(store), await increase(store)]).toEqual([1, 2]);
    fault = undefined;
    pass(30_000);
    expect(await look(store)).toBe(2);
    expect(notes).toEqual(['there was an unexpected RangeError', undefined]);
    expect(await look(other)).toBe(2);
  });

  test('goes on in time from where memory was', async () => {
    const { one, pass } = await afterOutage(increase);
    const timeOf = () => one.transact([], ({ now }) => now);
    pass(20_000);
    expect(await timeOf()).toBe(start + 20_000);
    pass(-15_000);
    expect(await timeOf()).toBe(start + 20_000);
    pass(5_000);
    expect(await timeOf()).toBe(start + 25_000);
  });
});
