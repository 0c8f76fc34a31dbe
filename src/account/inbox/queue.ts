import { type Exploring, growingParts } from '../../store/exploring.js';
import { type Entry, logDocument, logOf, messageDocument } from './documents.js';
import type { HeardMessage, InboxReader, Take } from './inbox.js';
import { changeEntry, countOpen, finish, messageOf, readHead, readHeard, readLog, writeLog } from './records.js';

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
    const entry = readLog(transaction, scope, logOf(id)).find((each) => each.id === id);
    if (entry?.reader === reader) finish(transaction, scope, id);
  }
}

/** The time at which a change may concern readers. */
const earlier = (one: number | undefined, other: number): number => Math.min(one ?? other, other);

/**
 * Hands out messages, the oldest first. A contact whose earlier message another reader has is left to that reader, and one
 * whose earlier message is not ready waits: nobody is handed what the contact wrote in another order.
 */
export function take(
  transaction: Exploring,
  scope: string,
  { reader, limit, done, onePerContact = false }: Omit<Take, 'waitMs'>,
): Taken {
  const { now } = transaction;
  finishOwn(transaction, scope, reader, done);
  const taken: Entry[] = [];
  const busy = new Set<string>();
  let moreAt: number | undefined;

  /** Hands out entries of a log. */
  function takeFrom(log: number): void {
    // It has expired.
    if (transaction.read(logDocument(scope, log)) === undefined) countOpen(transaction, scope, log, 0);
    let changed = false;
    const entries = readLog(transaction, scope, log).map((entry) => {
      const { contact, readyAt, until = 0 } = entry;
      if (entry.done) return entry;
      const isLeased = until > now;
      const isReady = readyAt <= now;
      if (isLeased || !isReady) moreAt = earlier(moreAt, isLeased ? until : readyAt);
      if (!isReady || (isLeased && (onePerContact || entry.reader !== reader))) busy.add(contact);
      if (isLeased || busy.has(contact) || taken.length >= limit) return entry;
      changed = true;
      const leased = { ...entry, reader, until: now + leaseMs, handOuts: entry.handOuts + 1 };
      taken.push(leased);
      if (onePerContact) busy.add(contact);
      return leased;
    });
    if (changed) writeLog(transaction, scope, log, entries);
  }

  for (const part of growingParts(readHead(transaction, scope).open)) {
    if (taken.length >= limit) break;
    transaction.need(...part.map(([log]) => logDocument(scope, log)));
    for (const [log] of part) if (taken.length < limit) takeFrom(log);
  }
  transaction.need(...taken.map(({ id }) => messageDocument(scope, id)));
  const messages = taken.flatMap((entry) => {
    const heard = readHeard(transaction, scope, entry.id);
    if (heard !== undefined) return [messageOf(heard, entry, now)];
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
      return { ...free, handOuts: Math.max(0, entry.handOuts - 1) };
    });
  }
}
