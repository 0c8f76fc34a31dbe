import type { RequestLog } from '../http/request-log.js';
import type { AccountEvent } from '../manychat/account.js';
import type { Conversations } from '../manychat/conversation.js';
import type { Outbox } from '../manychat/outbox.js';
import type { Changes } from './changes.js';
import type { MovableClock } from './clock.js';

/** An outbox whose deliveries are announced. */
export const announcedOutbox = (outbox: Outbox, { contact }: Changes): Outbox => ({
  ...outbox,
  add(delivery, now) {
    if (delivery.subscriber_id !== null) contact(delivery.subscriber_id);
    return outbox.add(delivery, now);
  },
});

/** Conversations in which what contacts write is announced. */
export const announcedConversations = (conversations: Conversations, { contact }: Changes): Conversations => ({
  ...conversations,
  add(turn) {
    contact(turn.subscriber_id);
    conversations.add(turn);
  },
});

export const announcedRequests = (requests: RequestLog, { part }: Changes): RequestLog => ({
  ...requests,
  add(request) {
    part('requests');
    requests.add(request);
  },
});

export const announcedClock = (clock: MovableClock, { part }: Changes): MovableClock => ({
  ...clock,
  advance(milliseconds) {
    clock.advance(milliseconds);
    part('clock');
  },
});

/** Announces the contact of an event, unless the event changes nothing that is shown. */
export function announceEvent({ kind, contact: { id } }: AccountEvent, { contact }: Changes): void {
  if (kind !== 'callback_armed' && kind !== 'flow_started') contact(id);
}
