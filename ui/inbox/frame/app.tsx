import { useLayoutEffect, useRef } from 'preact/hooks';
import { ContactsPane } from '../contacts/contacts-pane.js';
import { ConversationPane } from '../conversation/conversation-pane.js';
import { Panel } from '../panel/panel.js';
import { Icon } from '../parts/icon.js';
import { useInbox, usePlace } from '../parts/use-inbox.js';
import type { Pane } from '../state/place.js';
import { TopBar } from './top-bar.js';

const isVisible = (element: Element): boolean => element.getClientRects().length > 0;

/** Where the focus goes in a pane: to the first of these that is there. */
const targets: Readonly<Record<Pane, readonly string[]>> = {
  contacts: ['.contact[tabindex="0"]', '#contacts-title'],
  conversation: ['#conversation-title'],
  panel: ['[role="tab"][aria-selected="true"]'],
};

function focusIn(pane: Pane): void {
  const found = targets[pane].map((each) => document.querySelector<HTMLElement>(`[data-pane="${pane}"] ${each}`));
  found.find((each) => each !== null)?.focus();
}

const views: readonly { readonly pane: Pane; readonly label: string }[] = [
  { pane: 'contacts', label: 'Contacts' },
  { pane: 'conversation', label: 'Conversation' },
  { pane: 'panel', label: 'Details' },
];

/** The whole page. With little room it shows one pane at a time, or two. */
export function App() {
  const inbox = useInbox();
  const { pane } = usePlace();
  const shown = useRef(pane);
  useLayoutEffect(() => {
    if (shown.current === pane) return;
    shown.current = pane;
    // What had the focus may now be out of sight; where there is room for all panes it keeps it.
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body || !isVisible(activeElement)) focusIn(pane);
  }, [pane]);
  const skip = (): void => {
    inbox.go({ pane: 'conversation' });
    focusIn('conversation');
  };
  return (
    <div class="app" data-shown={pane}>
      <button type="button" class="skip" onClick={skip}>
        Skip to the conversation
      </button>
      <TopBar />
      <div class="panes">
        <ContactsPane />
        <ConversationPane />
        <Panel />
      </div>
      <nav class="views" aria-label="Views">
        {views.map(({ pane: each, label }) => (
          <button
            key={each}
            type="button"
            aria-current={each === pane ? 'true' : undefined}
            onClick={() => inbox.go({ pane: each })}
          >
            <Icon name={each} />
            {label}
          </button>
        ))}
      </nav>
    </div>
  );
}
