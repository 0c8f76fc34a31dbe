import { describe, expect, test } from 'vitest';
import { createFallbackStore } from '../../src/store/fallback-store.js';
import type { Document, SharedStore } from '../../src/store/shared-store.js';
import { breakable, start, twoProcesses } from '../support/breakable-engine.js';
import { counter, visits } from '../support/counter.js';
import { storeContract } from '../support/store-contract.js';

const keepMs = 60_000;

const increase = (store: SharedStore, document = visits, keptMs = keepMs): Promise<number> =>
  store.transact([document], (transaction) => {
    const next = (transaction.read(document) ?? 0) + 1;
    transaction.write(document, next, keptMs);
    return next;
  });

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

  test('has copies of a bounded size: what was seen longest ago is forgotten first, changes of memory last', async () => {
    const [engine, text] = [breakable(() => start), 'x'.repeat(100)];
    const store = createFallbackStore({ ...engine, onAway: () => {}, wallClock: () => start, maxCharacters: 500 });
    const page = (key: string): Document<string> => ({ key, parse: String });
    const write = (key: string) =>
      store.transact([page(key)], (transaction) => transaction.write(page(key), text, keepMs));
    const has = (key: string) => store.transact([page(key)], (transaction) => transaction.read(page(key)) === text);
    for (const key of ['a', 'b', 'c', 'd', 'e']) await write(key);
    await has('b');
    engine.broken = 'it is locked';
    await write('f');
    const left = async () => {
      const keys: string[] = [];
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) if (await has(key)) keys.push(key);
      return keys.join('');
    };
    expect(await left()).toBe('bdef');
    await write('g');
    await write('h');
    expect(await left()).toBe('bfgh');
    for (const key of ['i', 'j']) await write(key);
    expect(await left()).toBe('gh');
  });
});
