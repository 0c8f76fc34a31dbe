import type { Exploring } from '../../store/exploring.js';
import {
  type Contact,
  contactDocument,
  draftsDocument,
  type Entry,
  type Head,
  type Heard,
  headDocument,
  headKeptMs,
  idOf,
  keptMs,
  logDocument,
  logOf,
  messageDocument,
  pageDocument,
  perLog,
} from './documents.js';
import type { AnswerState, HeardMessage } from './inbox.js';

/** A response that is not confirmed for so long may have been written, in milliseconds. */
const writingMs = 10_000;

/** A late answer without an outcome for so long may have been sent, in milliseconds: longer than any call takes. */
const lateMs = 900_000;

const noHead: Head = { next: 0, offset: 0, first: 0, open: [] };
const noContact: Contact = { recent: [], answers: [], first: 0, last: 0 };

export const readHead = (transaction: Exploring, scope: string): Head =>
  transaction.read(headDocument(scope)) ?? structuredClone(noHead);

const writeHead = (transaction: Exploring, scope: string, head: Head): void =>
  transaction.write(headDocument(scope), head, headKeptMs);

export const readContact = (transaction: Exploring, scope: string, contact: string): Contact =>
  transaction.read(contactDocument(scope, contact)) ?? structuredClone(noContact);

export const writeContact = (transaction: Exploring, scope: string, contact: string, content: Contact): void =>
  transaction.write(contactDocument(scope, contact), content, keptMs);

/** A message that a contact wrote; undefined if there is none of this id. */
export function readHeard(transaction: Exploring, scope: string, id: string): Heard | undefined {
  const found = transaction.read(messageDocument(scope, id));
  return found?.kind === 'heard' ? found : undefined;
}

export const writeHeard = (transaction: Exploring, scope: string, heard: Heard): void =>
  transaction.write(messageDocument(scope, heard.id), heard, Math.max(1, heard.at + keptMs - transaction.now));

/** The entries of a log whose messages are kept. */
export const readLog = (transaction: Exploring, scope: string, log: number): Entry[] =>
  (transaction.read(logDocument(scope, log)) ?? []).filter(({ readyAt }) => transaction.now < readyAt + keptMs);

/** Writes a log, which is kept as long as its newest message. @returns how many of its messages are not done. */
function putLog(transaction: Exploring, scope: string, log: number, entries: readonly Entry[]): number {
  const newest = Math.max(...entries.map(({ readyAt }) => readyAt));
  const keepMs = entries.length === 0 ? keptMs : newest + keptMs - transaction.now;
  transaction.write(logDocument(scope, log), [...entries], keepMs);
  return entries.filter(({ done }) => !done).length;
}

/** The head with the number of messages of a log that are not done. */
function withOpen(head: Head, log: number, count: number): Head {
  const known = head.open.find(([each]) => each === log)?.[1] ?? 0;
  if (known === count) return head;
  const others = head.open.filter(([each]) => each !== log);
  const open: Head['open'] = count === 0 ? others : [...others, [log, count]];
  return { ...head, open: open.toSorted(([one], [other]) => one - other) };
}

/** Notes how many messages of a log are not done. */
export function countOpen(transaction: Exploring, scope: string, log: number, count: number): void {
  const head = readHead(transaction, scope);
  const next = withOpen(head, log, count);
  if (next !== head) writeHead(transaction, scope, next);
}

/** Writes a log, and counts in the head what is not done in it. */
export const writeLog = (transaction: Exploring, scope: string, log: number, entries: readonly Entry[]): void =>
  countOpen(transaction, scope, log, putLog(transaction, scope, log, entries));

/** The state of a message at a time. An answer without an outcome in time is unknown, and a hold whose time is over is open. */
export function stateAt({ state, stateAt: since, holder }: Heard, now: number): AnswerState {
  if (state === 'writing' && now - since > writingMs) return 'unknown';
  if (state === 'late' && now - since > lateMs) return 'unknown';
  const waits = holder !== undefined && now < holder.until;
  // A request writes nothing after its time, so the answer can be sent.
  if ((state === 'held' || state === 'inline') && !waits) return 'open';
  return state;
}

/** When a state ends by itself; undefined if it does not. */
export function endOf({ state, stateAt: since, holder }: Heard): number | undefined {
  if (state === 'writing') return since + writingMs + 1;
  if (state === 'late') return since + lateMs + 1;
  return state === 'held' || state === 'inline' ? holder?.until : undefined;
}

/** A message, as it is handed out. */
export function messageOf(
  heard: Heard,
  entry: Pick<Entry, 'handOuts' | 'done'> | undefined,
  now: number,
): HeardMessage {
  const { id, at, contact, contactName, chatLink, channel, lastInteraction, said, parts, answer, answeredAt } = heard;
  return {
    id,
    at,
    contact,
    contactName,
    chatLink,
    channel,
    lastInteraction,
    said,
    parts: Math.max(1, parts.length),
    state: stateAt(heard, now),
    answer,
    answeredAt,
    redelivered: (entry?.handOuts ?? 0) > 1,
    done: entry?.done ?? true,
  };
}

/** What a new message brings to the logs. */
interface NewEntry extends Pick<Entry, 'contact' | 'readyAt' | 'done'> {
  /** Random characters. */
  readonly random: string;
  /** Characters of the message. */
  readonly size: number;
}

/** The most logs and pages that are examined when a new one begins. */
const perStep = 3;

/** Messages that are kept, and characters of them. Answers do not count: no contact makes them longer. */
const maxKept = 20_000;
const maxCharacters = 32_000_000;

/** Notes that a message has become larger. */
export function countSize(transaction: Exploring, scope: string, size: number): void {
  const head = readHead(transaction, scope);
  writeHead(transaction, scope, { ...head, offset: head.offset + size });
}

/** Drops the first logs, as far as they have expired or hold too much. What waits for a reader in them is kept. */
function dropFirst(transaction: Exploring, scope: string, current: number): void {
  let { first } = readHead(transaction, scope);
  const { offset } = readHead(transaction, scope);
  for (let step = 0; step < perStep && first < current; step += 1) {
    const document = logDocument(scope, first);
    const entries = transaction.read(document);
    if (entries === undefined) countOpen(transaction, scope, first, 0);
    else {
      const characters = offset - (entries[0]?.offset ?? offset);
      if ((current - first) * perLog < maxKept && characters < maxCharacters) break;
      const waiting = readLog(transaction, scope, first).filter(({ done }) => !done);
      const others = entries.filter(({ id }) => waiting.every((each) => each.id !== id));
      const messages = others.map(({ id }) => messageDocument(scope, id));
      transaction.need(...messages);
      for (const message of messages) transaction.remove(message);
      if (waiting.length > 0) writeLog(transaction, scope, first, waiting);
      else transaction.remove(document);
    }
    first += 1;
  }
  writeHead(transaction, scope, { ...readHead(transaction, scope), first });
}

/** Adds an entry. @returns the id of its message. */
export function append(transaction: Exploring, scope: string, { random, size, ...entry }: NewEntry): string {
  const { next, offset } = readHead(transaction, scope);
  const id = idOf(next, random);
  const log = logOf(id);
  if (next % perLog === 0) dropFirst(transaction, scope, log);
  const entries = [...readLog(transaction, scope, log), { ...entry, id, offset, handOuts: 0 }];
  const head = withOpen(readHead(transaction, scope), log, putLog(transaction, scope, log, entries));
  writeHead(transaction, scope, { ...head, next: next + 1, offset: offset + size });
  return id;
}

/** Adds a message to the history of a contact. */
export function addToHistory(transaction: Exploring, scope: string, name: string, contact: Contact, id: string): void {
  const ids = transaction.read(pageDocument(scope, name, contact.last)) ?? [];
  if (ids.length < perLog) {
    transaction.write(pageDocument(scope, name, contact.last), [...ids, id], keptMs);
    return;
  }
  contact.last += 1;
  for (let step = 0; step < perStep; step += 1) {
    if (transaction.read(pageDocument(scope, name, contact.first)) !== undefined) break;
    contact.first += 1;
  }
  transaction.write(pageDocument(scope, name, contact.last), [id], keptMs);
}

/** Changes the entry of a message. */
export function changeEntry(
  transaction: Exploring,
  scope: string,
  id: string,
  change: (entry: Entry) => Entry | undefined,
): void {
  const log = logOf(id);
  const entries = readLog(transaction, scope, log);
  const found = entries.find((each) => each.id === id);
  if (found === undefined) return;
  const changed = change(found);
  const next = entries.flatMap((each) => (each !== found ? [each] : changed === undefined ? [] : [changed]));
  writeLog(transaction, scope, log, next);
}

/** Notes that a message needs no reader any more. */
export const finish = (transaction: Exploring, scope: string, id: string): void =>
  changeEntry(transaction, scope, id, ({ reader: _, until: __, ...entry }) => ({ ...entry, done: true }));

/** Drafts that are kept. */
const maxDrafts = 1_000;

/** Adds a message to those with a draft, or takes it away. */
export function listDraft(transaction: Exploring, scope: string, id: string, isDraft: boolean): void {
  const drafts = draftsDocument(scope);
  const others = (transaction.read(drafts) ?? []).filter((each) => each !== id);
  transaction.write(drafts, isDraft ? [...others, id].slice(-maxDrafts) : others, keptMs);
}
