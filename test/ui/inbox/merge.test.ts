import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Tail, withEarlier, withNewest, withSame } from '../../../ui/inbox/state/merge.js';

interface Entry {
  readonly seq: number;
  readonly text: string;
}

const seqOf = ({ seq }: Entry): number => seq;
const entry = (seq: number, text = `text ${seq}`): Entry => ({ seq, text });
const entries = (from: number, to: number): Entry[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => entry(from + index));

/** What a server with these entries answers. */
const newest = (all: readonly Entry[], limit: number): Tail<Entry> => ({
  entries: all.slice(-limit),
  more: Math.max(0, all.length - limit),
});

test('new entries come after those that were shown, which stay the same objects', () => {
  const before = newest(entries(1, 5), 3);
  const after = withNewest(before, newest(entries(1, 6), 3), seqOf);
  expect(after).toEqual({ entries: entries(3, 6), more: 2 });
  expect(after.entries.slice(0, 3)).toEqual(before.entries);
  expect(after.entries[1]).toBe(before.entries[1]);
});

test('entries that were shown are dropped if some between them and the newest are missing', () => {
  const before = newest(entries(1, 5), 3);
  expect(withNewest(before, newest(entries(1, 20), 3), seqOf)).toEqual({ entries: entries(18, 20), more: 17 });
});

test('entries of a sandbox that began anew take the place of those with the same numbers', () => {
  const before: Tail<Entry> = { entries: entries(1, 6), more: 0 };
  const anew = [entry(4, 'other'), entry(5, 'other'), entry(6, 'other')];
  expect(withNewest(before, { entries: anew, more: 3 }, seqOf)).toEqual({ entries: anew, more: 3 });
  expect(withNewest(before, { entries: [], more: 0 }, seqOf)).toEqual({ entries: [], more: 0 });
});

test('earlier entries come before those that are shown, and nowhere else', () => {
  const now = newest(entries(1, 9), 3);
  const earlier = newest(entries(1, 6), 3);
  expect(withEarlier(now, earlier, 7, seqOf)).toEqual({ entries: entries(4, 9), more: 3 });
  expect(withEarlier(newest(entries(1, 30), 3), earlier, 7, seqOf)).toEqual(newest(entries(1, 30), 3));
});

test('whatever is written between readings, what is shown is the end of the list without gaps', () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant('earlier' as const)), { maxLength: 12 });
  fc.assert(
    fc.property(steps, (all) => {
      let count = 4;
      let shown = newest(entries(1, count), 5);
      for (const step of all) {
        if (step === 'earlier') {
          const before = shown.entries[0]?.seq ?? 1;
          shown = withEarlier(shown, newest(entries(1, before - 1), 5), before, seqOf);
        } else {
          count += step;
          shown = withNewest(shown, newest(entries(1, count), 5), seqOf);
        }
        expect(shown.entries).toEqual(entries(count - shown.entries.length + 1, count));
        expect(shown.more).toBe(count - shown.entries.length);
      }
    }),
  );
});

test('of a list that is read as a whole, what did not change stays the same objects', () => {
  const before = entries(1, 3);
  const after = withSame(before, [entry(3), entry(1), entry(2, 'other')], seqOf);
  expect(after).toEqual([entry(3), entry(1), entry(2, 'other')]);
  expect([after[0] === before[2], after[1] === before[0], after[2] === before[1]]).toEqual([true, true, false]);
});
