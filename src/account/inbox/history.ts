import { type Exploring, growingParts } from '../../store/exploring.js';
import type { Document } from '../../store/shared-store.js';
import {
  contactDocument,
  draftsDocument,
  keptMs,
  logDocument,
  logOf,
  messageDocument,
  pageDocument,
  perLog,
} from './documents.js';
import type { HeardMessage, History, SentMessage } from './inbox.js';
import {
  addToHistory,
  append,
  changeEntry,
  listDraft,
  messageOf,
  readContact,
  readHead,
  readHeard,
  readLog,
  writeContact,
} from './records.js';

/** Which part of the history is listed. */
export interface HistoryFilter {
  readonly contact?: string | undefined;
  readonly since?: number | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

/** The number of a message among all. */
const numberOf = (id: string): number => Number.parseInt(id, 36);

/** The entries of these messages, in the same order. Those that are not kept any more are left out. */
function entriesOf(transaction: Exploring, scope: string, ids: readonly string[]): (HeardMessage | SentMessage)[] {
  const messages = ids.map((id) => messageDocument(scope, id));
  const logs = [...new Set(ids.map(logOf))].map((log) => logDocument(scope, log));
  transaction.need(...messages, ...logs);
  return messages.flatMap((document, index): (HeardMessage | SentMessage)[] => {
    const found = transaction.read(document);
    if (found === undefined) return [];
    if (found.kind === 'sent') {
      const { id, at, contact, sent } = found;
      return [{ id, at, contact, sent }];
    }
    const id = ids[index] ?? '';
    const entry = readLog(transaction, scope, logOf(id)).find((each) => each.id === id);
    return [messageOf(found, entry, transaction.now)];
  });
}

/** Whole numbers, the greatest first. */
const downFrom = (last: number, first: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => last - index);

/** Ids of the messages of a contact, or of all, the newest first, in parts: one for each document. */
function* idsBackwards(
  transaction: Exploring,
  scope: string,
  { contact, before }: HistoryFilter,
): Generator<readonly string[]> {
  const end = before === undefined ? Number.POSITIVE_INFINITY : numberOf(before);
  const older = (ids: readonly string[]): string[] => ids.filter((id) => numberOf(id) < end).toReversed();
  /** The ids in documents, the newest first. Those before one that has expired have expired as well. */
  function* contentsOf<Content>(documents: readonly Document<Content>[], idsIn: (content: Content) => string[]) {
    for (const part of growingParts(documents)) {
      transaction.need(...part);
      for (const document of part) {
        const content = transaction.read(document);
        if (content === undefined) return;
        yield idsIn(content);
      }
    }
  }
  if (contact !== undefined) {
    const found = transaction.read(contactDocument(scope, contact));
    if (found === undefined) return;
    yield* contentsOf(
      downFrom(found.last, found.first).map((page) => pageDocument(scope, contact, page)),
      older,
    );
    return;
  }
  const head = readHead(transaction, scope);
  const last = Math.floor(Math.min(head.next - 1, end) / perLog);
  yield* contentsOf(
    downFrom(last, head.first).map((log) => logDocument(scope, log)),
    (entries) => older(entries.map(({ id }) => id)),
  );
}

/** Lists a part of the history, the newest first. */
export function list(transaction: Exploring, scope: string, filter: HistoryFilter): History {
  const { limit, since = Number.NEGATIVE_INFINITY } = filter;
  const entries: (HeardMessage | SentMessage)[] = [];
  for (const ids of idsBackwards(transaction, scope, filter)) {
    const found = entriesOf(transaction, scope, ids);
    const recent = found.filter(({ at }) => at >= since);
    entries.push(...recent);
    if (entries.length > limit) {
      const kept = entries.slice(0, limit);
      return { entries: kept, next: kept.at(-1)?.id };
    }
    if (recent.length < found.length) break;
  }
  return { entries };
}

/** Adds what was sent to a contact by another tool. */
export function noteSent(transaction: Exploring, scope: string, name: string, sent: string, random: string): void {
  const { now } = transaction;
  const contact = readContact(transaction, scope, name);
  transaction.need(
    logDocument(scope, Math.floor(readHead(transaction, scope).next / perLog)),
    pageDocument(scope, name, contact.last),
  );
  const id = append(transaction, scope, { random, size: sent.length, contact: name, readyAt: now, done: true });
  transaction.write(messageDocument(scope, id), { kind: 'sent', id, at: now, contact: name, sent }, keptMs);
  addToHistory(transaction, scope, name, contact, id);
  writeContact(transaction, scope, name, contact);
}

/** Answers that wait for approval, the oldest first. */
export function drafts(transaction: Exploring, scope: string): HeardMessage[] {
  const ids = transaction.read(draftsDocument(scope)) ?? [];
  transaction.need(...ids.map((id) => messageDocument(scope, id)));
  return ids.flatMap((id) => {
    const heard = readHeard(transaction, scope, id);
    return heard?.state === 'draft' ? [messageOf(heard, undefined, transaction.now)] : [];
  });
}

/** Erases one page of a contact's history, and with the last one the contact. @returns how many messages; undefined at the end. */
export function forgetPage(transaction: Exploring, scope: string, name: string): number | undefined {
  const contact = transaction.read(contactDocument(scope, name));
  if (contact === undefined) return undefined;
  const page = pageDocument(scope, name, contact.first);
  const ids = transaction.read(page) ?? [];
  transaction.need(
    ...ids.flatMap((id) => [messageDocument(scope, id), logDocument(scope, logOf(id))]),
    draftsDocument(scope),
  );
  let erased = 0;
  for (const id of ids) {
    if (transaction.read(messageDocument(scope, id)) !== undefined) erased += 1;
    transaction.remove(messageDocument(scope, id));
    changeEntry(transaction, scope, id, () => undefined);
  }
  const waiting = transaction.read(draftsDocument(scope)) ?? [];
  for (const id of waiting) if (ids.includes(id)) listDraft(transaction, scope, id, false);
  transaction.remove(page);
  // With its last page, so that nothing that arrives in between is left on a page that no contact leads to.
  if (contact.first >= contact.last) transaction.remove(contactDocument(scope, name));
  else writeContact(transaction, scope, name, { ...contact, first: contact.first + 1 });
  return erased;
}
