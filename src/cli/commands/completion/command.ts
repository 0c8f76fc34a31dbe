import type { Command } from 'commander';
import { oneLine, quoted } from '../../../../tools/contract/quoted.js';
import { UsageError } from '../../../config/usage-error.js';
import { catalogue } from '../../../mcp/listing/catalogue.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import type { Shell } from '../../shell/shell.js';
import { candidates, shells } from './candidates.js';
import { scripts } from './scripts.js';

/**
 * Prints the script that completes this program in a shell.
 * @throws UsageError for a shell without one.
 */
export function printCompletion(name: string, { print, programAnywhere }: Shell): ExitCode {
  const shell = shells.find((each) => each === name);
  if (shell === undefined) throw new UsageError(`completion is for ${shells.join(', ')}, not ${quoted(name)}`);
  print(scripts[shell](programAnywhere));
  return exitCodes.done;
}

/** Characters of a description that are shown beside a word. */
const longest = 70;

/** Prints what can stand at the cursor of a command line, a word on each line, with a tab before what it is. */
export function complete(line: string, program: Command, { print }: Shell): ExitCode {
  for (const { word, about } of candidates(line, program, catalogue)) {
    const text = oneLine(about);
    print(`${word}\t${text.length > longest ? `${text.slice(0, longest)}…` : text}`);
  }
  return exitCodes.done;
}
