import { day } from '../world/clock.js';
import type { Contact } from './account.js';

/** How long after a contact's last interaction content may be sent; the last millisecond is included. */
const messagingWindow = day;

/** Whether a contact wrote within the last 24 hours; `now` is in milliseconds since 1970. */
export function windowIsOpen({ now }: { readonly now: number }, { lastInteraction }: Contact): boolean {
  return lastInteraction !== null && now - lastInteraction <= messagingWindow;
}
