import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closest, editDistance } from '../../src/text/closest.js';

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
    ['', ['a', 'b'], []],
    ['VPI', ['VIP', 'Old'], ['VIP']],
    ['Old', ['Old Tag', 'Bold', 'Gold Tag'], ['Bold', 'Old Tag']],
    ['Bold', ['Old Tag', 'Bald'], ['Bald']],
    ['顧客', ['新規の顧客'], []],
    ['新規顧', ['大新規顧客'], ['大新規顧客']],
    ['x', [], []],
    ['zzz', ['aaa', 'bbb', 'ccc'], []],
    ['Lisbon', ['Customer', 'VIP', 'Wholesale lead', 'Old Tag', 'Newsletter'], []],
    ['city', ['birthday', 'field2', 'next_delivery', 'capacity'], []],
    ['bulk', ['manychat_set_bot_field', 'set_bot_field'], []],
    ['content20180221085508_278589', ['content20180221093112_104627'], []],
    ['aaa', ['aab', 'aac', 'aad', 'aae', 'aaf', 'aag'], ['aab', 'aac', 'aad', 'aae', 'aaf']],
  ])('to %j', (input, all, expected) => expect(names(input, all)).toEqual(expected));

  test('share a word with the input, or most of its letters', () => {
    const word = fc.string({ maxLength: 12, unit: fc.constantFrom(...'abcD _ñ字') });
    fc.assert(
      fc.property(word, fc.array(word), (input, all) => {
        const lower = input.trim().toLowerCase();
        for (const name of names(input, all).map((each) => each.trim().toLowerCase())) {
          const edits = editDistance(lower, name);
          const few = edits <= 4 && edits <= 0.4 * Math.max(lower.length, name.length);
          const swapped = edits === 2 && lower.length === name.length;
          expect(few || swapped || lower.includes(name) || name.includes(lower)).toBe(true);
        }
      }),
    );
  });

  // Comparing all of it would take minutes, longer than the timeout of a test.
  test('to a text of a megabyte are found without delay', () => {
    const all = Array.from({ length: 500 }, (_, index) => 'some long name '.repeat(1 + (index % 5)));
    expect(names('some long name '.repeat(70_000), all)).toHaveLength(5);
  });
});
