import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lengthOf } from '../tools/channels.js';
import { splitText } from '../tools/split.js';

function partsOf(text: string, longest: number, most = 10): readonly string[] {
  const split = splitText(text, longest, most);
  if ('problem' in split) throw new Error(split.problem);
  return split.parts;
}

describe('a text is cut', () => {
  test('not at all when it fits, to the character', () => {
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

  test('by words alone where paragraphs would make too many parts', () => {
    const text = 'aaaa bbbb\n\ncccccccc '.repeat(6);
    expect(partsOf(text, 20, 100)).toHaveLength(7);
    expect(partsOf(text, 20, 6)).toHaveLength(6);
  });
});

describe('a text is refused', () => {
  test.each([
    [
      'a link over the limit',
      `see https://example.com/${'a'.repeat(30)}`,
      /holds a link of 50 characters; one message takes 20/,
    ],
    ['too long', 'word '.repeat(100), /has 500 characters; one call takes 10 messages of 20 at the most/],
    ['blank for longer than a part', `a${' '.repeat(30)}b`, /too many blanks/],
    ['a link that fills a part behind a blank', ' https://examples.com and more', /too many blanks/],
  ])('%s', (_, text, problem) => {
    expect(splitText(text, 20, 10)).toEqual({ problem: expect.stringMatching(problem) });
  });
});

describe('whatever the text', () => {
  const pieces = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('\n\n', ' ', '. ', 'שלום עולם', 'مرحبا بالعالم! ', '👨‍👩‍👧‍👦', '🇧🇷🇧🇷', '你好。', '\r\n'),
    fc.webUrl(),
  );
  const texts = fc.array(pieces, { minLength: 10, maxLength: 40, size: 'max' }).map((all) => all.join(''));
  const links = /(?:https?:\/\/|www\.)\S+/gi;

  test('the parts joined give it back, none is over the limit, and no link is cut', () => {
    let cut = 0;
    fc.assert(
      fc.property(texts, fc.integer({ min: 30, max: 120 }), (text, longest) => {
        const split = splitText(text, longest, 50);
        if ('problem' in split) return;
        if (split.parts.length > 1) cut += 1;
        expect(split.parts.join('')).toBe(text);
        for (const part of split.parts) {
          expect(lengthOf(part)).toBeLessThanOrEqual(longest);
          if (text.isWellFormed()) expect(part.isWellFormed()).toBe(true);
        }
        const whole = text.match(links) ?? [];
        expect(split.parts.flatMap((part) => part.match(links) ?? [])).toEqual(whole);
      }),
      { numRuns: 2_000, seed: 20260401 },
    );
    expect(cut).toBeGreaterThan(400);
  });
});
