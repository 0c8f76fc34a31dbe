import { closeSync, constants, readSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { asObject } from '../../../../tools/contract/json.js';
import { UsageError } from '../../../config/usage-error.js';
import { type Entry, parsed, readLine } from './entry.js';
import { isSameStart, type Machine } from './machine.js';
import { openOwn } from './own-file.js';

/** What a journal belongs to: another job must not go on with it. */
export interface Heading {
  readonly action: unknown;
  readonly page: string;
}

/**
 * Called for each entry. `certain`: what was written after it would be there too; where the computer may have gone down
 * meanwhile, or an older version wrote it, an intent may have been followed by a request.
 */
export type OnEntry = (entry: Entry, certain: boolean) => void;

// The same since 0.1.0, which refuses the lines it does not know: another number would make it advise to begin anew.
export const version = 1;
export const notAJournal = (path: string): string =>
  `${path} is not a journal of manychat-mcp bulk; name another with --journal`;
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
export function readEntries(
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

/** Whether a file holds nothing but the beginning of this heading, cut off when the disk was full. */
export function isCutHeading(file: number, size: number, heading: Heading): boolean {
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
