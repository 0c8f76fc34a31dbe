import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { characterCount } from '../../tools/message/channels.js';
import { splitText } from '../../tools/message/split-text.js';

function partsOf(text: string, longest: number, most = 10): readonly string[] {
  const split = splitText(text, longest, most);
  if ('problem' in split) throw new Error(split.problem);
  return split.parts;
}

describe('a text is split', () => {
  test('not at all if it fits exactly', () => {
    expect(partsOf('😀'.repeat(20), 20)).toEqual(['😀'.repeat(20)]);
    expect(partsOf('', 20)).toEqual(['']);
  });

  test.each([
    ['after a paragraph', 'One is here.\n\nTwo. Three is long.', 20, ['One is here.\n\n', 'Two. Three is long.']],
    [
      'else after a sentence',
      'One is here. Two and three are longer.',
      28,
      ['One is here. ', 'Two and three are longer.'],
    ],
    ['else after a word', 'one two three four five', 12, ['one two ', 'three four ', 'five']],
    [
      'before a link',
      'see this: https://example.com/a?b=c.d now',
      32,
      ['see this: ', 'https://example.com/a?b=c.d now'],
    ],
    [
      'after a sentence of a script without spaces',
      '我喜欢咖啡。我喜欢茶和牛奶。好！',
      9,
      ['我喜欢咖啡。', '我喜欢茶和牛奶。', '好！'],
    ],
    [
      'after a link that a script without spaces follows',
      'https://a.com/b我喜欢咖啡我喜欢茶我喜欢牛奶',
      20,
      ['https://a.com/b我喜欢咖啡', '我喜欢茶我喜欢牛奶'],
    ],
    ['between words of scripts without spaces', '我喜欢咖啡我喜欢茶', 5, ['我喜欢咖啡', '我喜欢茶']],
    ['else between characters', 'abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['never inside a pair or a cluster', '👩‍👩‍👧👩‍👩‍👧', 7, ['👩‍👩‍👧', '👩‍👩‍👧']],
    [
      'even in a cluster that is longer than a part',
      `a${'\u0301'.repeat(9)}`,
      4,
      ['a\u0301\u0301\u0301', '\u0301'.repeat(4), '\u0301\u0301'],
    ],
    [
      'not after a short first paragraph',
      'Hi!\n\nOne two three four. Five six.',
      26,
      ['Hi!\n\nOne two three four. ', 'Five six.'],
    ],
  ])('%s', (_, text, longest, parts) => {
    expect(partsOf(text, longest)).toEqual(parts);
  });

  test.each([
    'example.com/order?id=1042&mail=ada.lovelace@example.com',
    'Example.com?Order=1042',
    'wa.me/447700900123?text=Hello!Where%20is%20my%20order?',
    'm.me/sunrise.coffee?ref=Spring!2026',
    'tg://resolve?domain=sunrise&text=Hi!There',
    'mailto:ada@example.com?subject=Order.Shipped!Today',
    'https://example.com/Заказ?Id=1042!Да',
    'www.example.com/order?Id=1042',
    'Glued_to_what_stands_before_ithttps://example.com/Order?Id=1042',
  ])('not inside %s', (link) => {
    for (const before of ['See ', 'See! Order it here: ', '看这里：']) {
      for (let longest = link.length + 3; longest < link.length + 20; longest += 1) {
        const text = `${before}${link} and then some more words. Bye!`;
        expect(partsOf(text, longest).filter((part) => part.includes(link))).toHaveLength(1);
      }
    }
  });

  test('by words if paragraphs would make too many parts', () => {
    const text = 'aaaa bbbb\n\ncccccccc '.repeat(6);
    expect(partsOf(text, 20, 100)).toHaveLength(7);
    expect(partsOf(text, 20, 6)).toHaveLength(6);
  });
});

describe('rejects a text:', () => {
  test.each([
    [
      'a link over the limit',
      `see https://example.com/${'a'.repeat(30)}`,
      /holds a link of 50 characters; one message takes 20/,
    ],
    ['too long', 'word '.repeat(100), /^has 500 characters; one call takes at most 10 messages of 20$/],
    [
      'too long for the places where it can be cut',
      'abcdefghijklm '.repeat(12),
      /^needs 12 messages of at most 20 characters, given where it can be cut; one call takes 10$/,
    ],
    ['an address without a scheme over the limit', `m.me/${'a'.repeat(30)}`, /holds a link of 35 characters/],
    ['blank for longer than a part', `a${' '.repeat(30)}b`, /too many blanks/],
    ['a link that fills a part behind a blank', ' https://examples.com and more', /too many blanks/],
  ])('%s', (_, text, problem) => {
    expect(splitText(text, 20, 10)).toEqual({ problem: expect.stringMatching(problem) });
  });
});

// An algorithm that is not linear would take minutes here.
test('a text of a megabyte is rejected, and one that just fits is split', () => {
  const texts = ['a', 'a.b', '你好。', 'https://example.com/?', 'a-', ' ', 'Hi there! ', '😀', 'a.bc/é'];
  for (const text of texts) {
    expect(splitText(text.repeat(1_000_000 / text.length), 2_000, 10)).toHaveProperty('problem');
    splitText(text.repeat(20_000 / text.length), 2_000, 10);
  }
});

describe('any text', () => {
  const pieces = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      '\n\n',
      ' ',
      '看',
      '?A',
      '. ',
      'שלום עולם',
      'مرحبا بالعالم! ',
      '👨‍👩‍👧‍👦',
      '🇧🇷🇧🇷',
      '你好。',
      '\r\n',
    ),
    fc.webUrl(),
  );
  const texts = fc.array(pieces, { minLength: 10, maxLength: 40, size: 'max' }).map((all) => all.join(''));
  const links = /(?:https?:\/\/|www\.)\S+/gi;

  test('equals its parts joined, none of which is too long or cuts a link', () => {
    let cut = 0;
    fc.assert(
      fc.property(texts, fc.integer({ min: 30, max: 120 }), (text, longest) => {
        const split = splitText(text, longest, 50);
        if ('problem' in split) return;
        if (split.parts.length > 1) cut += 1;
        expect(split.parts.join('')).toBe(text);
        for (const part of split.parts) {
          expect(characterCount(part)).toBeLessThanOrEqual(longest);
          if (text.isWellFormed()) expect(part.isWellFormed()).toBe(true);
        }
        // A longer match is a link followed by text without a blank.
        const whole = (text.match(links) ?? []).filter((link) => characterCount(link) <= longest);
        for (const link of whole) expect(split.parts.some((part) => part.includes(link))).toBe(true);
      }),
      { numRuns: 2_000, seed: 20260401 },
    );
    expect(cut).toBeGreaterThan(400);
  });
});
