import type { Inbox } from '../state/inbox.js';
import { hashOf, placeOf } from '../state/place.js';

/** Keeps the place in the address, and follows the address when the user goes back or opens a link. */
export function followAddress({ place, go }: Pick<Inbox, 'place' | 'go'>): void {
  let { contact, pane } = place.get();
  place.watch(() => {
    const now = place.get();
    const hash = hashOf(now);
    // Back leads to another contact or pane; tabs are no steps.
    const isStep = now.contact !== contact || now.pane !== pane;
    ({ contact, pane } = now);
    if (hash === location.hash) return;
    if (isStep) history.pushState(null, '', hash);
    else history.replaceState(null, '', hash);
  });
  addEventListener('popstate', () => go(placeOf(location.hash)));
}
