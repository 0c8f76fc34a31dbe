import { fdatasync, fstatSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { errorMessage } from '../../../text/error-text.js';
import type { Lock } from './lock.js';

/** The journal cannot be written, so nothing more may be sent. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

const syncData = promisify(fdatasync);

/** Appends whole lines to a file and syncs them. */
export interface Appender {
  /**
   * Appends text and returns the position where it begins.
   * @throws JournalError, and again at every later call: after a partial line the next one could not be read.
   */
  append(text: string): number;
  /** Resolves when everything appended so far is on disk. Rejects with a JournalError. */
  flushed(): Promise<void>;
  /** Resolves when no sync is running; never rejects. */
  settled(): Promise<void>;
}

/** Creates the appender of an open file. */
export function createAppender(file: number, path: string, lock: Lock): Appender {
  let broken: JournalError | undefined;
  let position = fstatSync(file).size;
  let syncing: Promise<void> = Promise.resolve();
  let nextSync: Promise<void> | undefined;
  const fail = (message: string): JournalError => {
    broken ??= new JournalError(message);
    return broken;
  };
  const unwritable = (error: unknown): JournalError => fail(`${path} cannot be written: ${errorMessage(error)}`);
  return {
    append(text) {
      if (broken !== undefined) throw broken;
      if (!lock.isHeld()) throw fail(`another process has taken over ${path}`);
      const bytes = Buffer.from(text);
      const start = position;
      try {
        // A nearly full disk accepts part of a write.
        for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from);
      } catch (error) {
        throw unwritable(error);
      }
      position += bytes.length;
      return start;
    },
    flushed() {
      // Appends during a sync share the next one.
      nextSync ??= syncing
        .catch(() => undefined)
        .then(() => {
          nextSync = undefined;
          syncing = syncData(file).catch((error: unknown) => {
            throw unwritable(error);
          });
          return syncing;
        });
      return nextSync;
    },
    settled: () => (nextSync ?? syncing).catch(() => undefined),
  };
}
