import { readFile } from 'node:fs/promises';
import { quoted } from '../../../../tools/contract/quoted.js';
import { manychatKeyIn } from '../../../config/accounts/keys.js';
import { UsageError } from '../../../config/usage-error.js';
import { errorMessage } from '../../../text/error-text.js';
import { parseJson } from '../../../upstream/client/lossless-json.js';
import { decodeText } from '../../shell/decode-text.js';
import type { Shell } from '../../shell/shell.js';
import { argumentsOf, isAssignment } from './assignments.js';
import { jsonMistake } from './json-mistake.js';

/** Where the arguments of a call come from; without either there are none. */
export interface ArgumentSource {
  /** Assignments, or JSON as a single word; `-` reads JSON from stdin. */
  readonly words: readonly string[];
  /** A file with JSON. */
  readonly file: string | undefined;
}

/** @param flag how the path was given, for the error. */
async function readText(path: string, flag: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UsageError(`${flag}: ${errorMessage(error)}`);
  });
  return decodeText(bytes, path);
}

/** The name of a tool as part of a command to copy. */
const toolInCommand = (name: string): string => (/^\w{1,60}$/.test(name) ? name : 'TOOL');

/** What a shell does to JSON on a command line; undefined if nothing points to it. */
function shellDamage(words: readonly string[]): string | undefined {
  const text = words.join(' ');
  if (text.startsWith("'")) return "cmd does not take ' for quotes, so it took the double quotes away.";
  if (words.length > 1) return 'The shell took the quotes away and cut the JSON at its blanks.';
  if (/[{[:]/.test(text) && !text.includes('"')) {
    return 'The shell took the double quotes away, as PowerShell 5, cmd and bash without\nsingle quotes do.';
  }
  return undefined;
}

function notJson(words: readonly string[], tool: string, { program }: Shell): UsageError {
  const damage = shellDamage(words);
  const mistake = words.length > 1 ? `\n  ${words.join('\n  ')}` : ` ${jsonMistake(words.join(' '))}`;
  return new UsageError(
    [
      `the argument is not JSON:${mistake}`,
      ...(damage === undefined ? [] : [damage]),
      'Give the arguments as NAME=VALUE, or the JSON with --file PATH or - for stdin.',
      `${program} tools ${toolInCommand(tool)} shows an example.`,
    ].join('\n'),
  );
}

function parsed(text: string, source: string): unknown {
  const value = parseJson(text);
  if (value === undefined) throw new UsageError(`${source} is not JSON: ${jsonMistake(text)}`);
  return value;
}

/**
 * Reads the arguments of a call.
 * @param tool the name of the tool as it was typed, for errors.
 * @throws UsageError saying what is wrong with them, and where.
 */
export async function readArguments({ words, file }: ArgumentSource, tool: string, shell: Shell): Promise<unknown> {
  const [first] = words;
  if (file !== undefined) {
    if (first !== undefined) {
      throw new UsageError('give the arguments either as JSON or with --file, not both');
    }
    return parsed(await readText(file, '--file'), file);
  }
  if (first === undefined) return {};
  if (first === '-' && words.length === 1) return parsed(await shell.input(), 'stdin');
  if (words.every(isAssignment)) return argumentsOf(words, (path) => readText(path, '@'));
  if (/^\s*['"]?[{[]/.test(first)) {
    const value = words.length === 1 ? parseJson(first) : undefined;
    if (value === undefined) throw notJson(words, tool, shell);
    return value;
  }
  const odd = words.find((word) => !isAssignment(word)) ?? '';
  throw new UsageError(
    [
      `${quoted(odd.replace(manychatKeyIn, '[key]'))} is not an argument like NAME=VALUE. Quote what has blanks: "text=Good morning"`,
      `${shell.program} tools ${toolInCommand(tool)} shows an example.`,
    ].join('\n'),
  );
}
