import { render } from 'preact';
import { App } from './frame/app.js';
import { followAddress } from './frame/follow-address.js';
import { InboxContext } from './parts/use-inbox.js';
import { listen } from './server/live.js';
import { requests } from './server/requests.js';
import { createInbox } from './state/inbox.js';
import { placeOf } from './state/place.js';
import './style/base.css';
import './style/frame.css';
import './style/contacts.css';
import './style/conversation.css';
import './style/panel.css';

/** How long a thing is not read again after it was read, so that a busy sandbox does not keep the page busy. */
const calm = 200;

const pause = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, calm);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

const inbox = createInbox(requests, placeOf(location.hash), pause);
followAddress(inbox);

let wasConnected = false;
listen({
  onConnected() {
    // Notices may have been missed, also those of another sandbox at the same address.
    if (wasConnected) inbox.readAgain();
    wasConnected = true;
  },
  onNotice: inbox.heard,
  onLiveness: inbox.liveness.set,
});

/** The clock runs without a notice. */
const tick = 20_000;
setInterval(() => {
  if (document.visibilityState === 'visible') inbox.overview.invalidate();
}, tick);

render(
  <InboxContext.Provider value={inbox}>
    <App />
  </InboxContext.Provider>,
  document.body,
);
