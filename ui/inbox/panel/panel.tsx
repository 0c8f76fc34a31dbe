import type { FunctionComponent, TargetedKeyboardEvent } from 'preact';
import { useInbox, usePlace, useReading } from '../parts/use-inbox.js';
import { type Tab, tabs } from '../state/place.js';
import { AccountTab } from './account-tab.js';
import { CallsTab } from './calls-tab.js';
import { ContactTab } from './contact-tab.js';
import { FaultsTab } from './faults-tab.js';
import { RequestsTab } from './requests-tab.js';

const shown: Readonly<Record<Tab, { readonly label: string; readonly Content: FunctionComponent }>> = {
  contact: { label: 'Contact', Content: ContactTab },
  requests: { label: 'Requests', Content: RequestsTab },
  calls: { label: 'Calls', Content: CallsTab },
  account: { label: 'Account', Content: AccountTab },
  faults: { label: 'Faults', Content: FaultsTab },
};

/** Details of the contact, and what happens around it. */
export function Panel() {
  const inbox = useInbox();
  const { tab } = usePlace();
  const faults = useReading(inbox.faults).data ?? [];
  const waiting = faults.filter(({ fault: { times = 1 }, struck }) => struck < times).length;
  const { Content } = shown[tab];
  const move = (event: TargetedKeyboardEvent<HTMLDivElement>): void => {
    const at = tabs.indexOf(tab);
    const targets: Record<string, number> = {
      ArrowRight: (at + 1) % tabs.length,
      ArrowLeft: (at + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    };
    const target = targets[event.key];
    const next = target === undefined ? undefined : tabs[target];
    if (next === undefined) return;
    event.preventDefault();
    inbox.go({ tab: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <aside class="pane panel-pane" aria-label="Details and activity" data-pane="panel">
      <div class="tabs" role="tablist" aria-label="Details and activity" onKeyDown={move}>
        {tabs.map((each) => (
          <button
            key={each}
            type="button"
            id={`tab-${each}`}
            role="tab"
            aria-selected={each === tab}
            aria-controls="tab-content"
            tabIndex={each === tab ? 0 : -1}
            onClick={() => inbox.go({ tab: each })}
          >
            {shown[each].label}
            {each === 'faults' && waiting > 0 && (
              <span class="badge">
                {waiting}
                <span class="only-read"> waiting</span>
              </span>
            )}
          </button>
        ))}
      </div>
      <div
        class="scroller tab-content"
        id="tab-content"
        role="tabpanel"
        aria-labelledby={`tab-${tab}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        tabIndex={0}
      >
        <Content />
      </div>
    </aside>
  );
}
