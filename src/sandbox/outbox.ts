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
  /** false when a flow ran but its messages were held back. */
  delivered: boolean;
  reason?: string;
}

/** Chooses deliveries; a missing property matches all. */
export interface DeliveryFilter {
  subscriber_id?: string;
  user_ref?: string;
}

/** Every delivery of a sandbox, oldest first. */
export interface Outbox {
  add(delivery: Omit<Delivery, 'id' | 'time'>, now: number): void;
  list(filter?: DeliveryFilter): Delivery[];
  reset(): void;
}

/** An outbox with nothing in it. */
export function emptyOutbox(): Outbox {
  const deliveries: Delivery[] = [];
  return {
    add(delivery, now) {
      deliveries.push({ id: deliveries.length + 1, time: new Date(now).toISOString(), ...delivery });
    },
    list: ({ subscriber_id: subscriberId, user_ref: userRef } = {}) =>
      deliveries.filter(
        (delivery) =>
          (subscriberId === undefined || delivery.subscriber_id === subscriberId) &&
          (userRef === undefined || delivery.user_ref === userRef),
      ),
    reset() {
      deliveries.length = 0;
    },
  };
}
