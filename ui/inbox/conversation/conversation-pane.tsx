import { Icon } from '../parts/icon.js';
import { Avatar, ChannelLabel, Foreign, WindowLabel } from '../parts/labels.js';
import { EmptyText, ReadingState } from '../parts/states.js';
import { useCell, useInbox, usePlace, useReading } from '../parts/use-inbox.js';
import type { ContactSummary } from '../server/shapes.js';
import { windowText } from '../state/times.js';
import { Composer } from './composer.js';
import { ConversationLog } from './conversation-log.js';

/** Whose conversation it is. The heading stays the same element, because the focus may be on it. */
function ConversationHead({ contact }: { contact: ContactSummary | undefined }) {
  const inbox = useInbox();
  const now = useCell(inbox.now) ?? 0;
  return (
    <div class="pane-head">
      <button type="button" class="icon-button back" onClick={() => inbox.go({ pane: 'contacts' })}>
        <Icon name="back" />
        <span class="only-read">Back to the contacts</span>
      </button>
      {contact !== undefined && <Avatar id={contact.id} name={contact.name} />}
      <div class="conversation-who">
        <h2 id="conversation-title" tabIndex={-1}>
          <span class={contact === undefined ? '' : 'only-read'}>Conversation</span>
          {contact !== undefined && (
            <>
              <span class="only-read"> with </span>
              <Foreign text={contact.name || contact.id} />
            </>
          )}
        </h2>
        {contact !== undefined && (
          <p class="labels">
            {contact.channels.map((channel) => (
              <ChannelLabel key={channel} channel={channel} />
            ))}
            <WindowLabel window={windowText(contact.window, now)} />
            {!contact.active && <span class="opted-out">opted out</span>}
          </p>
        )}
      </div>
    </div>
  );
}

/** The conversation with the selected contact. */
export function ConversationPane() {
  const inbox = useInbox();
  const { contact: id, page } = usePlace();
  const reading = useReading(inbox.contact);
  const { data: contact } = reading;
  const listed = useCell(inbox.contacts).data?.contacts.find((each) => each.id === id);
  return (
    <main class="pane conversation-pane" aria-labelledby="conversation-title" data-pane="conversation">
      <ConversationHead contact={contact ?? listed} />
      {id === undefined ? (
        <EmptyText title="Choose a contact">
          Here you see what a contact and the page write to each other. You can write as the contact, and click the
          buttons that it was sent.
        </EmptyText>
      ) : (
        <>
          <ReadingState reading={reading} of={inbox.contact} what="the contact" />
          {contact !== undefined && (
            <>
              <ConversationLog key={`${page} ${id}`} contact={contact} />
              <Composer key={`to ${page} ${id}`} contact={contact} />
            </>
          )}
        </>
      )}
    </main>
  );
}
