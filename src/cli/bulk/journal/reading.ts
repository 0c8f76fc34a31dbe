import { closeSync, constants, readSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { asObject } from '../../../../tools/contract/json.js';
import { UsageError } from '../../../config/usage-error.js';
import { actionWords, matchWords } from '../job/action-words.js';
import { type Entry, type MatchedContact, parseJson, readLine } from './entry.js';
import { isSameStart, type Machine } from './machine.js';
import { openOwn } from './own-file.js';

/** What a journal belongs to; another job or page must not continue it. */
export interface Heading {
  readonly action: unknown;
  readonly page: string;
  /** What the contacts are known by; absent if the table has their ids. */
  readonly match?: unknown;
}

/**
 * Called for each entry. `certain`: entries written after this one would be there too. After a crash of the computer, or if
 * an older version wrote the journal, a request may have left after an intent without an entry.
 */
export type OnEntry = (entry: Entry, certain: boolean) => void;

/** Called for each contact that was found by what it is known by. */
export type OnMatch = (matched: MatchedContact) => void;

const ignoreMatch: OnMatch = () => undefined;

/** Unchanged since 0.1.0, which refuses lines it does not know. At another number it would advise to start over. */
export const journalVersion = 1;

/** The message about a file that is not a journal. */
export const notAJournal = (path: string): string =>
  `${path} is not a journal of manychat-mcp bulk; name another file with --journal`;

const chunkBytes = 64 * 1024;
const lineFeed = 10;

/** The complete lines of a file, each with the position behind it. */
export function* linesOf(file: number): Generator<{ text: string; end: number }> {
  const chunk = Buffer.alloc(chunkBytes);
  let rest = Buffer.alloc(0);
  let end = 0;
  for (let position = 0; ; ) {
    const count = readSync(file, chunk, 0, chunkBytes, position);
    if (count === 0) return;
    position += count;
    rest = Buffer.concat([rest, chunk.subarray(0, count)]);
    for (let at = rest.indexOf(lineFeed); at >= 0; at = rest.indexOf(lineFeed)) {
      end += at + 1;
      yield { text: rest.toString('utf8', 0, at), end };
      rest = rest.subarray(at + 1);
    }
  }
}

/** A name for the journal of a job that goes on after another: `a.journal`, `a.2.journal`, `a.3.journal`. */
export function nextJournal(path: string): string {
  const [, stem = path, number = '1'] = /^(.*?)(?:\.(\d{1,3}))?\.journal$/.exec(path) ?? [];
  return `${stem}.${Number(number) + 1}.journal`;
}

function differenceText(key: string, value: unknown): string {
  if (key === 'action') return `its action is ${actionWords(value)}`;
  return value === undefined ? 'its contacts are given by their ids' : `its contacts are known by ${matchWords(value)}`;
}

/** A journal is that of another job or page. */
export class AnotherJob extends UsageError {
  override readonly name = 'AnotherJob';
  /** @param base the path that stands for this journal on the command line. */
  constructor(
    private readonly path: string,
    private readonly key: string,
    private readonly value: unknown,
    base = path,
  ) {
    if (key === 'page') {
      super(
        `${path} belongs to another account: its page is ${JSON.stringify(value)}. Give this job a journal of its own: --journal ${nextJournal(base)}`,
      );
      return;
    }
    super(
      `${path} belongs to another job: ${differenceText(key, value)}. Name another journal with --journal; without its journal, a job repeats everything for every contact. To leave out whom that job reached: --skip-done-of ${base} --journal ${nextJournal(base)}`,
    );
  }

  /** The same error where another path stands for the journal on the command line. */
  named(base: string): AnotherJob {
    return new AnotherJob(this.path, this.key, this.value, base);
  }
}

function headingIn(text: string, path: string): Readonly<Record<string, unknown>> {
  const { bulk, ...found } = asObject(parseJson(text));
  if (bulk !== journalVersion) throw new UsageError(notAJournal(path));
  return found;
}

function checkHeading(text: string, path: string, heading: Partial<Heading>): void {
  const found = headingIn(text, path);
  // As JSON, because the heading of the file has been through JSON too.
  const expected: [string, unknown][] = Object.entries(JSON.parse(JSON.stringify(heading)));
  // Ids and what contacts are known by may mean others, so a job of the one kind does not go on with that of the other.
  if ('action' in heading && heading.match === undefined) expected.push(['match', undefined]);
  const difference = expected.find(([key, value]) => !isDeepStrictEqual(found[key], value))?.[0];
  if (difference !== undefined) throw new AnotherJob(path, difference, found[difference]);
}

/** Whether the first line of a journal is that of a job which differs only in what it does. */
function isOfOtherAction(text: string, heading: Partial<Heading>): boolean {
  const { bulk, ...found } = asObject(parseJson(text));
  const { action, ...expected } = asObject(JSON.parse(JSON.stringify(heading)));
  return (
    bulk === journalVersion &&
    !isDeepStrictEqual(found.action, action) &&
    isDeepStrictEqual(found.match, expected.match) &&
    Object.entries(expected).every(([key, value]) => isDeepStrictEqual(found[key], value))
  );
}

/**
 * The contacts that were found for a job that did nothing after that, so that another one with the same table can go on from
 * them. Undefined if the journal is that of this job, or of a job that did something.
 */
export function lookupsOfIdleJob(file: number, heading: Partial<Heading>): MatchedContact[] | undefined {
  if (heading.action === undefined) return undefined;
  let lookups: MatchedContact[] | undefined;
  let isBegun = false;
  for (const { text } of linesOf(file)) {
    if (lookups === undefined) {
      if (!isOfOtherAction(text, heading)) return undefined;
      lookups = [];
      continue;
    }
    const line = readLine(text);
    if (line === undefined || 'entry' in line) return undefined;
    if ('matched' in line) lookups.push(line.matched);
    else isBegun = true;
  }
  return isBegun ? lookups : undefined;
}

/**
 * Reads a journal, calling back for each entry, and returns the position behind its last complete line.
 * @param machine where entries can be certain; undefined if nowhere.
 * @throws UsageError if it belongs to another job or is damaged.
 */
export function readEntries(
  file: number,
  path: string,
  heading: Partial<Heading>,
  machine: Machine | undefined,
  onEntry: OnEntry,
  onMatch = ignoreMatch,
): number {
  let lineNumber = 0;
  let length = 0;
  let certain = false;
  for (const { text, end } of linesOf(file)) {
    lineNumber += 1;
    length = end;
    if (lineNumber === 1) {
      checkHeading(text, path, heading);
      continue;
    }
    const line = readLine(text);
    if (line === undefined) {
      throw new UsageError(
        `${path}, line ${lineNumber} cannot be read; the journal is damaged. Repair it or restore a backup: without it, a job repeats everything`,
      );
    }
    if ('entry' in line) onEntry(line.entry, certain);
    else if ('matched' in line) onMatch(line.matched);
    else certain = machine !== undefined && isSameStart(line.run, machine);
  }
  return length;
}

/** Whether a file contains only the beginning of this heading, truncated by a full disk. */
export function isTruncatedHeading(file: number, size: number, heading: Heading): boolean {
  const expected = Buffer.from(JSON.stringify({ bulk: journalVersion, ...heading }));
  const found = Buffer.alloc(Math.min(size, expected.length + 1));
  readSync(file, found, 0, found.length, 0);
  return size <= expected.length && expected.subarray(0, size).equals(found);
}

/** Bytes in which the heading of a journal ends. */
const maxHeadingBytes = 256 * 1024;

/** The heading of a journal; undefined if the file is none, or is no file of ours. */
export function peekHeading(path: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const file = openOwn(path, constants.O_RDONLY, undefined);
    if (file === undefined) return undefined;
    try {
      const head = Buffer.allocUnsafe(maxHeadingBytes);
      const text = head.toString('utf8', 0, readSync(file, head, 0, maxHeadingBytes, 0));
      return text.includes('\n') ? headingIn(text.slice(0, text.indexOf('\n')), path) : undefined;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** Whether a heading is that of the same action on the same page. */
export const isSameAction = (found: Readonly<Record<string, unknown>>, { page, action }: Heading): boolean =>
  found.page === page && isDeepStrictEqual(found.action, JSON.parse(JSON.stringify(action)));

/** Reads a journal without changing it, for any page if the heading names none; does nothing if there is none. */
export function peekJournal(
  path: string,
  heading: Partial<Heading>,
  machine: Machine | undefined,
  onEntry: OnEntry,
  onMatch = ignoreMatch,
): void {
  const file = openOwn(path, constants.O_RDONLY, undefined);
  if (file === undefined) return;
  try {
    const lookups = lookupsOfIdleJob(file, heading);
    if (lookups === undefined) readEntries(file, path, heading, machine, onEntry, onMatch);
    else for (const each of lookups) onMatch(each);
  } finally {
    closeSync(file);
  }
}

/**
 * Reads the journal of another job without changing it.
 * @param page the page in use; undefined if it is not known.
 * @param historyOf creates the history to fill, by the action of that job.
 * @throws UsageError if there is none, or it is of another page or damaged.
 */
export function readEarlier<Filled extends { readonly addEntry: OnEntry; readonly addMatch: OnMatch }>(
  path: string,
  page: string | undefined,
  machine: Machine | undefined,
  historyOf: (action: Readonly<Record<string, unknown>>) => Filled,
): { readonly history: Filled; readonly page: string; readonly match: unknown } {
  const file = openOwn(path, constants.O_RDONLY, undefined);
  if (file === undefined) throw new UsageError(`--skip-done-of: there is no ${path}`);
  try {
    const [first] = linesOf(file);
    const found = headingIn(first?.text ?? '', path);
    if (typeof found.page !== 'string') {
      throw new UsageError(`--skip-done-of: ${path} does not say of which account it is, so it cannot be used`);
    }
    if (page !== undefined && found.page !== page) {
      throw new UsageError(
        `--skip-done-of: ${path} is of another account: its page is ${JSON.stringify(found.page)}, and the one in use is ${JSON.stringify(page)}. The ids of contacts differ between accounts`,
      );
    }
    const history = historyOf(asObject(found.action));
    readEntries(file, path, {}, machine, history.addEntry, history.addMatch);
    return { history, page: found.page, match: found.match };
  } finally {
    closeSync(file);
  }
}
