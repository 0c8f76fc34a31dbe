import { Avatar, ChannelLabel, Foreign, TagList, WindowLabel } from '../parts/labels.js';
import { memo } from '../parts/memo.js';
import { useInbox } from '../parts/use-inbox.js';
import type { ContactSummary } from '../server/shapes.js';
import { hashOf, type Place } from '../state/place.js';
import { shortTime, type WindowText } from '../state/times.js';

interface Row {
  readonly contact: ContactSummary;
  readonly windowState: WindowText['state'];
  readonly window: string;
  readonly closesSoon: boolean;
  /** The sandbox's day, since which times are shown. */
  readonly day: number;
  readonly page: Place['page'];
  readonly isSelected: boolean;
  readonly isTabbed: boolean;
  readonly onFocus: (id: string) => void;
}

/** One contact. It is drawn again only if something of it changed: thousands may be in the list. */
export const ContactRow = memo(function ContactRow({ contact, page, isSelected, isTabbed, onFocus, ...row }: Row) {
  const inbox = useInbox();
  const { id, name, channels, active, tags, last } = contact;
  const window = { state: row.windowState, text: row.window, closesSoon: row.closesSoon };
  return (
    <li>
      <a
        class="contact"
        href={hashOf({ contact: id, tab: 'contact', pane: 'conversation', page })}
        aria-current={isSelected ? 'true' : undefined}
        tabIndex={isTabbed ? 0 : -1}
        onFocus={() => onFocus(id)}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          inbox.go({ contact: id, pane: 'conversation' });
        }}
      >
        <Avatar id={id} name={name} />
        <span class="contact-name">
          <Foreign text={name || id} as="strong" />
          {!active && <span class="opted-out">opted out</span>}
        </span>
        <time class="contact-time" dateTime={last?.time}>
          {last === undefined ? '' : shortTime(last.time, inbox.now.get() ?? 0)}
        </time>
        <span class="contact-last">
          {last === undefined ? (
            <span class="faint">No messages yet</span>
          ) : (
            <>
              {last.delivered === false ? (
                <span class="lost">Not delivered: </span>
              ) : (
                last.from === 'page' && <span class="faint">Page: </span>
              )}
              <Foreign text={last.text} />
            </>
          )}
        </span>
        <span class="contact-labels">
          {channels.map((channel) => (
            <ChannelLabel key={channel} channel={channel} />
          ))}
          <WindowLabel window={window} />
          <TagList tags={tags} most={2} />
        </span>
      </a>
    </li>
  );
});
