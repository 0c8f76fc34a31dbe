import type { Exploring } from '../../store/exploring.js';
import { type Entry, keptMs, logDocument, logOf, messageDocument, perLog } from './documents.js';
import type { HeardMessage, InboxReader } from './inbox.js';
import { changeEntry, finish, readHead, readHeard, shown, writeHead } from './records.js';

/** How long a reader has for a message before it is handed out again, in milliseconds. */
const leaseMs = 120_000;

/** What is handed out, and when there can be more by the clock of the store. */
export interface Taken {
  readonly messages: readonly HeardMessage[];
  /** Undefined if nothing is known to come. */
  readonly moreAt: number | undefined;
  readonly now: number;
}

/** Notes which of its messages a reader has finished. */
function finishOwn(transaction: Exploring, scope: string, reader: InboxReader, done: readonly string[]): void {
  transaction.need(...[...new Set(done.map(logOf))].map((log) => logDocument(scope, log)));
  for (const id of done) {
    const entry = transaction.read(logDocument(scope, logOf(id)))?.find((each) => each.id === id);
    if (entry?.reader === reader) finish(transaction, scope, id);
  }
}

/** The time at which a change may concern readers. */
const earlier = (one: number | undefined, other: number): number => Math.min(one ?? other, other);

/** Hands out messages, the oldest first. A contact whose earlier message another reader has is left to that reader. */
export function take(
  transaction: Exploring,
  scope: string,
  reader: InboxReader,
  limit: number,
  done: readonly string[],
): Taken {
  const { now } = transaction;
  finishOwn(transaction, scope, reader, done);
  const head = readHead(transaction, scope);
  const last = Math.floor((head.next - 1) / perLog);
  const taken: Entry[] = [];
  const busy = new Set<string>();
  let moreAt: number | undefined;
  let floor = head.floor;
  for (let log = head.floor; log <= last && taken.length < limit; log += 1) {
    const document = logDocument(scope, log);
    const entries = transaction.read(document) ?? [];
    if (log === floor && log < last && entries.every((entry) => entry.done)) floor = log + 1;
    let changed = false;
    const next = entries.map((entry) => {
      const { contact, readyAt, until = 0 } = entry;
      if (entry.done) return entry;
      const isLeased = until > now;
      if (isLeased || readyAt > now) moreAt = earlier(moreAt, isLeased ? until : readyAt);
      if (isLeased && entry.reader !== reader) busy.add(contact);
      if (isLeased || readyAt > now || busy.has(contact) || taken.length >= limit) return entry;
      changed = true;
      const leased = { ...entry, reader, until: now + leaseMs, given: entry.given + 1 };
      taken.push(leased);
      return leased;
    });
    if (changed) transaction.write(document, next, keptMs);
  }
  if (floor !== head.floor) writeHead(transaction, scope, { ...readHead(transaction, scope), floor });
  transaction.need(...taken.map(({ id }) => messageDocument(scope, id)));
  const messages = taken.flatMap((entry) => {
    const heard = readHeard(transaction, scope, entry.id);
    if (heard !== undefined) return [shown(heard, entry, now)];
    // It has expired.
    finish(transaction, scope, entry.id);
    return [];
  });
  return { messages, moreAt, now };
}

/** Gives messages back that did not reach their reader. */
export function giveBack(transaction: Exploring, scope: string, reader: InboxReader, ids: readonly string[]): void {
  for (const id of ids) {
    changeEntry(transaction, scope, id, (entry) => {
      if (entry.done || entry.reader !== reader) return entry;
      const { reader: _, until: __, ...free } = entry;
      return { ...free, given: Math.max(0, entry.given - 1) };
    });
  }
}
