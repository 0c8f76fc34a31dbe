import type { Exploring } from '../../store/exploring.js';
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
  readContact,
  readHead,
  readHeard,
  shown,
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
    const entry = transaction.read(logDocument(scope, logOf(id)))?.find((each) => each.id === id);
    return [shown(found, entry, transaction.now)];
  });
}

/** Ids of the messages of a contact, or of all, the newest first, in parts: one for each document. */
function* idsBackwards(
  transaction: Exploring,
  scope: string,
  { contact, before }: HistoryFilter,
): Generator<readonly string[]> {
  const end = before === undefined ? Number.POSITIVE_INFINITY : numberOf(before);
  const older = (ids: readonly string[]): string[] => ids.filter((id) => numberOf(id) < end).toReversed();
  if (contact !== undefined) {
    const found = transaction.read(contactDocument(scope, contact));
    if (found === undefined) return;
    for (let page = found.last; page >= found.first; page -= 1)
      yield older(transaction.read(pageDocument(scope, contact, page)) ?? []);
    return;
  }
  const head = readHead(transaction, scope);
  const last = Math.floor(Math.min(head.next - 1, end) / perLog);
  for (let log = last; log >= head.first; log -= 1)
    yield older((transaction.read(logDocument(scope, log)) ?? []).map(({ id }) => id));
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
  const id = append(transaction, scope, { random, contact: name, readyAt: now, done: true });
  if (id === undefined) return;
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
    return heard?.state === 'draft' ? [shown(heard, undefined, transaction.now)] : [];
  });
}

/** Erases one page of a contact's history, and at the end the contact. @returns how many messages; undefined at the end. */
export function forgetPage(transaction: Exploring, scope: string, name: string): number | undefined {
  const contact = transaction.read(contactDocument(scope, name));
  if (contact === undefined) return undefined;
  if (contact.first > contact.last) {
    transaction.remove(contactDocument(scope, name));
    return undefined;
  }
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
  writeContact(transaction, scope, name, { ...contact, first: contact.first + 1 });
  return erased;
}
