import type { Line } from '../../../text/terminal.js';
import type { Shell } from '../../shell/shell.js';

/** A line about one account, with its name if there are several. */
export const labelled = (name: string | undefined, line: string): string =>
  name === undefined ? line : `${name}: ${line}`;

const labelledLine = (name: string, line: Line): Line =>
  typeof line === 'string' ? labelled(name, line) : [labelled(name, ''), ...line];

/** The shell of a job: with several accounts, its notes begin with the account's name. */
export const labelledShell = (shell: Shell, name: string | undefined): Shell =>
  name === undefined
    ? shell
    : {
        ...shell,
        columns: shell.columns - labelled(name, '').length,
        note: (line) => shell.note(labelledLine(name, line)),
        redraw: (line) => shell.redraw(line === '' ? '' : labelledLine(name, line)),
      };
