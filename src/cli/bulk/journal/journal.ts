import { closeSync, constants, fstatSync, ftruncateSync, rmSync, writeSync } from 'node:fs';
import { UsageError } from '../../../config/usage-error.js';
import { errorMessage } from '../../../text/error-text.js';
import { createAppender, JournalError } from './appender.js';
import { type Entry, type State, states } from './entry.js';
import type { Lock } from './lock.js';
import type { Machine } from './machine.js';
import { openOwn, openOwnToAppend } from './own-file.js';
import { type Heading, isCutHeading, notAJournal, type OnEntry, readEntries, version } from './reading.js';

/** A record of what was about to be done and what came of it, so that nothing is done twice. */
export interface Journal {
  /**
   * Writes a line, which the end of the process does not undo. A JournalError where it cannot be written, and for all
   * that follow.
   */
  note(entry: Entry): void;
  /** Resolves when what was noted is on the disk, which a power failure does not undo. */
  onDisk(): Promise<void>;
  /**
   * Changes the state of a contact's intent in its place. That needs no room on a disk that is full, and nothing stands
   * between it and the request that leaves with it. A JournalError where it cannot be done.
   */
  mark(id: string, state: State): void;
  close(): Promise<void>;
}

const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** The line of an intent, which has room for any state. */
function markable(id: string, state: State): string {
  const room = Math.max(...states.map((each) => JSON.stringify({ id, state: each }).length));
  return `${JSON.stringify({ id, state }).padEnd(room)}\n`;
}

/**
 * Opens the journal of a job, or begins it. What was cut off in the middle of its last line is taken away: an intent is
 * acted on only when it is whole.
 * @throws UsageError where it belongs to another job, is damaged or cannot be opened.
 */
export async function openJournal(
  path: string,
  heading: Heading,
  lock: Lock,
  machine: Machine,
  onEntry: OnEntry,
): Promise<Journal> {
  const file = openOwnToAppend(path, lock.owner);
  // What is opened for appending cannot be written at a place of one's own.
  const places = openOwn(path, constants.O_RDWR, lock.owner);
  const closeAll = (): void => {
    closeSync(file);
    if (places !== undefined) closeSync(places);
  };
  let headed: boolean;
  try {
    const certainOn = lock.doubtful === true ? undefined : machine;
    const length = readEntries(file, path, JSON.parse(JSON.stringify(heading)), certainOn, onEntry);
    const begun = fstatSync(file).size;
    // What is not the beginning of a journal is somebody else's file.
    if (length === 0 && begun > 0 && !isCutHeading(file, begun, heading)) throw new UsageError(notAJournal(path));
    ftruncateSync(file, length);
    headed = length > 0;
  } catch (error) {
    closeAll();
    throw error;
  }
  const { append, synced, settled } = createAppender(file, path, lock);
  const intentAt = new Map<string, number>();
  /** What comes before the first entry, in one piece with it: a job that has done nothing leaves no journal. */
  let opening = `${headed ? '' : lineOf({ bulk: version, ...heading })}${lineOf({ run: machine })}`;
  return {
    note(entry) {
      const { id, state } = entry;
      const begin = append(opening + (state === 'intent' ? markable(id, state) : lineOf(entry)));
      if (state === 'intent') intentAt.set(id, begin + Buffer.byteLength(opening));
      else intentAt.delete(id);
      opening = '';
      headed = true;
    },
    onDisk: synced,
    mark(id, state) {
      const begin = intentAt.get(id);
      if (begin === undefined || places === undefined) throw new JournalError(`${path} holds no intent of ${id}`);
      if (!lock.held()) throw new JournalError(`another process has taken over ${path}`);
      try {
        writeSync(places, Buffer.from(markable(id, state)), 0, undefined, begin);
      } catch (error) {
        throw new JournalError(`${path} cannot be written: ${errorMessage(error)}`);
      }
    },
    async close() {
      await settled();
      closeAll();
      if (!headed && lock.held()) rmSync(path, { force: true });
    },
  };
}
