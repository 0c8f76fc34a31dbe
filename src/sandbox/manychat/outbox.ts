import { parseJson, stringifyJson } from '../http/json.js';
import { boundedLog, maxKeptCharacters } from '../world/bounded-log.js';
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
  /** The id of the latest delivery; 0 before the first. */
  lastId(): number;
  /** How many older deliveries were dropped. */
  dropped(): number;
  reset(): void;
}

/** A delivery whose messages and quick replies are kept as JSON text, which takes less memory. */
interface StoredDelivery {
  readonly delivery: Omit<Delivery, 'messages' | 'quick_replies'>;
  readonly messages: string;
  readonly quickReplies: string;
}

const parseList = (text: string): readonly unknown[] => {
  const list = parseJson(text);
  return Array.isArray(list) ? list : [];
};

const maxDeliveries = 100_000;

export function createOutbox(): Outbox {
  const log = boundedLog<StoredDelivery>(
    maxDeliveries,
    ({ messages, quickReplies }) => messages.length + quickReplies.length,
  );
  let last = 0;
  return {
    add({ messages, quick_replies: quickReplies, ...delivery }, now) {
      last += 1;
      const numbered = { id: last, time: new Date(now).toISOString(), ...delivery };
      const texts = { messages: stringifyJson(messages), quickReplies: stringifyJson(quickReplies) };
      const length = texts.messages.length + texts.quickReplies.length;
      if (length <= maxKeptCharacters) log.add({ delivery: numbered, ...texts });
      else log.add({ delivery: { ...numbered, cut_from_characters: length }, messages: '[]', quickReplies: '[]' });
      return last;
    },
    lastId: () => last,
    list: ({ subscriber_id: subscriberId, user_ref: userRef } = {}) =>
      log
        .list()
        .filter(
          ({ delivery }) =>
            (subscriberId === undefined || delivery.subscriber_id === subscriberId) &&
            (userRef === undefined || delivery.user_ref === userRef),
        )
        .map(({ delivery, messages, quickReplies }) => ({
          ...delivery,
          messages: parseList(messages),
          quick_replies: parseList(quickReplies),
        })),
    dropped: log.dropped,
    reset() {
      log.reset();
      last = 0;
    },
  };
}
