import { secretsIn } from '../../config/accounts/keys.js';
import { createRedactor, type Redactor } from '../../text/redaction.js';
import { type Line, terminalText } from '../../text/terminal.js';

/** The filter for everything that is written to stdout and stderr. */
export interface SafeOutput {
  /** Turns a line into text that is safe to write to a terminal: without secrets and without foreign escape sequences. */
  safe(line: Line, colour?: boolean): string;
  /** Adds to the secrets that are removed. */
  hide(secrets: readonly string[]): void;
}

/** Creates the filter. The secrets of the environment are read with the first line. */
export function createSafeOutput(environment: Readonly<Record<string, string | undefined>>): SafeOutput {
  let redactor: Redactor | undefined;
  const hidden = new Set<string>();
  return {
    safe(line, colour = false) {
      redactor ??= createRedactor([...secretsIn(environment), ...hidden]);
      return terminalText(line, redactor, colour);
    },
    hide(secrets) {
      for (const secret of secrets) hidden.add(secret);
      redactor = undefined;
    },
  };
}
