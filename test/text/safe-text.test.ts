import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanLine, cleanText, upstreamLine, withoutHidden } from '../../src/text/safe-text.js';

const keep = (text: string): string => text;

describe('withoutHidden', () => {
  test.each([
    ['Arabic number signs and annotations', '\u0600\u0605\u06dd\u070f\u08e2\ufff9\ufffb'],
    ['signs of other scripts', '\u{110bd}\u{110cd}\u{13430}\u{1345f}'],
    [
      'zero-width characters, bidirectional marks and tags',
      '\u00ad\u200b\u200e\u202e\u2066\u2069\ufeff\u{e0001}\u{e0041}\u{e01ef}',
    ],
    ['separators, controls and fillers', '\u2028\u2029\u0000\u001b\u009b\u007f\u180e\u3164\uffa0\u115f'],
  ])('removes %s', (_, hidden) => {
    expect(withoutHidden(`A${hidden}B`)).toBe('AB');
  });

  test.each([
    '1\ufe0f\u20e3',
    '❤\ufe0f\u200d🔥',
    '👩\u200d💻',
    '👍🏽',
    '©\ufe0f',
    '🇮🇱',
    'שָׁלוֹם',
    'עברית',
    'نمی\u200cخواهم',
    'क्\u200dष',
    'naïve',
    '1\t2\n3',
  ])('leaves %s as it is', (text) => {
    expect(withoutHidden(text)).toBe(text);
  });

  test.each([
    ['after a letter', 'A\ufe0f\ufe0e\ufe0f', 'A'],
    ['after another selector', '❤\ufe0f\ufe0e\ufe0f\ufe0f!', '❤\ufe0f!'],
    ['after a digit that is no key', '1\ufe0f2\ufe0e', '12'],
  ])('removes a variation selector %s', (_, text, expected) => {
    expect(withoutHidden(text)).toBe(expected);
  });

  test('removes joiners between Latin letters', () => {
    expect(withoutHidden('sys\u200dtem\u200c')).toBe('system');
  });

  test('removes the tags that spell the flag of a region', () => {
    expect(withoutHidden('🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}')).toBe('🏴');
  });

  test('replaces an unpaired surrogate', () => {
    expect(withoutHidden('\ud800x')).toBe('\ufffdx');
  });

  test('leaves at most one selector or joiner after each visible character, in any mixture', () => {
    const unit = fc.constantFrom(
      ...'A1ن❤©'.split(''),
      '🔥',
      '\ufe0e',
      '\ufe0f',
      '\u200c',
      '\u200d',
      '\u{e0041}',
      '\u202e',
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), (units) => {
        const visible = withoutHidden(units.join(''));
        expect(visible).not.toMatch(/[\ufe0e\ufe0f]{2}|A[\ufe0e\ufe0f]/);
        expect(visible).not.toMatch(/(?:\u200c|\u200d){2}|A(?:\u200c|\u200d)/);
        expect(visible).not.toMatch(/[\u202e\u{e0041}]/u);
        expect(withoutHidden(visible)).toBe(visible);
      }),
      { numRuns: 2_000, seed: 7 },
    );
  });
});

describe('a text of a stranger', () => {
  test('is redacted after the hidden characters are removed', () => {
    const redact = (text: string): string => text.replaceAll('secret', '[redacted]');
    expect(cleanText('a sec\u200bret', redact)).toBe('a [redacted]');
  });

  test('of more than 64 Ki characters is cut, with a margin in which a cut secret could begin', () => {
    const clean = cleanText('x'.repeat(64 * 1024 + 1), keep);
    expect(clean).toBe(`${'x'.repeat(60 * 1024)}…`);
  });

  test('in a failure is one line of 2,000 characters at most', () => {
    expect(cleanLine('one\ntwo', keep)).toBe('one two');
    expect(cleanLine('x'.repeat(3_000), keep)).toBe(`${'x'.repeat(2_000)}…`);
  });

  test('in a refusal is one line of 500 characters at most', () => {
    expect(upstreamLine('one\ntwo')).toBe('one two');
    expect(upstreamLine('x'.repeat(600))).toBe(`${'x'.repeat(500)}…`);
  });
});
