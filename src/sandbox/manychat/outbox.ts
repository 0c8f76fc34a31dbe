import { parseJson, stringifyJson } from '../http/json.js';
import { maxKeptCharacters } from '../world/bounded-log.js';
import { indexedLog } from '../world/indexed-log.js';
import type { Sequence } from '../world/sequence.js';
import type { Channel } from './account.js';

/** An accepted send; `delivered` says whether its messages went out. */
export interface Delivery {
  /** Sequence number from 1. */
  id: number;
  /** ISO 8601. */
  time: string;
  page_id: string;
  /** null if the user_ref is not linked to a contact. */
  subscriber_id: string | null;
  user_ref: string | null;
  channel: Channel;
  /** The endpoint that sent it; `flow` if one that nothing but the account itself started, `block` if a dynamic block. */
  source: 'sendContent' | 'sendContentByUserRef' | 'sendFlow' | 'flow' | 'block';
  /** The id of the call whose answer this is, or after which the flow started. */
  call?: number;
  flow_ns?: string;
  otn_topic_name?: string;
  messages: readonly unknown[];
  quick_replies: readonly unknown[];
  /** Length in JSON of messages and quick replies that were too long to keep; both lists are then empty. */
  cut_from_characters?: number;
  /** false if a flow ran but its messages could not be sent. */
  delivered: boolean;
  /** Why nothing was delivered. */
  reason?: string;
}

/** Filters deliveries; a missing property matches all. */
export interface DeliveryFilter {
  subscriber_id?: string;
  user_ref?: string;
}

/** The latest deliveries, oldest first. */
export interface Outbox {
  /** Returns the id of the delivery. */
  add(delivery: Omit<Delivery, 'id' | 'time'>, now: number): number;
  list(filter?: DeliveryFilter): Delivery[];
  /** What a contact of a page was sent, oldest first, without parsing it. */
  sentTo(pageId: string, contactId: string): readonly StoredDelivery[];
  /** How many older deliveries were dropped. */
  dropped(): number;
  reset(): void;
}

/** A delivery whose messages and quick replies are kept as JSON text, which takes less memory. */
export interface StoredDelivery {
  /** Its place among all that was sent and written. */
  readonly seq: number;
  readonly delivery: Omit<Delivery, 'messages' | 'quick_replies'>;
  readonly messages: string;
  readonly quickReplies: string;
}

const parseList = (text: string): readonly unknown[] => {
  const list = parseJson(text);
  return Array.isArray(list) ? list : [];
};

/** A delivery with its content. */
export const readDelivery = ({ delivery, messages, quickReplies }: StoredDelivery): Delivery => ({
  ...delivery,
  messages: parseList(messages),
  quick_replies: parseList(quickReplies),
});

const maxDeliveries = 100_000;

/** The key of what was sent to a contact of a page, and of what it wrote. */
export const conversationKey = (pageId: string, contactId: string): string => `${pageId} ${contactId}`;

export function createOutbox(sequence: Sequence): Outbox {
  const log = indexedLog<StoredDelivery>(
    maxDeliveries,
    ({ messages, quickReplies }) => messages.length + quickReplies.length,
    ({ delivery: { page_id: pageId, subscriber_id: contactId } }) =>
      contactId === null ? undefined : conversationKey(pageId, contactId),
  );
  const pageIds = new Set<string>();
  let last = 0;
  /** What contacts with this id were sent: a page has one at most. */
  const sentToAny = (contactId: string): readonly StoredDelivery[] => {
    const [first = [], ...others] = [...pageIds]
      .map((pageId) => log.of(conversationKey(pageId, contactId)))
      .filter(({ length }) => length > 0);
    return others.length === 0 ? first : [first, ...others].flat().sort((one, other) => one.seq - other.seq);
  };
  return {
    add({ messages, quick_replies: quickReplies, ...delivery }, now) {
      last += 1;
      pageIds.add(delivery.page_id);
      const seq = sequence.next();
      const numbered = { id: last, time: new Date(now).toISOString(), ...delivery };
      const texts = { messages: stringifyJson(messages), quickReplies: stringifyJson(quickReplies) };
      const length = texts.messages.length + texts.quickReplies.length;
      if (length <= maxKeptCharacters) log.add({ seq, delivery: numbered, ...texts });
      else log.add({ seq, delivery: { ...numbered, cut_from_characters: length }, messages: '[]', quickReplies: '[]' });
      return last;
    },
    list: ({ subscriber_id: subscriberId, user_ref: userRef } = {}) =>
      (subscriberId === undefined ? log.list() : sentToAny(subscriberId))
        .filter(({ delivery }) => userRef === undefined || delivery.user_ref === userRef)
        .map(readDelivery),
    sentTo: (pageId, contactId) => log.of(conversationKey(pageId, contactId)),
    dropped: log.dropped,
    reset() {
      log.reset();
      pageIds.clear();
      last = 0;
    },
  };
}
