import { describe, expect, test } from 'vitest';
import { type Document, type SharedStore, StoreAway } from '../../src/store/shared-store.js';
import { counter, visits } from './counter.js';

const keepMs = 60_000;

/** Adds one to a counter, and returns what it is then. */
const increase = (store: SharedStore, document: Document<number>): Promise<number> =>
  store.transact([document], (transaction) => {
    const next = (transaction.read(document) ?? 0) + 1;
    transaction.write(document, next, keepMs);
    return next;
  });

const read = <Content>(store: SharedStore, document: Document<Content>): Promise<Content | undefined> =>
  store.transact([document], (transaction) => transaction.read(document));

/** Stores as two processes open them, on one state that no other test uses. */
export interface TwoStores {
  readonly one: SharedStore;
  readonly other: SharedStore;
  /** Moves the clock of the store. */
  readonly pass: (milliseconds: number) => void;
}

/** What every store must do. */
export function storeContract(name: string, open: () => Promise<TwoStores>): void {
  describe(`the store in ${name}`, () => {
    test('gives a process what another has written', async () => {
      const { one, other } = await open();
      expect(await read(other, visits)).toBeUndefined();
      expect(await increase(one, visits)).toBe(1);
      expect(await increase(other, visits)).toBe(2);
      expect(await read(one, visits)).toBe(2);
    });

    test('loses no change when many are made at once', async () => {
      const { one, other } = await open();
      const results = await Promise.all(
        Array.from({ length: 100 }, (_, index) => increase(index % 2 === 0 ? one : other, visits)),
      );
      expect(results.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    });

    test('changes several documents together or not at all', async () => {
      const { one, other } = await open();
      const [left, right] = [counter('left'), counter('right')];
      await one.transact([left, right], (transaction) => {
        transaction.write(left, 1, keepMs);
        transaction.write(right, 2, keepMs);
      });
      await one.transact([right, left], (transaction) => transaction.write(left, 1, keepMs));
      const failed = other.transact([left, right], (transaction) => {
        transaction.write(left, 10, keepMs);
        transaction.remove(right);
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      expect([await read(one, left), await read(one, right)]).toEqual([1, 2]);
    });

    test('shows a transaction what it has written and removed itself', async () => {
      const { one } = await open();
      const seen = await one.transact([visits], (transaction) => {
        transaction.write(visits, 7, keepMs);
        const written = transaction.read(visits);
        transaction.remove(visits);
        return [written, transaction.read(visits)];
      });
      expect(seen).toEqual([7, undefined]);
      expect(await read(one, visits)).toBeUndefined();
    });

    test('drops a document after its time, and a write gives it time again', async () => {
      const { one, other, pass } = await open();
      await increase(one, visits);
      pass(keepMs - 1);
      expect(await increase(other, visits)).toBe(2);
      pass(keepMs - 1);
      expect(await read(one, visits)).toBe(2);
      pass(1);
      expect(await read(one, visits)).toBeUndefined();
      expect(await increase(one, visits)).toBe(1);
    });

    test('has one clock, which does not go back', async () => {
      const { one, other, pass } = await open();
      const timeOf = (store: SharedStore) => store.transact([visits], ({ now }) => now);
      const first = await timeOf(one);
      pass(1_000);
      const second = await timeOf(other);
      expect(second - first).toBeGreaterThanOrEqual(1_000);
      await increase(other, visits);
      pass(-5_000);
      expect(await timeOf(one)).toBeGreaterThanOrEqual(second);
    });

    test('goes on in time at once after its clock was set back', async () => {
      const { one, other, pass } = await open();
      const timeOf = (store: SharedStore) => store.transact([visits], ({ now }) => now);
      await increase(one, visits);
      pass(500_000_000);
      const [seen] = [await timeOf(one), await increase(other, visits)];
      pass(-400_000_000);
      for (const store of [one, other]) expect(await timeOf(store)).toBeGreaterThanOrEqual(seen);
      pass(keepMs - 1);
      expect(await increase(one, visits)).toBe(2);
      pass(keepMs);
      expect(await read(other, visits)).toBeUndefined();
    });

    test('treats what it cannot read as missing', async () => {
      const { one, other } = await open();
      const text: Document<string> = {
        key: 'visits',
        parse: (written) => (typeof written === 'string' ? written : undefined),
      };
      await one.transact([text], (transaction) => transaction.write(text, 'twelve ✓ "quoted"', keepMs));
      expect(await read(other, text)).toBe('twelve ✓ "quoted"');
      expect(await read(other, visits)).toBeUndefined();
      expect(await increase(other, visits)).toBe(1);
    });

    test('refuses a document that the transaction does not list', async () => {
      const { one } = await open();
      await expect(one.transact([], (transaction) => transaction.read(visits))).rejects.toThrow('visits');
    });

    test('tells both processes that a document was written', async () => {
      const { one, other } = await open();
      const noticed = [one, other].map(() => false);
      for (const [index, store] of [one, other].entries()) {
        store.watch(visits, () => {
          noticed[index] = true;
        });
      }
      // A notice can be lost before a watch has begun.
      while (noticed.includes(false)) {
        await increase(one, visits);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });

    test('tells nothing after a watch has ended', async () => {
      const { one } = await open();
      let notices = 0;
      one.watch(visits, () => (notices += 1))();
      let isNoticed = false;
      one.watch(visits, () => {
        isNoticed = true;
      });
      while (!isNoticed) await increase(one, visits);
      expect(notices).toBe(0);
    });

    test('rejects when it is closed, and when the signal has aborted', async () => {
      const { one } = await open();
      const reason = new Error('stop');
      await expect(one.transact([visits], () => 0, AbortSignal.abort(reason))).rejects.toBe(reason);
      await one.close();
      await expect(read(one, visits)).rejects.toBeInstanceOf(StoreAway);
    });
  });
}
