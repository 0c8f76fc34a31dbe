import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { parse } from 'lossless-json';
import { quoted } from '../../../tools/contract/quoted.js';
import { errorCode, errorMessage } from '../../text/error-text.js';
import { withoutHidden } from '../../text/safe-text.js';
import { UsageError } from '../usage-error.js';
import { manychatKeyIn } from './keys.js';

/** Names are typed at shells and by models, and become parts of addresses and of names of files. */
const nameForm = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} .'&()+_-]{0,58}[\p{L}\p{M}\p{N}.)+])?$/u;

/** Whether a text can be the name of an account. */
export const isName = (name: string): boolean => nameForm.test(name) && !/ {2}/.test(name);

/** A word of the file. One that may be a key that was pasted in the wrong place is not shown. */
export function wordText(word: string, isShown = isName): string {
  const mayBeKey = word.search(manychatKeyIn) >= 0 || (/^(?=.*\d)[!-~]{20,}$/.test(word) && !isShown(word));
  if (mayBeKey) return '[not shown: it may be a key]';
  return /^\w+$/.test(word) ? word : quoted(word);
}

/** The place of a problem, as a person would look for it in the file. */
export const placeOf = (path: readonly PropertyKey[]): string => path.map((key) => wordText(String(key))).join(' > ');

export function textOf(path: string): { readonly text: string; readonly mode: number } {
  try {
    const file = openSync(path, 'r');
    try {
      return { text: readFileSync(file, 'utf8'), mode: fstatSync(file).mode };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const reason = errorCode(error) === 'ENOENT' ? 'there is no such file' : errorMessage(error);
    throw new UsageError(`the accounts file ${path} cannot be read: ${reason}`);
  }
}

/** What a mistake in JSON is, and where. The parser quotes a name, or the character that is wrong, and its position. */
function mistakeText(text: string, message: string): string {
  const [, what = '', position] = /^(.*?) at position (\d+)$/s.exec(message) ?? [];
  if (position === undefined) return 'it is nested too deeply';
  const before = text.slice(0, Number(position)).split(/\r\n|\r|\n/);
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  const name = /^Duplicate key '(.*)' encountered$/s.exec(what)?.[1];
  if (text.trim() === '') return 'it is empty';
  if (/[\u201c-\u201f\u2018-\u201b\u00ab\u00bb]/.test(text.charAt(Number(position))))
    return `${place} has a typographic quotation mark: write straight ones (")`;
  if (/escape/i.test(what)) return `${place} has a backslash that stands alone: write it twice, or write / in paths`;
  if (name !== undefined) return `${wordText(name)} is there a second time in ${place}`;
  if (/^Quoted object key expected/.test(what) && /,\s*$/.test(before.join('\n')))
    return `the comma before ${place} is followed by no name in double quotes`;
  return `${withoutHidden(what)} in ${place}`;
}

export function parsedText(text: string, path: string): unknown {
  const bare = text.replace(/^\uFEFF/, '');
  try {
    return parse(bare, undefined, Number);
  } catch (error) {
    throw new UsageError(`the accounts file ${path} is not JSON: ${mistakeText(bare, errorMessage(error))}`);
  }
}
