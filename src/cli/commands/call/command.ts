import { readFile } from 'node:fs/promises';
import type { Result } from '../../../../tools/contract/json.js';
import { forEachSubscriber } from '../../../../tools/workflows/for-each/for-each.js';
import type { Config } from '../../../config/config.js';
import { UsageError } from '../../../config/usage-error.js';
import { errorMessage } from '../../../text/error-text.js';
import { readable } from '../../../text/readable.js';
import { parseJson } from '../../../upstream/client/lossless-json.js';
import { openOwnAccount } from '../../open-account.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import type { Shell } from '../../shell/shell.js';
import { exitCodeOf, failureText } from '../failure-text.js';
import { watchStopping } from '../stopping.js';
import { toolNamed } from '../tool-by-name.js';

/** Where the arguments of a call come from; without either there are none. */
export interface ArgumentSource {
  /** JSON on the command line; `-` reads stdin. */
  readonly inline: string | undefined;
  readonly file: string | undefined;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--file: ${errorMessage(error)}`);
  }
}

async function readArguments({ inline, file }: ArgumentSource, { input }: Shell): Promise<unknown> {
  if (inline !== undefined && file !== undefined) {
    throw new UsageError('give the arguments either as JSON or with --file, not both');
  }
  if (inline === undefined && file === undefined) return {};
  const text = file !== undefined ? await readText(file) : inline === '-' ? await input() : (inline ?? '');
  const parsed = parseJson(text.replace(/^\uFEFF/, ''));
  if (parsed !== undefined) return parsed;
  const source = file ?? (inline === '-' ? 'stdin' : 'the argument');
  throw new UsageError(`${source} is not JSON, such as '{"subscriber_id": "123456789"}'`);
}

/** The exit code of a call for many contacts, whose result reports the outcome for each. */
export function exitCodeOfResult({ unknown, remaining, stopped, failed }: Result): ExitCode {
  const hasItems = (list: unknown): boolean => Array.isArray(list) && list.length > 0;
  if (hasItems(unknown)) return exitCodes.unknown;
  if (stopped !== undefined || hasItems(remaining)) return exitCodes.again;
  return hasItems(failed) ? exitCodes.failed : exitCodes.done;
}

/** Calls one tool as a client would and prints the result. */
export async function callOne(
  config: Config,
  name: string,
  source: ArgumentSource,
  asJson: boolean,
  shell: Shell,
): Promise<ExitCode> {
  const args = await readArguments(source, shell);
  const { account, close } = await openOwnAccount(config);
  const { tools, call } = account;
  try {
    const tool = toolNamed(name, tools);
    const { departure, over } = watchStopping(shell, (line) => {
      // Clears the "^C" that the terminal echoes.
      if (shell.interactive) shell.redraw('');
      shell.note(line);
    });
    const outcome = await call(tool, args, { signal: shell.ending, departure }).finally(over);
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
