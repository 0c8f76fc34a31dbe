import type { Shell } from '../../shell/shell.js';

/** A line about one account, with its name if there are several. */
export const labelled = (name: string | undefined, line: string): string =>
  name === undefined ? line : `${name}: ${line}`;

/** The shell of a job: with several accounts, its notes begin with the account's name. */
export const labelledShell = (shell: Shell, name: string | undefined): Shell =>
  name === undefined
    ? shell
    : {
        ...shell,
        note: (line) => shell.note(typeof line === 'string' ? labelled(name, line) : [`${name}: `, ...line]),
      };
