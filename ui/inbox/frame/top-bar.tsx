import { Icon } from '../parts/icon.js';
import { useCell, useInbox, usePlace, useReading } from '../parts/use-inbox.js';
import { ClockMenu } from './clock-menu.js';
import { ResetButton } from './reset-button.js';

const livenessTexts = {
  connecting: 'Connecting…',
  live: 'Live',
  lost: 'Connection lost. Reconnecting…',
} as const;

function LivenessLabel() {
  const liveness = useCell(useInbox().liveness);
  return (
    <p class={`liveness liveness-${liveness}`} role="status">
      {livenessTexts[liveness]}
    </p>
  );
}

/** The page of the account that is shown. */
function PageSwitch() {
  const inbox = useInbox();
  const { page } = usePlace();
  const { data } = useReading(inbox.overview);
  const pages = data?.manychat_keys ?? [];
  const [first] = pages;
  if (first === undefined) return null;
  if (pages.length < 2) return <p class="page-name">{first.page}</p>;
  return (
    <label class="page-switch">
      <span class="only-read">Page</span>
      <select
        value={page}
        onChange={({ currentTarget: { value } }) =>
          inbox.go({ page: value === 'second' ? 'second' : 'first', contact: undefined, pane: 'contacts' })
        }
      >
        {pages.map((each, index) => (
          <option key={index === 0 ? 'first' : 'second'} value={index === 0 ? 'first' : 'second'}>
            {each.page}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What holds for the whole sandbox: that it is one, its page, clock and connection. */
export function TopBar() {
  return (
    <header class="top-bar">
      <div class="top-title">
        <span class="logo" aria-hidden="true">
          <Icon name="flask" />
        </span>
        <div>
          <h1>Sandbox inbox</h1>
          <p class="sandbox-note">Simulated: nothing here reaches real people.</p>
        </div>
      </div>
      <div class="top-tools">
        <LivenessLabel />
        <PageSwitch />
        <ClockMenu />
        <ResetButton />
      </div>
    </header>
  );
}
