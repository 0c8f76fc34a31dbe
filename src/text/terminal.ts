import { styleText } from 'node:util';
import type { Redactor } from './redaction.js';
import { withoutHidden } from './safe-text.js';

/** A style of `util.styleText`. */
export type Colour = 'green' | 'yellow' | 'red' | 'dim';

/** A text that is shown in a colour where the terminal has colours. */
interface Coloured {
  readonly colour: Colour;
  readonly text: string;
}

/** A line for a terminal: plain and coloured texts. Escape sequences inside the texts are removed. */
export type Line = string | readonly (string | Coloured)[];

/** Complete escape sequences: only their first character is a control character. */
const sequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are removed
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?/g;

/** A text without characters that control a terminal or hide text; line feeds and tabs stay. */
const harmless = (text: string): string => withoutHidden(text.replace(sequences, ''));

/** The text of a line: harmless and without keys. Our own colours are added last. */
export function terminalText(line: Line, redactor: Pick<Redactor, 'withoutKeys'>, colour: boolean): string {
  const safe = (text: string): string => redactor.withoutKeys(harmless(text));
  if (typeof line === 'string') return safe(line);
  return line
    .map((part) => {
      if (typeof part === 'string') return safe(part);
      // The caller has checked whether the stream takes colours.
      return colour ? styleText(part.colour, safe(part.text), { validateStream: false }) : safe(part.text);
    })
    .join('');
}
