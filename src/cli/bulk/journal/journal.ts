import { closeSync, constants, fdatasync, fstatSync, ftruncateSync, readSync, rmSync, writeSync } from 'node:fs';
import { isDeepStrictEqual, promisify } from 'node:util';
import { asObject } from '../../../../tools/contract/json.js';
import { UsageError } from '../../../config/usage-error.js';
import { errorMessage } from '../../../text/error-text.js';
import { type Entry, parsed, readLine, type State, states } from './entry.js';
import type { Lock } from './lock.js';
import { isSameStart, type Machine } from './machine.js';
import { openOwn, openOwnToAppend } from './own-file.js';

/** What a journal belongs to: another job must not go on with it. */
export interface Heading {
  readonly action: unknown;
  readonly page: string;
}

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

/**
 * Called for each entry. `certain`: what was written after it would be there too; where the computer may have gone down
 * meanwhile, or an older version wrote it, an intent may have been followed by a request.
 */
export type OnEntry = (entry: Entry, certain: boolean) => void;

/** The journal cannot be written: nothing may be sent that is not written down. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

// The same since 0.1.0, which refuses the lines it does not know: another number would make it advise to begin anew.
const version = 1;
const notAJournal = (path: string): string =>
  `${path} is not a journal of manychat-mcp bulk; name another with --journal`;
const sync = promisify(fdatasync);
const chunkBytes = 64 * 1024;

/** The lines of a file with the position behind each; a last one without its end is left out. */
function* linesOf(file: number): Generator<{ text: string; end: number }> {
  const chunk = Buffer.alloc(chunkBytes);
  let rest = Buffer.alloc(0);
  let end = 0;
  for (let at = 0; ; ) {
    const count = readSync(file, chunk, 0, chunkBytes, at);
    if (count === 0) return;
    at += count;
    rest = Buffer.concat([rest, chunk.subarray(0, count)]);
    for (let found = rest.indexOf(10); found >= 0; found = rest.indexOf(10)) {
      end += found + 1;
      yield { text: rest.toString('utf8', 0, found), end };
      rest = rest.subarray(found + 1);
    }
  }
}

const anotherJob = (path: string, differs: string, value: unknown): string =>
  `${path} belongs to another ${differs === 'page' ? 'account' : 'job'}: its ${differs} is ${JSON.stringify(value)}. Name another journal with --journal; without its journal, a job does everything again, for everybody`;

function checkHeading(text: string, path: string, heading: Partial<Heading>): void {
  const { bulk, ...own } = asObject(parsed(text));
  if (bulk !== version) throw new UsageError(notAJournal(path));
  const differs = Object.entries(heading).find(([key, value]) => !isDeepStrictEqual(own[key], value))?.[0];
  if (differs !== undefined) throw new UsageError(anotherJob(path, differs, own[differs]));
}

/** Reads what is there, calling back for each entry; answers where it ends. `machine`: where it can be certain. */
function readEntries(
  file: number,
  path: string,
  heading: Partial<Heading>,
  machine: Machine | undefined,
  onEntry: OnEntry,
): number {
  let number = 0;
  let length = 0;
  let certain = false;
  for (const { text, end } of linesOf(file)) {
    number += 1;
    length = end;
    if (number === 1) {
      checkHeading(text, path, heading);
      continue;
    }
    const line = readLine(text);
    if (line === undefined)
      throw new UsageError(
        `${path}, line ${number} cannot be read; the journal is damaged. Mend it or take it from a backup: without it, a job does everything again`,
      );
    if ('entry' in line) onEntry(line.entry, certain);
    else certain = machine !== undefined && isSameStart(line.run, machine);
  }
  return length;
}

/** Appends to a file in whole pieces. Once that fails it fails for all: behind half a line the next cannot be read. */
function createAppender(file: number, path: string, lock: Lock) {
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

/** Whether a file holds nothing but the beginning of this heading, cut off when the disk was full. */
function isCutHeading(file: number, size: number, heading: Heading): boolean {
  const whole = Buffer.from(JSON.stringify({ bulk: version, ...heading }));
  const there = Buffer.alloc(Math.min(size, whole.length + 1));
  readSync(file, there, 0, there.length, 0);
  return size <= whole.length && whole.subarray(0, size).equals(there);
}

/** Reads a journal without touching it, for a look at what is left of a job; nothing where there is none. */
export function peekJournal(path: string, action: unknown, machine: Machine, onEntry: OnEntry): void {
  const file = openOwn(path, constants.O_RDONLY, undefined);
  if (file === undefined) return;
  try {
    readEntries(file, path, JSON.parse(JSON.stringify({ action })), machine, onEntry);
  } finally {
    closeSync(file);
  }
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
