import { expect, test } from 'vitest';
import { createTail } from '../../../ui/inbox/state/tail.js';
import { deferred } from '../../support/deferred.js';

interface Entry {
  readonly id: number;
}

const entriesOf = (from: number, to: number): Entry[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => ({ id: from + index }));

/** Lets what was resolved go on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A list with this many entries, read in pages of 50; readings of earlier ones wait for `hold`. */
async function shown(count: number) {
  const list = { count, hold: Promise.resolve() };
  const { resource, showEarlier } = createTail<Entry>(
    {
      size: 50,
      keyOf: ({ id }) => id,
      async read({ limit, before }) {
        const last = typeof before === 'number' ? before - 1 : list.count;
        const first = Math.max(1, last - Number(limit) + 1);
        if (before !== undefined) await list.hold;
        return { entries: entriesOf(first, last), more: first - 1 };
      },
    },
    async () => undefined,
  );
  resource.use();
  await settled();
  const arrive = async (more: number): Promise<void> => {
    list.count += more;
    resource.invalidate();
    await settled();
  };
  /** The list is what is shown and what is left, without gaps. */
  const length = (): number => {
    const { entries = [], more } = resource.get().data ?? {};
    expect(entries).toEqual(entriesOf(list.count - entries.length + 1, list.count));
    expect(more).toBe(list.count - entries.length);
    return entries.length;
  };
  return { list, resource, showEarlier, arrive, length };
}

test('stays at one page more than was asked for, however much arrives', async () => {
  const { list, showEarlier, arrive, length } = await shown(200);
  const lengths: number[] = [];
  for (let turn = 0; turn < 400; turn += 1) {
    await arrive(25);
    lengths.push(length());
  }
  expect([list.count, lengths[0], lengths[1], Math.max(...lengths)]).toEqual([10_200, 75, 100, 100]);
  await showEarlier();
  expect(length()).toBe(150);
  for (let turn = 0; turn < 100; turn += 1) await arrive(25);
  expect(length()).toBe(200);
});

test('earlier entries have their place, also if many arrive meanwhile', async () => {
  const { list, showEarlier, arrive, length } = await shown(500);
  const { promise, resolve } = deferred();
  list.hold = promise;
  const earlier = showEarlier();
  for (let turn = 0; turn < 4; turn += 1) await arrive(25);
  resolve();
  await earlier;
  expect(length()).toBe(200);
  await arrive(25);
  expect(length()).toBe(225);
});

test('begins with one page again once something else is read', async () => {
  const { resource, showEarlier, arrive, length } = await shown(500);
  for (let press = 0; press < 5; press += 1) await showEarlier();
  expect(length()).toBe(300);
  resource.restart();
  await settled();
  expect(length()).toBe(50);
  for (let turn = 0; turn < 10; turn += 1) await arrive(25);
  expect(length()).toBe(100);
});
