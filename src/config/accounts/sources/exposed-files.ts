import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AccountsFile } from '../accounts-file.js';
import type { Surroundings } from '../choice.js';
import { isOpenToOthers } from '../json-file.js';
import { keyFilePath } from './key-source.js';

/**
 * The files with keys and secrets of accounts that other users can read or change, each in a sentence with what to do. Those
 * that are not there are reported when they are read. On Windows there is nothing to see.
 */
export async function exposedKeyFiles(
  { path, accounts }: Pick<AccountsFile, 'path' | 'accounts'>,
  { environment, platform }: Pick<Surroundings, 'environment' | 'platform'>,
): Promise<string[]> {
  if (platform === 'win32') return [];
  const place = { folder: dirname(path), environment };
  const sources = accounts.flatMap(({ key, inbound }) => [key, ...(inbound?.secrets ?? [])]);
  const paths = new Set(
    sources.flatMap((source) => (typeof source === 'object' && 'file' in source ? keyFilePath(source, place) : [])),
  );
  const texts = await Promise.all(
    [...paths].map(async (each) => {
      const found = await stat(each).catch(() => undefined);
      const isExposed = found?.isFile() === true && isOpenToOthers({ mode: found.mode, owner: found.uid });
      return isExposed
        ? `${each} holds a key, and other users can read or change it: let only the user of this program (chmod 600)`
        : [];
    }),
  );
  return texts.flat();
}
