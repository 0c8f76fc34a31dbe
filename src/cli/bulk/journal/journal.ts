import { closeSync, constants, fstatSync, ftruncateSync, rmSync, writeSync } from 'node:fs';
import { UsageError } from '../../../config/usage-error.js';
import { errorMessage } from '../../../text/error-text.js';
import { createAppender, JournalError } from './appender.js';
import { type Entry, type MatchedContact, type State, states } from './entry.js';
import type { Lock } from './lock.js';
import type { RunStart } from './machine.js';
import { openOwn, openOwnToAppend } from './own-file.js';
import {
  type Heading,
  isTruncatedHeading,
  journalVersion,
  lookupsOfIdleJob,
  notAJournal,
  type OnEntry,
  type OnMatch,
  readEntries,
} from './reading.js';

/** A record of intents and outcomes, so that no request is made twice. */
export interface Journal {
  /**
   * Writes the heading, if there is none yet, so that another process sees which job is about to run. It is removed with
   * the file if nothing follows it.
   * @throws JournalError if it cannot be written, and again at every later call.
   */
  begin(): void;
  /**
   * Writes an entry. It survives the end of the process.
   * @throws JournalError if it cannot be written, and again at every later call.
   */
  append(entry: Entry): void;
  /**
   * Writes which contact a row means.
   * @throws JournalError if it cannot be written, and again at every later call.
   */
  appendMatch(matched: MatchedContact): void;
  /** Resolves when all entries are on disk, where they survive a power failure. Rejects with a JournalError. */
  flushed(): Promise<void>;
  /**
   * Overwrites the state of a contact's intent in place. This needs no room on a full disk, and it is synchronous, so
   * nothing comes between it and the request that leaves with it.
   * @throws JournalError if it cannot be written.
   */
  mark(id: string, state: State): void;
  /** Leaves no journal if it has no entries: contacts that were found, and to which nobody agreed, are looked up again. */
  forgetLookups(): void;
  close(): Promise<void>;
}

const jsonLine = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** The line of an intent, padded so that any state can overwrite it. */
function markableLine(id: string, state: State): string {
  const room = Math.max(...states.map((each) => JSON.stringify({ id, state: each }).length));
  return `${JSON.stringify({ id, state }).padEnd(room)}\n`;
}

/**
 * Opens the journal of a job, or creates it. An incomplete last line is removed: nothing is sent before its intent is
 * complete.
 * @throws UsageError if it belongs to another job, is damaged or cannot be opened.
 */
export async function openJournal(
  path: string,
  heading: Heading,
  lock: Lock,
  run: RunStart,
  onEntry: OnEntry,
  onMatch?: OnMatch,
): Promise<Journal> {
  const file = openOwnToAppend(path, lock.owner);
  // A file opened for appending ignores the position of a write, so marks need a second descriptor.
  const markFile = openOwn(path, constants.O_RDWR, lock.owner);
  const closeAll = (): void => {
    closeSync(file);
    if (markFile !== undefined) closeSync(markFile);
  };
  let hasHeading: boolean;
  let hasEntries = false;
  let isForgotten = false;
  let isOnlyBegun = false;
  let carried: readonly MatchedContact[] = [];
  try {
    const lookups = lookupsOfIdleJob(file, heading);
    if (lookups !== undefined) {
      carried = lookups;
      ftruncateSync(file, 0);
    }
    const certainOn = lock.uncertain === true ? undefined : run;
    const noteEntry: OnEntry = (entry, certain) => {
      hasEntries = true;
      onEntry(entry, certain);
    };
    const length = readEntries(file, path, heading, certainOn, noteEntry, onMatch);
    const { size } = fstatSync(file);
    // A file without a complete line that is not a truncated journal belongs to somebody else.
    if (length === 0 && size > 0 && !isTruncatedHeading(file, size, heading)) throw new UsageError(notAJournal(path));
    ftruncateSync(file, length);
    hasHeading = length > 0;
  } catch (error) {
    closeAll();
    throw error;
  }
  const appender = createAppender(file, path, lock);
  const intentPositions = new Map<string, number>();
  /** Written together with the first entry, so that a job that does nothing leaves no journal. */
  let opening = `${hasHeading ? '' : jsonLine({ bulk: journalVersion, ...heading })}${jsonLine({ run })}`;
  for (const matched of carried) {
    onMatch?.(matched);
    opening += jsonLine(matched);
  }
  const afterOpening = (): void => {
    opening = '';
    hasHeading = true;
    isOnlyBegun = false;
  };
  if (carried.length > 0) {
    appender.append(opening);
    afterOpening();
  }
  return {
    begin() {
      if (hasHeading) return;
      appender.append(opening);
      afterOpening();
      isOnlyBegun = true;
    },
    appendMatch(matched) {
      appender.append(opening + jsonLine(matched));
      afterOpening();
    },
    append(entry) {
      const { id, state } = entry;
      const start = appender.append(opening + (state === 'intent' ? markableLine(id, state) : jsonLine(entry)));
      if (state === 'intent') intentPositions.set(id, start + Buffer.byteLength(opening));
      else intentPositions.delete(id);
      hasEntries = true;
      afterOpening();
    },
    flushed: appender.flushed,
    mark(id, state) {
      const position = intentPositions.get(id);
      if (position === undefined || markFile === undefined) throw new JournalError(`${path} has no intent of ${id}`);
      if (!lock.isHeld()) throw new JournalError(`another process has taken over ${path}`);
      try {
        writeSync(markFile, Buffer.from(markableLine(id, state)), 0, undefined, position);
      } catch (error) {
        throw new JournalError(`${path} cannot be written: ${errorMessage(error)}`);
      }
    },
    forgetLookups() {
      isForgotten = true;
    },
    async close() {
      await appender.settled();
      closeAll();
      const isEmpty = !hasHeading || isOnlyBegun || (isForgotten && !hasEntries);
      if (isEmpty && lock.isHeld()) rmSync(path, { force: true });
    },
  };
}
