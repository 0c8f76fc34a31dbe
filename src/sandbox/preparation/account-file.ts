import { readFile } from 'node:fs/promises';
import { parseJson } from '../http/json.js';
import { PreparationError } from './problems.js';

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
};

/** Reads a JSON file without losing digits of ids. @throws PreparationError if it cannot be read, or is not JSON */
export async function readAccountFile(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new PreparationError([`${path} cannot be read: ${unreadable[code] ?? (code || 'unknown error')}`]);
  });
  try {
    return parseJson(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new PreparationError([`${path} is not JSON: ${error instanceof Error ? error.message : 'unknown error'}`]);
  }
}
