import type { Redactor } from './redaction.js';
import { withoutHidden } from './safe-text.js';

const colours = { green: '\x1b[32m', yellow: '\x1b[33m', red: '\x1b[31m', faint: '\x1b[2m' } as const;

/** A colour of this program's own. */
export type Colour = keyof typeof colours;

/** A text that is shown in a colour, where the terminal has colours. */
export interface Coloured {
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
      return colour ? `${colours[part.colour]}${shown(part.text)}\x1b[0m` : shown(part.text);
    })
    .join('');
}
