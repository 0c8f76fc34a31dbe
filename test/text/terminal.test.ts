import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../src/text/redaction.js';
import { terminalText } from '../../src/text/terminal.js';

const redactor = createRedactor(['terminal-secret']);

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
const hiddenOrControl = /[\p{Cf}\u0000-\u0008\u000b-\u001f\u007f-\u009f]/u;

describe('a line for a terminal', () => {
  test('loses the escape sequences of its texts, complete', () => {
    const text =
      '\u001b[31mred\u001b[0m \u001b]8;;https://evil\u0007link\u001b]8;;\u0007 \u009b2Jx \u001bP1$r\u001b\\y \u001b(0z';
    expect(terminalText(text, redactor, true)).toBe('red link x y z');
  });

  test('gets our own colours where the terminal has colours', () => {
    const line = [{ colour: 'green', text: 'ok\u001b[2J' }, ' \u001b[31mx'] as const;
    expect(terminalText(line, redactor, true)).toBe('\u001b[32mok\u001b[39m x');
    expect(terminalText(line, redactor, false)).toBe('ok x');
  });

  test('shows no key, not even one that is broken up by an escape sequence', () => {
    expect(terminalText('terminal-\u001b[31msecret', redactor, true)).toBe('[redacted]');
  });

  test('contains no hidden or control character, whatever its text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(terminalText(text, redactor, true)).not.toMatch(hiddenOrControl);
      }),
      { seed: 7 },
    );
  });
});
