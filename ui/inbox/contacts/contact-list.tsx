import type { TargetedKeyboardEvent } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useCell, useInbox, usePlace } from '../parts/use-inbox.js';
import type { ContactSummary } from '../server/shapes.js';
import { windowText } from '../state/times.js';
import { ContactRow } from './contact-row.js';

/** Where an arrow key leads in a list; undefined for another key. */
function targetOf(key: string, at: number, length: number): number | undefined {
  const targets: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: length - 1 };
  const target = targets[key];
  return target === undefined ? undefined : Math.max(0, Math.min(length - 1, target));
}

/** The contacts as links. One of them is in the tab order, and arrow keys lead to the others. */
export function ContactList({ contacts }: { contacts: readonly ContactSummary[] }) {
  const inbox = useInbox();
  const place = usePlace();
  const now = useCell(inbox.now) ?? 0;
  const [current, setCurrent] = useState(place.contact);
  const list = useRef<HTMLUListElement>(null);
  const reachable = contacts.find(({ id }) => id === current) ?? contacts.find(({ id }) => id === place.contact);
  const tabbed = reachable?.id ?? contacts[0]?.id;

  // A row that has the focus and moves up because of something new would lose it.
  const focused = list.current?.contains(document.activeElement) ? document.activeElement : null;
  useLayoutEffect(() => {
    if (focused instanceof HTMLElement && document.activeElement !== focused && focused.isConnected) {
      focused.focus({ preventScroll: true });
    }
  });

  const move = (event: TargetedKeyboardEvent<HTMLUListElement>): void => {
    const links = [...event.currentTarget.querySelectorAll<HTMLElement>('a')];
    const at = links.findIndex((link) => link.matches(':focus'));
    const target = at < 0 ? undefined : targetOf(event.key, at, links.length);
    if (target === undefined) return;
    event.preventDefault();
    links[target]?.focus();
  };

  return (
    <ul class="contact-list" ref={list} onKeyDown={move}>
      {contacts.map((contact) => {
        const { state, text, closesSoon } = windowText(contact.window, now);
        return (
          <ContactRow
            key={contact.id}
            contact={contact}
            windowState={state}
            window={text}
            closesSoon={closesSoon}
            day={Math.floor(now / 86_400_000)}
            page={place.page}
            isSelected={contact.id === place.contact}
            isTabbed={contact.id === tabbed}
            onFocus={setCurrent}
          />
        );
      })}
    </ul>
  );
}
