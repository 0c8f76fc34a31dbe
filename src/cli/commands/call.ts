import { readFile } from 'node:fs/promises';
import type { Result } from '../../../tools/contract/json.js';
import { forEachSubscriber } from '../../../tools/workflows/for-each/for-each.js';
import { openRuntime } from '../../account/account.js';
import type { Config } from '../../config/config.js';
import { UsageError } from '../../config/usage-error.js';
import { readable } from '../../text/readable.js';
import { parseJson } from '../../upstream/client/lossless-json.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import type { Shell } from '../shell.js';
import { toolNamed } from '../tool-by-name.js';
import { exitCodeOf, failureText } from './failure-text.js';
import { watchStopping } from './stopping.js';

/** Where a call's arguments are. */
export interface ArgumentSource {
  /** JSON on the command line; `-` is stdin. */
  readonly inline: string | undefined;
  readonly file: string | undefined;
}

async function readArguments({ inline, file }: ArgumentSource, { input }: Shell): Promise<unknown> {
  if (inline !== undefined && file !== undefined) throw new UsageError('give the arguments once: as JSON or by --file');
  if (inline === undefined && file === undefined) return {};
  const text =
    file !== undefined
      ? await readFile(file, 'utf8').catch((error: Error) => {
          throw new UsageError(`--file: ${error.message}`);
        })
      : inline === '-'
        ? await input()
        : (inline ?? '');
  const given = parseJson(text.replace(/^\uFEFF/, ''));
  if (given !== undefined) return given;
  const where = file ?? (inline === '-' ? 'stdin' : 'the argument');
  throw new UsageError(`${where} is not JSON, such as '{"subscriber_id": "123456789"}'`);
}

/** What a result means for a script: that of many contacts tells of each what has become of it. */
export function exitCodeOfResult({ unknown, remaining, stopped, failed }: Result): ExitCode {
  const some = (list: unknown): boolean => Array.isArray(list) && list.length > 0;
  if (some(unknown)) return exitCodes.unknown;
  if (stopped !== undefined || some(remaining)) return exitCodes.again;
  return some(failed) ? exitCodes.failed : exitCodes.done;
}

/** Calls one tool as a client would and prints what it answers. */
export async function callOne(
  config: Config,
  name: string,
  source: ArgumentSource,
  asJson: boolean,
  shell: Shell,
): Promise<ExitCode> {
  const given = await readArguments(source, shell);
  const { tools, call, close } = await openRuntime(config);
  try {
    const tool = toolNamed(name, tools);
    const { departure, over } = watchStopping(shell, (line) => {
      // The terminal has written ^C.
      if (shell.interactive) shell.redraw('');
      shell.note(line);
    });
    const outcome = await call(tool, given, { signal: shell.ending, departure }).finally(over);
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
