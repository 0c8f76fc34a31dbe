import { closeSync, fchmodSync, fstatSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreAway } from './shared-store.js';

/** Creates the file for its owner alone, in a folder for its owner alone, unless they exist. */
export function createFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(path, 'a', 0o600);
    // It holds texts of messages. SQLite gives the files beside it the same permissions.
    if ((fstatSync(file).mode & 0o077) !== 0) fchmodSync(file, 0o600);
    closeSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new StoreAway(code === 'EISDIR' ? 'a folder is in its place' : `it cannot be opened (${code})`);
  }
}

/** Identifies the file at a path, so that a deleted one is noticed: SQLite would go on with it, apart from all others. */
export function identityOf(path: string): string {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    throw new StoreAway('it was deleted');
  }
}
