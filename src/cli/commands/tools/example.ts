import { asObject, isObject } from '../../../../tools/contract/json.js';
import { parseJson } from '../../../upstream/client/lossless-json.js';
import { shellWord } from '../../shell/shell-word.js';

/** A value as `NAME=TEXT` and `NAME:=JSON`, with a word for each scalar inside it. */
function scalarWords(name: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => scalarWords(`${name}[${index}]`, each));
  if (isObject(value)) return Object.entries(value).flatMap(([key, each]) => scalarWords(`${name}[${key}]`, each));
  return [typeof value === 'string' ? `${name}=${value}` : `${name}:=${JSON.stringify(value)}`];
}

/** An example in ManyChat's own form: clients are shown JSON as a text, and an open object as a list of entries. */
function inOwnForm(value: unknown, { clientForm, additionalProperties }: Readonly<Record<string, unknown>>): unknown {
  if (typeof clientForm === 'string' && typeof value === 'string') return parseJson(value) ?? value;
  const { name, value: held } = asObject(clientForm);
  if (!isObject(additionalProperties) || typeof name !== 'string' || typeof held !== 'string' || !Array.isArray(value))
    return value;
  return Object.fromEntries(value.map(asObject).map((entry) => [String(entry[name]), entry[held]]));
}

/**
 * Arguments as words of a command line. Lists and objects are JSON where the shell leaves its double quotes alone; cmd and
 * PowerShell 5 do not.
 * @param properties the schemas of the arguments.
 */
export function argumentWords(
  args: Readonly<Record<string, unknown>>,
  properties: unknown,
  platform: string,
): string[] {
  return Object.entries(args).flatMap(([name, shown]) => {
    const value = inOwnForm(shown, asObject(asObject(properties)[name]));
    const isPlain = typeof value === 'string' || platform === 'win32';
    const words = isPlain ? scalarWords(name, value) : [`${name}:=${JSON.stringify(value)}`];
    return words.map((word) => shellWord(word, platform));
  });
}
