import { secretsIn } from '../../config/accounts/keys.js';
import { createRedactor, type Redactor } from '../../text/redaction.js';
import { type Line, terminalText } from '../../text/terminal.js';

/** Turns a line into text that is safe to write to a terminal: without secrets and without foreign escape sequences. */
export type SafeOutput = (line: Line, colour?: boolean) => string;

/** Creates the filter for everything that is written to stdout and stderr. The secrets are read with the first line. */
export function createSafeOutput(environment: Readonly<Record<string, string | undefined>>): SafeOutput {
  let redactor: Redactor | undefined;
  return (line, colour = false) => {
    redactor ??= createRedactor(secretsIn(environment));
    return terminalText(line, redactor, colour);
  };
}
