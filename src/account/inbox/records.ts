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

const noHead: Head = { next: 0, floor: 0, open: 0, first: 0 };
const noContact: Contact = { recent: [], answers: [], first: 0, last: 0 };

export const readHead = (transaction: Exploring, scope: string): Head =>
  transaction.read(headDocument(scope)) ?? { ...noHead };

export const writeHead = (transaction: Exploring, scope: string, head: Head): void =>
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
  transaction.write(messageDocument(scope, heard.id), heard, keptMs);

/** The state of a message at a time: what nobody has gone on with in time is settled by that. */
export function stateAt({ state, stateAt: since, holder }: Heard, now: number): AnswerState {
  if (state === 'writing' && now - since > writingMs) return 'unknown';
  if (state === 'late' && now - since > lateMs) return 'unknown';
  const waits = holder !== undefined && now < holder.until;
  // A request writes nothing after its time, so the answer can be given in another way.
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
export function shown(heard: Heard, entry: Pick<Entry, 'given' | 'done'> | undefined, now: number): HeardMessage {
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
    redelivered: (entry?.given ?? 0) > 1,
    done: entry?.done ?? true,
  };
}

/** What a new message brings to the logs. */
interface NewEntry extends Pick<Entry, 'contact' | 'readyAt' | 'done'> {
  /** Random characters. */
  readonly random: string;
}

/** Logs and pages that are looked at, at most, when a new one begins. */
const perStep = 3;

/** Messages that are kept. */
const maxKept = 20_000;

/** Drops the first logs, as far as they have expired. There are too many messages if false. */
function dropFirst(transaction: Exploring, scope: string, head: Head, current: number): boolean {
  for (let step = 0; step < perStep && head.first < current; step += 1) {
    const first = transaction.read(logDocument(scope, head.first));
    if (first !== undefined) {
      if ((current - head.first) * perLog < maxKept) return true;
      if (first.some(({ done }) => !done)) return false;
      const messages = first.map(({ id }) => messageDocument(scope, id));
      transaction.need(...messages);
      for (const message of messages) transaction.remove(message);
      transaction.remove(logDocument(scope, head.first));
    }
    head.first += 1;
  }
  head.floor = Math.max(head.floor, head.first);
  return true;
}

/** Adds an entry. @returns the id of its message; undefined if too many are kept. */
export function append(transaction: Exploring, scope: string, entry: NewEntry): string | undefined {
  const { random, contact, readyAt, done } = entry;
  const head = readHead(transaction, scope);
  const id = idOf(head.next, random);
  const log = logDocument(scope, logOf(id));
  if (head.next % perLog === 0 && !dropFirst(transaction, scope, head, logOf(id))) return undefined;
  const entries = transaction.read(log) ?? [];
  transaction.write(log, [...entries, { id, contact, readyAt, done, given: 0 }], keptMs);
  writeHead(transaction, scope, { ...head, next: head.next + 1, open: head.open + (done ? 0 : 1) });
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
  const log = logDocument(scope, logOf(id));
  const entries = transaction.read(log) ?? [];
  const found = entries.find((each) => each.id === id);
  if (found === undefined) return;
  const changed = change(found);
  const next = entries.flatMap((each) => (each !== found ? [each] : changed === undefined ? [] : [changed]));
  transaction.write(log, next, keptMs);
  if (found.done || changed?.done === false) return;
  const head = readHead(transaction, scope);
  writeHead(transaction, scope, { ...head, open: Math.max(0, head.open - 1) });
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
