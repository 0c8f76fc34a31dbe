import { createHash } from 'node:crypto';
import type { Exploring } from '../../store/exploring.js';
import { type Contact, type Heard, logDocument, logOf, messageDocument, pageDocument, perLog } from './documents.js';
import type { Arrival, Holder, Received, ReceiveRules, Said } from './inbox.js';
import {
  addToHistory,
  append,
  changeEntry,
  countOpen,
  countSize,
  readContact,
  readHead,
  readHeard,
  readLog,
  stateAt,
  writeContact,
  writeHeard,
} from './records.js';

/** Without a time of ManyChat's, the same within this time is a duplicate, in milliseconds. */
const duplicateMs = 10_000;
/** Arrivals of a contact by which duplicates are recognised. */
const maxRecent = 50;
/** A burst ends after this time at the latest, in milliseconds. */
const burstMs = 30_000;
/** Texts of a burst, and characters of all of them. */
const maxParts = 20;
const maxLength = 8_000;
/** Messages that are not done. Past the half, a contact that has so many of them gets no further ones. */
const maxOpen = 5_000;
const maxOpenOfContact = 50;
/** The most logs that are checked for having expired. */
const perStep = 3;

const fingerprintOf = (said: Said): string =>
  createHash('sha256')
    .update(JSON.stringify(said.kind === 'text' ? [said.text, said.payload ?? null] : said))
    .digest('base64url')
    .slice(0, 22);

/** The earlier arrival that this one repeats. */
function duplicateOf(
  { recent }: Contact,
  said: string,
  isText: boolean,
  lastInteraction: string | undefined,
  now: number,
): string | undefined {
  return recent.findLast((each) => {
    if (each.said !== said) return false;
    // What happens to a contact is no interaction: the same can happen again before the next one.
    if (isText && lastInteraction !== undefined && each.lastInteraction !== undefined)
      return each.lastInteraction === lastInteraction;
    return now - each.at <= duplicateMs;
  })?.id;
}

/** A part of a message that is a text: its order is that in which the contact wrote them, as far as ManyChat tells. */
const partOf = (text: string, lastInteraction: string | undefined, at: number) => ({
  text,
  order: lastInteraction ?? '',
  at,
});

/** Characters that are stored of a message. */
const sizeOf = (message: Arrival | Heard): number => JSON.stringify(message).length;

/** The parts in order, and the text that they make. Without a time of ManyChat's, they come in the order of arrival. */
function joined(parts: Heard['parts']): { readonly parts: Heard['parts']; readonly text: string } {
  const timed = parts.every(({ order }) => order !== '');
  const sorted = timed
    ? parts.toSorted((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : a.at - b.at))
    : parts;
  return { parts: sorted, text: sorted.map(({ text }) => text).join('\n') };
}

/** The holder of a message by the clock of the store. */
const heldBy = (holder: Holder | undefined, now: number) =>
  holder && { id: holder.id, until: now + holder.forMs, takes: holder.takes };

/** Ends the wait of a contact's earlier request: its response will be empty. */
function releaseHeld(transaction: Exploring, scope: string, { held }: Contact): void {
  const earlier = held === undefined ? undefined : readHeard(transaction, scope, held);
  if (earlier?.state !== 'held') return;
  const { holder: _, ...rest } = earlier;
  writeHeard(transaction, scope, { ...rest, state: 'open', stateAt: transaction.now });
}

/** Adds a text to the burst of a contact. Undefined if there is none that it belongs to. */
function join(
  transaction: Exploring,
  scope: string,
  contact: Contact,
  { said, lastInteraction }: Arrival,
  { pauseMs, holder }: ReceiveRules,
): Heard | undefined {
  const { now } = transaction;
  if (contact.burst === undefined || said.kind !== 'text' || said.payload !== undefined) return undefined;
  const { burst } = contact;
  const message = readHeard(transaction, scope, burst);
  const entry = readLog(transaction, scope, logOf(burst)).find(({ id }) => id === burst);
  if (message === undefined || entry === undefined || entry.done || entry.handOuts > 0 || now >= entry.readyAt)
    return undefined;
  // An answer was given to it as it is.
  if (message.claim !== undefined) return undefined;
  if (message.said.kind !== 'text' || message.parts.length >= maxParts || now - message.at > burstMs) return undefined;
  if (message.said.text.length + said.text.length >= maxLength) return undefined;
  const state = stateAt(message, now);
  if (state !== 'open' && state !== 'held') return undefined;
  const { text: first } = message.said;
  const earlier = message.parts.length > 0 ? message.parts : [partOf(first, message.lastInteraction, message.at)];
  const { parts, text } = joined([...earlier, partOf(said.text, lastInteraction, now)]);
  changeEntry(transaction, scope, burst, (each) => ({ ...each, readyAt: now + pauseMs }));
  const next: Heard = {
    ...message,
    said: { kind: 'text', text },
    parts,
    lastInteraction: parts.at(-1)?.order || message.lastInteraction,
    // Earlier requests of the burst end empty; the newest carries the answer.
    holder: heldBy(holder, now),
    state: holder === undefined ? 'open' : 'held',
    stateAt: now,
  };
  writeHeard(transaction, scope, next);
  countSize(transaction, scope, sizeOf(next) - sizeOf(message));
  return next;
}

/** How many messages are not done. In a full inbox, the oldest logs are checked first: those that have expired do not count. */
function openOf(transaction: Exploring, scope: string): number {
  const sum = (): number => readHead(transaction, scope).open.reduce((total, [, count]) => total + count, 0);
  if (sum() < maxOpen) return sum();
  const oldest = readHead(transaction, scope).open.slice(0, perStep);
  transaction.need(...oldest.map(([log]) => logDocument(scope, log)));
  for (const [log] of oldest)
    if (transaction.read(logDocument(scope, log)) === undefined) countOpen(transaction, scope, log, 0);
  return sum();
}

/** Whether the inbox takes no further message of a contact. One contact alone does not fill it. */
function isFull(transaction: Exploring, scope: string, name: string, { last }: Contact): boolean {
  const open = openOf(transaction, scope);
  if (open < maxOpen / 2 || open >= maxOpen) return open >= maxOpen;
  const pages = [last - 1, last].map((page) => pageDocument(scope, name, page));
  transaction.need(...pages);
  const ids = new Set(pages.flatMap((page) => transaction.read(page) ?? []));
  const logs = [...new Set([...ids].map(logOf))];
  transaction.need(...logs.map((log) => logDocument(scope, log)));
  const own = logs.flatMap((log) => readLog(transaction, scope, log)).filter(({ id, done }) => !done && ids.has(id));
  return own.length >= maxOpenOfContact;
}

/** Keeps an arrival, or recognises it as one that was kept. */
export function receive(
  transaction: Exploring,
  scope: string,
  arrival: Arrival,
  rules: ReceiveRules,
  random: string,
): Received {
  const { now } = transaction;
  const { contact: name, said, lastInteraction } = arrival;
  const contact = readContact(transaction, scope, name);
  const fingerprint = fingerprintOf(said);
  const isText = said.kind === 'text';
  const earlier = duplicateOf(contact, fingerprint, isText, lastInteraction, now);
  if (earlier !== undefined) return { state: 'duplicate', message: earlier };
  const note = (id: string): void => {
    contact.recent = [...contact.recent, { said: fingerprint, lastInteraction, at: now, id }].slice(-maxRecent);
    writeContact(transaction, scope, name, contact);
  };

  const burst = join(transaction, scope, contact, arrival, rules);
  if (burst !== undefined) {
    if (rules.holder !== undefined) contact.held = burst.id;
    note(burst.id);
    return { state: 'joined', message: burst.id };
  }

  const { answers, withinMs } = rules.loop;
  const isLoop = isText && contact.answers.filter((at) => now - at < withinMs).length >= answers;
  if (!isLoop && isFull(transaction, scope, name, contact)) return { state: 'full', message: '' };
  transaction.need(
    logDocument(scope, Math.floor(readHead(transaction, scope).next / perLog)),
    pageDocument(scope, name, contact.last),
    ...(contact.held === undefined ? [] : [messageDocument(scope, contact.held)]),
  );
  const isJoinable = isText && said.payload === undefined && !isLoop;
  const id = append(transaction, scope, {
    random,
    size: sizeOf(arrival),
    contact: name,
    readyAt: isJoinable ? now + rules.pauseMs : now,
    done: isLoop,
  });
  const holder = isText && !isLoop ? heldBy(rules.holder, now) : undefined;
  if (isText) releaseHeld(transaction, scope, contact);
  writeHeard(transaction, scope, {
    kind: 'heard',
    id,
    at: now,
    contact: name,
    contactName: arrival.contactName,
    chatLink: arrival.chatLink,
    channel: arrival.channel,
    lastInteraction,
    said,
    parts: [],
    mode: rules.mode,
    state: isLoop ? 'people' : holder === undefined ? 'open' : 'held',
    stateAt: now,
    holder,
  });
  addToHistory(transaction, scope, name, contact, id);
  if (isText) contact.burst = isJoinable ? id : undefined;
  if (isText) contact.held = holder && id;
  note(id);
  return { state: isLoop ? 'people' : 'new', message: id };
}
