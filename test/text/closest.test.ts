import { describe, expect, test } from 'vitest';
import { closest } from '../../src/text/closest.js';

describe('the closest names', () => {
  const names = (input: string, all: readonly string[]) =>
    closest(
      input,
      all.map((name) => ({ label: name, names: [name] })),
    ).map(({ label }) => label);

  test.each([
    ['custmer', ['VIP', 'Customer', 'Newsletter'], ['Customer']],
    ['vip', ['Old', 'VIP gold', 'VIP'], ['VIP', 'VIP gold']],
    ['shipped', ['Welcome', 'Order has shipped'], ['Order has shipped']],
    ['', ['a', 'b'], ['a', 'b']],
    ['x', [], []],
    ['zzz', ['aaa', 'bbb', 'ccc', 'ddd', 'eee', 'fff'], ['aaa', 'bbb', 'ccc', 'ddd', 'eee']],
  ])('to %j', (input, all, expected) => expect(names(input, all)).toEqual(expected));

  // Comparing all of it would take minutes, longer than the timeout of a test.
  test('to a text of a megabyte are found without delay', () => {
    const all = Array.from({ length: 500 }, (_, index) => `${'some long name '.repeat(5)}${index}`);
    expect(names('some long name '.repeat(70_000), all)).toHaveLength(5);
  });
});
