import { isObject } from '../../../../tools/contract/json.js';
import { quoted } from '../../../../tools/contract/quoted.js';
import { UsageError } from '../../../config/usage-error.js';
import { parseJson } from '../../../upstream/client/lossless-json.js';
import { jsonMistake } from './json-mistake.js';

/** `NAME=TEXT` or `NAME:=JSON`, where a name may go on with `[KEY]`, `[0]` or `[]`, as in HTTPie. */
const form = /^([A-Za-z_][\w-]*)((?:\[[^[\]]*\])*)(:?=)(.*)$/s;

/** Whether a word of the command line is an assignment. */
export const isAssignment = (word: string): boolean => form.test(word);

/** A value with another one placed inside it. `target` is the name up to there, for errors. */
function withValue(current: unknown, [step, ...rest]: readonly string[], value: unknown, target: string): unknown {
  if (step === undefined) {
    if (current !== undefined) throw new UsageError(`${quoted(target)} is given twice`);
    return value;
  }
  const inner = `${target}[${step}]`;
  if (/^\d*$/.test(step)) {
    if (!Array.isArray(current ?? []))
      throw new UsageError(`${quoted(inner)} is in a list, and ${quoted(target)} is none`);
    const list: readonly unknown[] = Array.isArray(current) ? current : [];
    const index = step === '' ? list.length : Number(step);
    if (index > list.length)
      throw new UsageError(`${quoted(inner)} comes before ${quoted(`${target}[${list.length}]`)}`);
    return [...list.slice(0, index), withValue(list[index], rest, value, inner), ...list.slice(index + 1)];
  }
  const object: unknown = current ?? {};
  if (!isObject(object)) throw new UsageError(`${quoted(inner)} is in an object, and ${quoted(target)} is none`);
  const before = Object.hasOwn(object, step) ? object[step] : undefined;
  return { ...object, [step]: withValue(before, rest, value, inner) };
}

/**
 * The arguments that assignments give.
 * @param read reads the file of `NAME:=@PATH`.
 * @throws UsageError for JSON that is none, and for a name that is given twice or as two things.
 */
export async function argumentsOf(
  words: readonly string[],
  read: (path: string) => Promise<string>,
): Promise<Record<string, unknown>> {
  let result: Record<string, unknown> = {};
  for (const word of words) {
    const [, name = '', keys = '', sign, text = ''] = form.exec(word) ?? [];
    const value = sign === '=' ? text : await jsonValue(name + keys, text, read);
    const steps = Array.from(keys.matchAll(/\[([^[\]]*)\]/g), ([, step = '']) => step);
    const before = Object.hasOwn(result, name) ? result[name] : undefined;
    result = { ...result, [name]: withValue(before, steps, value, name) };
  }
  return result;
}

async function jsonValue(name: string, text: string, read: (path: string) => Promise<string>): Promise<unknown> {
  // No JSON begins with @.
  const json = text.startsWith('@') ? await read(text.slice(1)) : text;
  const value = parseJson(json);
  if (value !== undefined) return value;
  throw new UsageError(`the value of ${name} is not JSON: ${jsonMistake(json)}\n${name}=TEXT gives a text.`);
}
