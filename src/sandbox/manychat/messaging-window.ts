import { day } from '../world/clock.js';
import type { Contact } from './account.js';
import type { SandboxRequest } from './request.js';

/** How long after a contact's last interaction content may be sent; the last millisecond is included. */
const messagingWindow = day;

/** Whether a contact wrote within the last 24 hours. */
export function windowIsOpen({ now }: SandboxRequest, { lastInteraction }: Contact): boolean {
  return lastInteraction !== null && now - lastInteraction <= messagingWindow;
}
