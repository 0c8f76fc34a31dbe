import type { Command } from 'commander';
import { oneLine, quoted } from '../../../../tools/contract/quoted.js';
import { namedAccounts, type Surroundings } from '../../../config/accounts/choice.js';
import { readConfig } from '../../../config/config.js';
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

/** The accounts of the file that a command line uses; none if it cannot be used. */
async function accountsOf(line: string, { environment, platform }: Surroundings): Promise<string[]> {
  const [, quote = '', word = ''] = /--accounts[= ]("[^"]*"|'[^']*'|)(\S*)/.exec(line) ?? [];
  const path = quote === '' ? word : quote.slice(1, -1);
  try {
    const config = readConfig(
      { ...environment, MANYCHAT_MCP_ACCOUNT: '', ...(path !== '' && { MANYCHAT_MCP_ACCOUNTS: path }) },
      catalogue.tools,
    );
    return (await namedAccounts(config, { environment, platform }))?.accounts.map(({ name }) => name) ?? [];
  } catch (error) {
    if (error instanceof UsageError) return [];
    throw error;
  }
}

/** Prints what can stand at the cursor of a command line, a word on each line, with a tab before what it is. */
export async function complete(line: string, program: Command, shell: Shell): Promise<ExitCode> {
  const { print, environment, platform } = shell;
  const { MATON_API_KEY: _, MANYCHAT_API_KEY: __, ...withoutKeys } = environment;
  const used = await accountsOf(line, shell);
  const known = {
    ...catalogue,
    // With --account the file is used although a key is set.
    accounts: await accountsOf(line, { environment: withoutKeys, platform }),
    choices: used.length > 1 ? used : [],
  };
  for (const { word, about } of candidates(line, program, known)) {
    const text = oneLine(about);
    print(`${word}\t${text.length > longest ? `${text.slice(0, longest)}…` : text}`);
  }
  return exitCodes.done;
}
