import { closeSync, existsSync, fdatasync, fstatSync, ftruncateSync, openSync, readSync, rmSync, write } from 'node:fs';
import { isDeepStrictEqual, promisify } from 'node:util';
import { isObject } from '../../tools/object.js';
import { reasonOf } from '../reason.js';
import { UsageError } from '../shell.js';
import type { Lock } from './lock.js';

/** What is known of a contact: `intent` without what came of it was cut off on the way. */
export const states = ['intent', 'done', 'failed', 'unknown', 'not_sent'] as const;

/** One of them. */
export type State = (typeof states)[number];

/** One line of a journal. */
export interface Entry {
  readonly id: string;
  readonly state: State;
  /** Line of the table. */
  readonly line?: number;
  /** Kind and message of a failure. */
  readonly kind?: string;
  readonly message?: string;
}

/** What a journal belongs to: another job must not go on with it. */
export interface Heading {
  readonly action: unknown;
  readonly page: string;
}

/** A record on disk of what was about to be done and what came of it, so that nothing is done twice. */
export interface Journal {
  /** Writes a line; it is on the disk when this resolves. A JournalError where it cannot be, and for all that follow. */
  write(entry: Entry): Promise<void>;
  /** Closes the file when all is written. */
  close(): Promise<void>;
}

/** The journal cannot be written: nothing may be sent that is not written down. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

const version = 1;
const notAJournal = (path: string): string =>
  `${path} is not a journal of manychat-mcp bulk; name another with --journal`;
const writeBytes = promisify(write);
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asEntry(value: unknown): Entry | undefined {
  if (!isObject(value) || typeof value.id !== 'string') return undefined;
  const state = states.find((each) => each === value.state);
  if (state === undefined) return undefined;
  const { id, line, kind, message } = value;
  return {
    id,
    state,
    ...(typeof line === 'number' && { line }),
    ...(typeof kind === 'string' && { kind }),
    ...(typeof message === 'string' && { message }),
  };
}

const anotherJob = (path: string, differs: string, value: unknown): string =>
  `${path} belongs to another ${differs === 'page' ? 'account' : 'job'}: its ${differs} is ${JSON.stringify(value)}. Name another journal with --journal; without its journal, a job does everything again, for everybody`;

/** Reads what is there, calling back for each entry; answers where it ends. */
function readEntries(file: number, path: string, heading: Partial<Heading>, onEntry: (entry: Entry) => void): number {
  let number = 0;
  let length = 0;
  for (const { text, end } of linesOf(file)) {
    number += 1;
    const value = parsed(text);
    if (number === 1) {
      const { bulk, ...own } = isObject(value) ? value : {};
      if (bulk !== version) throw new UsageError(notAJournal(path));
      const differs = Object.entries(heading).find(([key, value]) => !isDeepStrictEqual(own[key], value))?.[0];
      if (differs !== undefined) throw new UsageError(anotherJob(path, differs, own[differs]));
    } else {
      const entry = asEntry(value);
      if (entry === undefined)
        throw new UsageError(
          `${path}, line ${number} cannot be read; the journal is damaged. Mend it or take it from a backup: without it, a job does everything again`,
        );
      onEntry(entry);
    }
    length = end;
  }
  return length;
}

/** Appends lines to a file: those that come while the disk is busy go together. Once it fails it fails for all. */
function createAppender(file: number, path: string, lock: Lock) {
  let last: Promise<void> = Promise.resolve();
  let batch: { readonly lines: string[]; readonly written: Promise<void> } | undefined;
  async function put(lines: readonly string[]): Promise<void> {
    if (!lock.held()) throw new JournalError(`another process has taken over ${path}`);
    const bytes = Buffer.from(lines.join(''));
    try {
      // A full disk takes a part of it.
      for (let from = 0; from < bytes.length; ) from += (await writeBytes(file, bytes, from)).bytesWritten;
      await sync(file);
    } catch (error) {
      throw new JournalError(`${path} cannot be written: ${reasonOf(error)}`);
    }
  }
  return {
    append(value: unknown): Promise<void> {
      if (batch === undefined) {
        const lines: string[] = [];
        // Behind a line that was cut off the next one could not be read: where the last batch failed, so does this.
        const written = last.then(() => {
          batch = undefined;
          return put(lines);
        });
        batch = { lines, written };
        last = written;
      }
      batch.lines.push(`${JSON.stringify(value)}\n`);
      return batch.written;
    },
    settled: () => last.catch(() => undefined),
  };
}

/** Whether a file holds nothing but the beginning of this heading, cut off when the disk was full. */
function isCutHeading(file: number, size: number, heading: Heading): boolean {
  const whole = Buffer.from(JSON.stringify({ bulk: version, ...heading }));
  const there = Buffer.alloc(Math.min(size, whole.length + 1));
  readSync(file, there, 0, there.length, 0);
  return size <= whole.length && whole.subarray(0, size).equals(there);
}

function open(path: string, flags = 'a+'): number {
  try {
    return openSync(path, flags, 0o600);
  } catch (error) {
    throw new UsageError(`${path} cannot be opened: ${reasonOf(error)}`);
  }
}

/** Reads a journal without touching it, for a look at what is left of a job; nothing where there is none. */
export function peekJournal(path: string, action: unknown, onEntry: (entry: Entry) => void): void {
  if (!existsSync(path)) return;
  const file = open(path, 'r');
  try {
    readEntries(file, path, JSON.parse(JSON.stringify({ action })), onEntry);
  } finally {
    closeSync(file);
  }
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
  onEntry: (entry: Entry) => void,
): Promise<Journal> {
  const file = open(path);
  const { append, settled } = createAppender(file, path, lock);
  let headed: boolean;
  try {
    const length = readEntries(file, path, JSON.parse(JSON.stringify(heading)), onEntry);
    const begun = fstatSync(file).size;
    // What is not the beginning of a journal is somebody else's file.
    if (length === 0 && begun > 0 && !isCutHeading(file, begun, heading)) throw new UsageError(notAJournal(path));
    ftruncateSync(file, length);
    headed = length > 0;
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return {
    write(entry) {
      // In one piece with the first entry: a job that has done nothing leaves no journal.
      if (!headed) append({ bulk: version, ...heading }).catch(() => undefined);
      headed = true;
      return append(entry);
    },
    async close() {
      await settled();
      closeSync(file);
      if (!headed && lock.held()) rmSync(path, { force: true });
    },
  };
}
