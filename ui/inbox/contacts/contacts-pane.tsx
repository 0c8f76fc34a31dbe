import { EmptyText, ReadingState } from '../parts/states.js';
import { useCell, useInbox, useReading } from '../parts/use-inbox.js';
import { ContactList } from './contact-list.js';
import { ContactFilters } from './filters.js';

/** The contacts of the page, and what is searched among them. */
export function ContactsPane() {
  const inbox = useInbox();
  const reading = useReading(inbox.contacts);
  const filters = useCell(inbox.filters);
  const { data } = reading;
  const isFiltered = Object.values(filters).some((value) => value !== '');
  const left = data === undefined ? 0 : data.total - data.contacts.length;
  return (
    <nav class="pane contacts-pane" aria-labelledby="contacts-title" data-pane="contacts">
      <div class="pane-head">
        <h2 id="contacts-title" tabIndex={-1}>
          Contacts
        </h2>
        <p class="count" role="status">
          {data === undefined ? '' : `${data.total.toLocaleString()} ${isFiltered ? 'found' : 'in all'}`}
        </p>
      </div>
      <ContactFilters />
      <div class="scroller" aria-busy={reading.loading}>
        <ReadingState reading={reading} of={inbox.contacts} what="contacts" />
        {data?.total === 0 &&
          (isFiltered ? (
            <EmptyText title="No contact found">
              Nothing matches this search.{' '}
              <button type="button" class="link" onClick={inbox.clearFilters}>
                Show all contacts
              </button>
            </EmptyText>
          ) : (
            <EmptyText title="No contacts yet">An account file, or POST /sandbox/contacts, adds some.</EmptyText>
          ))}
        {data !== undefined && data.contacts.length > 0 && <ContactList contacts={data.contacts} />}
        {left > 0 && (
          <button type="button" class="button more" aria-disabled={reading.loading} onClick={inbox.showMoreContacts}>
            {`Show more (${left.toLocaleString()})`}
          </button>
        )}
      </div>
    </nav>
  );
}
