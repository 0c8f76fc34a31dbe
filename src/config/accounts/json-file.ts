import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { parse } from 'lossless-json';
import type * as z from 'zod';
import { quoted } from '../../../tools/contract/quoted.js';
import { closest } from '../../text/closest.js';
import { errorCode, errorMessage } from '../../text/error-text.js';
import { withoutHidden } from '../../text/safe-text.js';
import { UsageError } from '../usage-error.js';
import { manychatKeyIn } from './keys.js';

/** Names are typed at shells and by models, and become parts of addresses and of names of files. */
const nameForm = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} .'&()+_-]{0,58}[\p{L}\p{M}\p{N}.)+])?$/u;

/** Whether a text can be the name of an account. */
export const isName = (name: string): boolean => nameForm.test(name) && !/ {2}/.test(name);

/** A word of the file. One that may be a key that was pasted in the wrong place is not shown. */
function wordText(word: string, isShown = isName): string {
  const mayBeKey = word.search(manychatKeyIn) >= 0 || (/^(?=.*\d)[!-~]{20,}$/.test(word) && !isShown(word));
  if (mayBeKey) return '[not shown: it may be a key]';
  return /^\w+$/.test(word) ? word : quoted(word);
}

/** The place of a problem, as a person would look for it in the file. */
export const placeOf = (path: readonly PropertyKey[]): string => path.map((key) => wordText(String(key))).join(' > ');

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

/** A file as it was read: the value of its JSON, and who may read it. */
export interface JsonFile {
  readonly value: unknown;
  readonly text: string;
  /** The permissions, as the operating system has them. */
  readonly mode: number;
  /** The user that the file belongs to. */
  readonly owner: number;
}

/**
 * Whether other users can read or change a file. One of the system's administrator may be readable for its group: so
 * Kubernetes mounts secrets.
 */
export const isOpenToOthers = ({ mode, owner }: Pick<JsonFile, 'mode' | 'owner'>): boolean =>
  (mode & (owner === 0 ? 0o027 : 0o077)) !== 0;

/**
 * Reads a file with JSON that people write.
 * @param what is read, such as "the accounts file".
 * @throws UsageError that says what is wrong, and where.
 */
export function readJsonFile(what: string, path: string): JsonFile {
  let file: Omit<JsonFile, 'value'>;
  try {
    const descriptor = openSync(path, 'r');
    try {
      const { mode, uid: owner } = fstatSync(descriptor);
      file = { text: readFileSync(descriptor, 'utf8'), mode, owner };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const reason = errorCode(error) === 'ENOENT' ? 'there is no such file' : errorMessage(error);
    throw new UsageError(`${what} ${path} cannot be read: ${reason}`);
  }
  const bare = file.text.replace(/^\uFEFF/, '');
  try {
    return { ...file, value: parse(bare, undefined, Number) };
  } catch (error) {
    throw new UsageError(`${what} ${path} is not JSON: ${mistakeText(bare, errorMessage(error))}`);
  }
}

/**
 * What a schema has found wrong, each with its place.
 * @param knownAt the keys that there are at a place.
 */
export function problemsIn({ issues }: z.ZodError, knownAt: (path: readonly PropertyKey[]) => readonly string[]) {
  return issues.flatMap((issue) => {
    const place = placeOf(issue.path);
    if (issue.code !== 'unrecognized_keys') return `${place === '' ? 'the file' : place} ${issue.message}`;
    const known = knownAt(issue.path);
    return issue.keys.map((key) => {
      const near = closest(
        key,
        known.map((name) => ({ label: name, names: [name] })),
        1,
      );
      const instead = near[0] === undefined ? `there are ${known.join(', ')}` : `did you mean ${near[0].label}?`;
      const word = wordText(key, () => false);
      return `${[...(place === '' ? [] : [place]), word].join(' > ')} is not known; ${instead}`;
    });
  });
}

/** The error for a file with these problems. */
export const invalidFile = (what: string, path: string, problems: readonly string[]): UsageError =>
  new UsageError(`${what} ${path} is not valid:\n${problems.map((each) => `  ${each}`).join('\n')}`);
