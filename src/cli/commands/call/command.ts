import type { Result } from '../../../../tools/contract/json.js';
import { forEachSubscriber } from '../../../../tools/workflows/for-each/for-each.js';
import type { Config } from '../../../config/config.js';
import { readable } from '../../../text/readable.js';
import { openOwnAccount } from '../../open-account.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import type { Shell } from '../../shell/shell.js';
import { exitCodeOf, failureText } from '../failure-text.js';
import { watchStopping } from '../stopping.js';
import { toolNamed } from '../tool-by-name.js';
import { chooseAccount } from './choose-account.js';
import { type ArgumentSource, readArguments } from './read-arguments.js';

/** The exit code of a call for many contacts, whose result reports the outcome for each. */
export function exitCodeOfResult({ unknown, remaining, stopped, failed }: Result): ExitCode {
  const hasItems = (list: unknown): boolean => Array.isArray(list) && list.length > 0;
  if (hasItems(unknown)) return exitCodes.unknown;
  if (stopped !== undefined || hasItems(remaining)) return exitCodes.again;
  return hasItems(failed) ? exitCodes.failed : exitCodes.done;
}

/** Calls one tool as a client would and prints the result. */
export async function callOne(
  configured: Config,
  name: string,
  source: ArgumentSource,
  asJson: boolean,
  shell: Shell,
): Promise<ExitCode> {
  const given = await readArguments(source, name, shell);
  const { config, args, chosen } = await chooseAccount(configured, name, given, shell);
  shell.hide(config.host.secrets);
  const { account, close } = await openOwnAccount(config);
  const { tools, call } = account;
  try {
    const tool = toolNamed(name, tools, shell.program);
    const { departure, over } = watchStopping(shell, (line) => {
      // Clears the "^C" that the terminal echoes.
      if (shell.interactive) shell.redraw('');
      shell.note(line);
    });
    const outcome = await call(tool, args, { signal: shell.ending, departure, account: chosen }).finally(over);
    if (outcome.ok) {
      shell.print(asJson ? JSON.stringify(outcome.result) : readable(outcome.result));
      return tool.declaration.name === forEachSubscriber.name ? exitCodeOfResult(outcome.result) : exitCodes.done;
    }
    if (asJson) shell.print(JSON.stringify({ error: outcome.failure }));
    else shell.note(failureText(outcome.failure));
    return exitCodeOf(outcome.failure);
  } finally {
    await close();
  }
}
