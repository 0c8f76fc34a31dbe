import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreAway } from '../shared-store.js';

const fileFault = (error: unknown): StoreAway => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new StoreAway(code === 'EISDIR' ? 'a folder is in its place' : `it cannot be opened (${code})`);
};

/** Creates the file for its owner alone, in a folder for its owner alone, unless they exist. */
export function createFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    throw fileFault(error);
  }
}

/** Takes the permissions of others from a file that is ours, and from the files beside it: it holds texts of messages. */
export function makePrivate(path: string): void {
  try {
    for (const file of [path, `${path}-wal`, `${path}-shm`]) {
      const { mode } = statSync(file, { throwIfNoEntry: false }) ?? { mode: 0 };
      if ((mode & 0o077) !== 0) chmodSync(file, 0o600);
    }
  } catch (error) {
    throw fileFault(error);
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
