import { styleText } from 'node:util';
import type { Redactor } from './redaction.js';
import { withoutHidden } from './safe-text.js';

/** A style of `util.styleText`. */
export type Colour = 'green' | 'yellow' | 'red' | 'dim';

/** A text that is shown in a colour, where the terminal has colours. */
interface Coloured {
  readonly colour: Colour;
  readonly text: string;
}

/** What is written to a terminal: texts that hold no escape sequence of their own, and coloured ones. */
export type Line = string | readonly (string | Coloured)[];

/** Escape sequences, whole: of their parts only the first character is a control. */
const sequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?/g;

/** A text without anything that acts on a terminal or hides text: only line feeds and tabs are left of the controls. */
const harmless = (text: string): string => withoutHidden(text.replace(sequences, ''));

/** A line as it is written: everything in it harmless and without keys, this program's own colours added afterwards. */
export function terminalText(line: Line, redactor: Pick<Redactor, 'withoutKeys'>, colour: boolean): string {
  const shown = (text: string): string => redactor.withoutKeys(harmless(text));
  if (typeof line === 'string') return shown(line);
  return line
    .map((part) => {
      if (typeof part === 'string') return shown(part);
      // `colour` says already whether the stream takes colours.
      return colour ? styleText(part.colour, shown(part.text), { validateStream: false }) : shown(part.text);
    })
    .join('');
}
