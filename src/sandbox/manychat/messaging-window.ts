import { day } from '../world/clock.js';
import type { Contact } from './account.js';

/** How long after a contact's last interaction content may be sent; the last millisecond is included. */
const messagingWindow = day;

/** When the window of a contact closes that last interacted at a time, both in milliseconds since 1970. */
export const windowEnd = (lastInteraction: number): number => lastInteraction + messagingWindow;

/** Whether a contact wrote within the last 24 hours; `now` is in milliseconds since 1970. */
export function windowIsOpen({ now }: { readonly now: number }, { lastInteraction }: Contact): boolean {
  return lastInteraction !== null && now <= windowEnd(lastInteraction);
}
