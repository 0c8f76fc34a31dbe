import { asObject, isObject, type Result } from '../../tools/contract/json.js';
import { clipped, cut } from '../../tools/contract/quoted.js';
import type { ToolCall } from '../apps/tool-call.js';
import { listIn, rawText, textIn } from '../message-view/values.js';
import { type Window, windowAfter, windowIn } from './window.js';

/** A contact as it is drawn. */
export interface Card {
  /** Undefined if it does not look like an id: then it is not handed to anybody. */
  readonly id: string | undefined;
  readonly name: string;
  readonly channels: readonly string[];
  readonly window: Window;
  readonly tags: readonly string[];
  readonly facts: readonly { readonly label: string; readonly value: string }[];
}

/** The contacts that one search found. */
export interface Group {
  /** What was searched for; undefined if the call has one search. */
  readonly query?: string | undefined;
  readonly cards: readonly Card[];
  readonly notes: readonly string[];
}

/** What a search came to. */
export interface ContactsModel {
  readonly state: 'searching' | 'found' | 'none' | 'failed' | 'plain';
  readonly title: string;
  readonly groups: readonly Group[];
  readonly notes: readonly string[];
  /** What cannot be read, as it came. */
  readonly plain?: string | undefined;
}

/** Up to this many contacts of a search are drawn. */
const drawnCards = 100;

/** Up to this many searches and notes are drawn. */
const drawnGroups = 60;

const texts = (value: unknown): string[] =>
  (listIn(value) ?? []).slice(0, drawnGroups).map((each) => cut(textIn(each) ?? rawText(each), 1_000));

const isSaid = (value: unknown): boolean => textIn(value) !== undefined;

/** The channels on record. The others leave no trace in the data of a contact. */
function channelsOf({
  channels,
  ig_id,
  ig_username,
  whatsapp_phone,
  whatsapp_bsuid,
  whatsapp_username,
}: Result): string[] {
  const named = (listIn(channels) ?? []).map((each) => String(textIn(each)).toLowerCase());
  return [
    ...(named.includes('instagram') || [ig_id, ig_username].some(isSaid) ? ['Instagram'] : []),
    ...(named.includes('whatsapp') || [whatsapp_phone, whatsapp_bsuid, whatsapp_username].some(isSaid)
      ? ['WhatsApp']
      : []),
  ];
}

function windowOf({ window, last_interaction: last }: Result, now: number): Window {
  const words = textIn(window);
  if (words !== undefined) return windowIn(words);
  const wrote = textIn(last);
  return wrote === undefined ? { state: 'unknown' } : windowAfter(wrote, now);
}

const labels = {
  matched_by: 'Found by',
  email: 'Email',
  phone: 'Phone',
  whatsapp_phone: 'WhatsApp',
  ig_username: 'Instagram',
} as const;

function cardOf(value: unknown, now: number): Card {
  const contact = asObject(value);
  const id = String(textIn(contact.id) ?? '');
  return {
    id: /^\d{1,32}$/.test(id) ? id : undefined,
    name: clipped(textIn(contact.name) ?? '', 120) || 'No name',
    channels: channelsOf(contact),
    window: windowOf(contact, now),
    tags: (listIn(contact.tags) ?? [])
      .slice(0, 50)
      .flatMap((tag) => clipped(textIn(asObject(tag).name) ?? textIn(tag) ?? '') || []),
    facts: Object.entries(labels).flatMap(([key, label]) => {
      const text = textIn(contact[key]);
      return text === undefined ? [] : [{ label, value: clipped(text, 120) }];
    }),
  };
}

function cardsOf(list: unknown, now: number): { cards: Card[]; notes: string[] } {
  const all = listIn(list) ?? [];
  const left = all.length - drawnCards;
  return {
    cards: all.slice(0, drawnCards).map((each) => cardOf(each, now)),
    notes: left > 0 ? [`${left} more are not drawn.`] : [],
  };
}

/** The answer to one of several queries. */
function answerGroup(value: unknown, now: number): Group {
  const { query, matches, more_matches: more, why_none, uncounted } = asObject(value);
  const { cards, notes } = cardsOf(matches, now);
  return {
    query: clipped(textIn(query) ?? '', 320),
    cards,
    notes: [
      ...notes,
      ...texts(why_none === undefined ? [] : [why_none]),
      ...(more === undefined ? [] : [more === 'not known' ? 'There may be more.' : `${textIn(more)} more were found.`]),
      ...texts(uncounted),
    ],
  };
}

function groupsIn(data: Result, now: number): Group[] | undefined {
  const { results, subscribers, subscriber, capped } = data;
  if (listIn(results) !== undefined)
    return (listIn(results) ?? []).slice(0, drawnGroups).map((each) => answerGroup(each, now));
  if (listIn(subscribers) !== undefined) {
    const { cards, notes } = cardsOf(subscribers, now);
    return [{ cards, notes: [...notes, ...(capped === true ? ['There may be more.'] : [])] }];
  }
  if (subscriber === null) return [{ cards: [], notes: [] }];
  return isObject(subscriber) ? [{ cards: [cardOf(subscriber, now)], notes: [] }] : undefined;
}

function titleOf(count: number, { created }: Result): string {
  if (created === true) return 'Contact created';
  return count === 0 ? 'No contact found' : count === 1 ? '1 contact found' : `${count} contacts found`;
}

/** What is to be known about a search as a whole. */
function notesIn({ not_asked, stopped, next, warnings }: Result): string[] {
  const left = texts(not_asked);
  return [
    ...(left.length === 0 ? [] : [`Not searched yet: ${left.map((each) => clipped(each)).join(', ')}`]),
    ...texts(stopped === undefined ? [] : [stopped]),
    ...(isObject(next) ? ['More were found: the assistant can ask for the rest.'] : []),
    ...texts(warnings),
  ];
}

const plainOf = (value: unknown): string => {
  try {
    return cut(typeof value === 'string' ? value : (JSON.stringify(value, undefined, 1) ?? ''), 5_000);
  } catch {
    return 'The result cannot be shown.';
  }
};

const nothing = { groups: [], notes: [] } as const;

function ofFailure({ message, hint, source, details, performed }: Result): ContactsModel {
  const words = textIn(message) ?? 'no reason given';
  const who = source === 'manychat' ? `ManyChat: “${cut(words, 2_000)}”` : cut(words, 2_000);
  const unclear = performed === 'unknown' || performed === 'yes';
  return {
    ...nothing,
    state: 'failed',
    title: unclear ? 'It failed, and something may have been done' : 'The search failed',
    notes: [who, ...texts(hint === undefined ? [] : [hint]), ...texts(details)],
  };
}

/** The queries of a call, while it runs. */
const queriesIn = ({ queries, name, email, phone, field_value: value, whatsapp_phone: whatsapp }: Result): string[] =>
  (listIn(queries) ?? [name, email, phone, whatsapp, value])
    .flatMap((each) => textIn(each) ?? [])
    .slice(0, drawnGroups)
    .map((each) => clipped(each, 320));

/**
 * Reads what the view of contacts draws. Never throws.
 * @param now milliseconds since 1970.
 */
export function contactsOf({ input = {}, end }: ToolCall, now: number): ContactsModel {
  if (end === undefined) return { ...nothing, state: 'searching', title: 'Searching', notes: queriesIn(input) };
  switch (end.kind) {
    case 'failure':
      return ofFailure(end.failure);
    case 'cancelled':
      return {
        ...nothing,
        state: 'failed',
        title: 'The search was cancelled',
        notes: texts(end.reason === '' ? [] : [end.reason]),
      };
    case 'text':
      return {
        ...nothing,
        state: end.isError ? 'failed' : 'plain',
        title: end.isError ? 'The search failed' : 'Result',
        plain: plainOf(end.text),
      };
    case 'data': {
      if (end.data.dry_run === true) return { ...nothing, state: 'none', title: 'Dry run: no contact was created' };
      const groups = groupsIn(end.data, now);
      if (groups === undefined) return { ...nothing, state: 'plain', title: 'Result', plain: plainOf(end.data) };
      const count = groups.reduce((sum, { cards }) => sum + cards.length, 0);
      return {
        state: count === 0 ? 'none' : 'found',
        title: titleOf(count, end.data),
        groups,
        notes: notesIn(end.data),
      };
    }
  }
}
