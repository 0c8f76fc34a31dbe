import { day } from '../world/clock.js';
import type { Contact } from './account.js';
import type { SandboxRequest } from './request.js';

/** How long after a contact's last interaction anything may be sent: 24 hours, the last moment included. */
const messagingWindow = day;

/** Whether a contact wrote within the last 24 hours. */
export function windowIsOpen({ now }: SandboxRequest, { lastInteraction }: Contact): boolean {
  return lastInteraction !== null && now - lastInteraction <= messagingWindow;
}
