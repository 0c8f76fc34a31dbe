import { failureLine } from '../../../../tools/contract/failure.js';
import type { Result } from '../../../../tools/contract/json.js';
import { forEachSubscriber } from '../../../../tools/workflows/for-each/for-each.js';
import type { Outcome } from '../../../account/call/call-tool.js';
import type { Config } from '../../../config/config.js';
import { readable } from '../../../text/readable.js';
import { openOwnAccount } from '../../library/open-account.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import { openSharedState } from '../../shell/shared-state.js';
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
  if (stopped !== undefined || (typeof remaining === 'number' && remaining > 0)) return exitCodes.again;
  return hasItems(failed) ? exitCodes.failed : exitCodes.done;
}

/**
 * Goes on with a job for many contacts until each had its turn, a failure or a limit stops it, or the user does. Its handle
 * is left out of the result: it leads to nothing in the next process.
 */
export async function untilOver(
  first: Outcome,
  resume: (handle: unknown) => Promise<Outcome>,
  ending: AbortSignal,
): Promise<Outcome> {
  let result = first.ok ? first.result : {};
  while (result.resume !== undefined && result.stopped === undefined && result.retry_after_s === undefined) {
    if (ending.aborted) break;
    const next = await resume(result.resume);
    if (next.ok) result = next.result;
    else result = { ...result, stopped: failureLine(next.failure) };
  }
  const { resume: _, ...rest } = result;
  return first.ok ? { ok: true, result: rest } : first;
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
  const state = await openSharedState(config, shell, shell.note);
  const { account, close } = await openOwnAccount(config, {}, state);
  const { tools, call } = account;
  try {
    const tool = toolNamed(name, tools, shell.program);
    const { departure, over } = watchStopping(shell, (line) => {
      // Clears the "^C" that the terminal echoes.
      if (shell.interactive) shell.redraw('');
      shell.note(line);
    });
    const make = (input: unknown) => call(tool, input, { signal: shell.ending, departure, account: chosen });
    const outcome = await make(args)
      .then((first) => untilOver(first, (handle) => make({ resume: handle }), shell.ending))
      .finally(over);
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
