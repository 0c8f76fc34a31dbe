import { expect, test } from 'vitest';
import { indexedLog } from '../../src/sandbox/world/indexed-log.js';

interface Entry {
  readonly of: string | undefined;
  readonly text: string;
}

/** A log of at most eight entries, and how often it looked at the key of one. */
function counted() {
  let looks = 0;
  const log = indexedLog<Entry>(
    8,
    ({ text }) => text.length,
    ({ of }) => {
      looks += 1;
      return of;
    },
  );
  return { log, looks: () => looks };
}

test('finds the entries of a key without looking at any', () => {
  const { log, looks } = counted();
  for (const of of ['a', 'b', undefined, 'a']) log.add({ of, text: `${of}` });
  const before = looks();
  expect(before).toBe(4);
  expect(log.of('a')).toHaveLength(2);
  expect(log.of('c')).toEqual([]);
  expect(looks()).toBe(before);
  expect(log.list()).toHaveLength(4);
});

test('forgets in the index what it drops', () => {
  const { log } = counted();
  for (let count = 0; count < 20; count += 1) log.add({ of: count % 2 === 0 ? 'even' : 'odd', text: `${count}` });
  expect(log.dropped()).toBeGreaterThan(0);
  const texts = (entries: readonly Entry[]) => entries.map(({ text }) => text);
  const kept = texts(log.list());
  expect(kept.at(-1)).toBe('19');
  expect(texts(log.of('even'))).toEqual(kept.filter((text) => Number(text) % 2 === 0));
  expect(texts(log.of('odd'))).toEqual(kept.filter((text) => Number(text) % 2 === 1));
  log.reset();
  expect([log.of('even'), log.dropped()]).toEqual([[], 0]);
  log.add({ of: 'even', text: 'x' });
  expect(log.of('even')).toHaveLength(1);
});
