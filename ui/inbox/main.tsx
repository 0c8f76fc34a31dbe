import { render } from 'preact';
import { App } from './frame/app.js';
import { followAddress } from './frame/follow-address.js';
import { InboxContext } from './parts/use-inbox.js';
import { listen } from './server/live.js';
import { requests } from './server/requests.js';
import { createInbox } from './state/inbox.js';
import { pauseOf } from './state/pause.js';
import { placeOf } from './state/place.js';
import './style/base.css';
import './style/frame.css';
import './style/contacts.css';
import './style/conversation.css';
import './style/panel.css';

/** How long a thing is not read again after it was read, so that a busy sandbox does not keep the page busy. */
const calm = 200;

const inbox = createInbox(requests, placeOf(location.hash), pauseOf(calm));
followAddress(inbox);

listen({
  // Notices may have been missed, also those of another sandbox at the same address, and so may have the first readings.
  onConnected: inbox.readAgain,
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
