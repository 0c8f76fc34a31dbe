import { boundedLog } from '../world/bounded-log.js';
import type { Channel } from './account.js';
import type { Delivery, Outbox } from './outbox.js';

/** What a contact wrote or clicked. Exactly one of the last four is there. */
interface ContactTurn {
  /** ISO 8601. */
  time: string;
  page_id: string;
  subscriber_id: string;
  channel: Channel;
  text?: string;
  /** URL of a picture. */
  image?: string;
  /** URL of a voice message. */
  audio?: string;
  /** The caption of a button or quick reply. */
  clicked?: string;
}

/** One turn of a conversation: of the contact, or a delivery of the page. */
export type Turn = ({ from: 'contact' } & ContactTurn) | ({ from: 'page' } & Delivery);

/** What contacts wrote, which deliveries make a conversation. */
export interface Conversations {
  add(turn: ContactTurn): void;
  /** All turns of a contact, oldest first. */
  list(pageId: string, contactId: string): Turn[];
  reset(): void;
}

const maxTurns = 100_000;

export function createConversations(outbox: Outbox): Conversations {
  // The latest delivery before a turn tells the order, because a clock that stands still does not.
  const turns = boundedLog<{ turn: ContactTurn; after: number }>(maxTurns, ({ turn }) => JSON.stringify(turn).length);
  return {
    add: (turn) => turns.add({ turn, after: outbox.lastId() }),
    list(pageId, contactId) {
      const deliveries = outbox.list({ subscriber_id: contactId }).filter(({ page_id: page }) => page === pageId);
      const written = turns
        .list()
        .filter(({ turn }) => turn.page_id === pageId && turn.subscriber_id === contactId)
        .map(({ turn, after }) => ({ at: after + 0.5, turn: { from: 'contact' as const, ...turn } }));
      const delivered = deliveries.map((delivery) => ({
        at: delivery.id,
        turn: { from: 'page' as const, ...delivery },
      }));
      return [...delivered, ...written].sort((one, other) => one.at - other.at).map(({ turn }) => turn);
    },
    reset: turns.reset,
  };
}
