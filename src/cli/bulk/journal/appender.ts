import { fdatasync, fstatSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { errorMessage } from '../../../text/error-text.js';
import type { Lock } from './lock.js';

/** The journal cannot be written: nothing may be sent that is not written down. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

const sync = promisify(fdatasync);
/** Appends to a file in whole pieces. Once that fails it fails for all: behind half a line the next cannot be read. */
export function createAppender(file: number, path: string, lock: Lock) {
  let broken: JournalError | undefined;
  let position = fstatSync(file).size;
  let syncing: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const fail = (why: string): JournalError => {
    broken ??= new JournalError(why);
    return broken;
  };
  const unwritable = (error: unknown): JournalError => fail(`${path} cannot be written: ${errorMessage(error)}`);
  return {
    /** Answers where the text begins. */
    append(text: string): number {
      if (broken !== undefined) throw broken;
      if (!lock.held()) throw fail(`another process has taken over ${path}`);
      const bytes = Buffer.from(text);
      const begin = position;
      try {
        // A full disk takes a part of it.
        for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from);
      } catch (error) {
        throw unwritable(error);
      }
      position += bytes.length;
      return begin;
    },
    /** What comes while the disk is busy shares the next sync. */
    synced(): Promise<void> {
      next ??= syncing
        .catch(() => undefined)
        .then(() => {
          next = undefined;
          syncing = sync(file).catch((error: unknown) => {
            throw unwritable(error);
          });
          return syncing;
        });
      return next;
    },
    settled: () => (next ?? syncing).catch(() => undefined),
  };
}
