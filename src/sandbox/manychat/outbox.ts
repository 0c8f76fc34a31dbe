import { readJson, writeJson } from '../http/json.js';
import { latest, longestKept } from '../world/bounded-log.js';
import type { Channel } from './account.js';

/** One send that was accepted: what went, or did not go, to whom. */
export interface Delivery {
  /** Counts from 1 in the order of sending. */
  id: number;
  /** ISO 8601. */
  time: string;
  page_id: string;
  /** null where a user_ref is not linked to a contact. */
  subscriber_id: string | null;
  user_ref: string | null;
  channel: Channel;
  source: 'sendContent' | 'sendContentByUserRef' | 'sendFlow';
  flow_ns?: string;
  otn_topic_name?: string;
  messages: readonly unknown[];
  quick_replies: readonly unknown[];
  /** Length of messages and quick replies that were too long to be kept: both are then empty. */
  cut_from_characters?: number;
  /** false when a flow ran but its messages were held back. */
  delivered: boolean;
  reason?: string;
}

/** Chooses deliveries; a missing property matches all. */
export interface DeliveryFilter {
  subscriber_id?: string;
  user_ref?: string;
}

/** The latest deliveries of a sandbox, oldest first. */
export interface Outbox {
  add(delivery: Omit<Delivery, 'id' | 'time'>, now: number): void;
  list(filter?: DeliveryFilter): Delivery[];
  /** How many older ones are no longer listed. */
  forgotten(): number;
  reset(): void;
}

/** A delivery whose messages and quick replies are kept as text, which takes less memory than what they say. */
interface Kept {
  readonly delivery: Omit<Delivery, 'messages' | 'quick_replies'>;
  readonly messages: string;
  readonly quickReplies: string;
}

const listOf = (text: string): readonly unknown[] => {
  const list = readJson(text);
  return Array.isArray(list) ? list : [];
};

const mostDeliveries = 100_000;

/** An outbox with nothing in it. */
export function emptyOutbox(): Outbox {
  const kept = latest<Kept>(mostDeliveries, ({ messages, quickReplies }) => messages.length + quickReplies.length);
  let last = 0;
  return {
    add({ messages, quick_replies: quickReplies, ...delivery }, now) {
      last += 1;
      const numbered = { id: last, time: new Date(now).toISOString(), ...delivery };
      const texts = { messages: writeJson(messages), quickReplies: writeJson(quickReplies) };
      const length = texts.messages.length + texts.quickReplies.length;
      if (length <= longestKept) kept.add({ delivery: numbered, ...texts });
      else kept.add({ delivery: { ...numbered, cut_from_characters: length }, messages: '[]', quickReplies: '[]' });
    },
    list: ({ subscriber_id: subscriberId, user_ref: userRef } = {}) =>
      kept
        .list()
        .filter(
          ({ delivery }) =>
            (subscriberId === undefined || delivery.subscriber_id === subscriberId) &&
            (userRef === undefined || delivery.user_ref === userRef),
        )
        .map(({ delivery, messages, quickReplies }) => ({
          ...delivery,
          messages: listOf(messages),
          quick_replies: listOf(quickReplies),
        })),
    forgotten: kept.forgotten,
    reset() {
      kept.reset();
      last = 0;
    },
  };
}
