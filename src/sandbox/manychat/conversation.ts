import { indexedLog } from '../world/indexed-log.js';
import type { Sequence } from '../world/sequence.js';
import type { Channel } from './account.js';
import { conversationKey, type Delivery, type Outbox, readDelivery, type StoredDelivery } from './outbox.js';

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

/** A turn that was not read yet. `seq` is its place among all that was sent and written. */
export interface TurnEntry {
  readonly seq: number;
  /** ISO 8601. */
  readonly time: string;
  read(): Turn;
}

/** What contacts wrote, which deliveries make a conversation. */
export interface Conversations {
  add(turn: ContactTurn): void;
  /** All turns of a contact, oldest first. */
  list(pageId: string, contactId: string): Turn[];
  /** The latest turns before one, oldest first, and how many are older. Reads no other turn. */
  latest(pageId: string, contactId: string, range: TurnRange): { entries: TurnEntry[]; older: number };
  reset(): void;
}

/** At most `limit` turns whose `seq` is less than `before`. */
interface TurnRange {
  readonly limit: number;
  /** Default: all turns. */
  readonly before?: number;
}

interface WrittenTurn {
  readonly seq: number;
  readonly turn: ContactTurn;
}

const maxTurns = 100_000;

const entryOf = (each: StoredDelivery | WrittenTurn): TurnEntry =>
  'turn' in each
    ? { seq: each.seq, time: each.turn.time, read: () => ({ from: 'contact', ...each.turn }) }
    : { seq: each.seq, time: each.delivery.time, read: () => ({ from: 'page', ...readDelivery(each) }) };

/** How many entries of an ordered list come before a number. */
function countBefore(entries: readonly { readonly seq: number }[], seq: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.seq ?? seq) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function createConversations(outbox: Outbox, sequence: Sequence): Conversations {
  const written = indexedLog<WrittenTurn>(
    maxTurns,
    ({ turn }) => JSON.stringify(turn).length,
    ({ turn }) => conversationKey(turn.page_id, turn.subscriber_id),
  );

  function latest(
    pageId: string,
    contactId: string,
    { limit, before = Number.POSITIVE_INFINITY }: TurnRange,
  ): { entries: TurnEntry[]; older: number } {
    const sent = outbox.sentTo(pageId, contactId);
    const wrote = written.of(conversationKey(pageId, contactId));
    let sentCount = countBefore(sent, before);
    let wroteCount = countBefore(wrote, before);
    const entries: TurnEntry[] = [];
    while (entries.length < limit && sentCount + wroteCount > 0) {
      const [delivery, turn] = [sent[sentCount - 1], wrote[wroteCount - 1]];
      const isSent = (delivery?.seq ?? 0) > (turn?.seq ?? 0);
      if (isSent) sentCount -= 1;
      else wroteCount -= 1;
      const newest = isSent ? delivery : turn;
      if (newest !== undefined) entries.push(entryOf(newest));
    }
    return { entries: entries.reverse(), older: sentCount + wroteCount };
  }

  return {
    add: (turn) => written.add({ seq: sequence.next(), turn }),
    list: (pageId, contactId) =>
      latest(pageId, contactId, { limit: Number.POSITIVE_INFINITY }).entries.map(({ read }) => read()),
    latest,
    reset: written.reset,
  };
}
