import { TagList, WindowLabel } from '../parts/labels.js';
import { EmptyText, ReadingState } from '../parts/states.js';
import { useCell, useInbox, usePlace, useReading } from '../parts/use-inbox.js';
import { timeText, windowText } from '../state/times.js';
import { Facts } from './facts.js';
import { valueText } from './value-text.js';

/** What the page knows of the selected contact. */
export function ContactTab() {
  const inbox = useInbox();
  const { contact: id } = usePlace();
  const reading = useReading(inbox.contact);
  const now = useCell(inbox.now) ?? 0;
  const { data: contact } = reading;
  if (id === undefined)
    return <EmptyText title="No contact chosen">Its addresses, tags and fields are shown here.</EmptyText>;
  if (contact === undefined) return <ReadingState reading={reading} of={inbox.contact} what="the contact" />;
  const window = windowText(contact.window, now);
  const { until } = contact.window;
  const set = contact.fields.filter(({ value }) => value !== null && value !== undefined && value !== '');
  const unset = contact.fields.length - set.length;
  return (
    <>
      <section>
        <h2>Window</h2>
        <p>
          <WindowLabel window={window} />
        </p>
        <p class="hint">
          {window.state === 'open' && until !== undefined && `Content may be sent until ${timeText(until, 'clock')}.`}
          {window.state === 'closed' &&
            'It opens for 24 hours once the contact writes, or clicks a button that the page answers.'}
          {window.state === 'never' && 'It opens for 24 hours once the contact writes.'}
        </p>
      </section>
      <section>
        <h2>Contact</h2>
        <Facts
          facts={[
            ['Id', contact.id],
            ['Email', contact.email],
            ['Phone', contact.phone],
            ['WhatsApp', contact.whatsapp_phone],
            ['Instagram', contact.ig_username],
            ['Subscribed', timeText(contact.subscribed, 'full')],
            ['Last wrote', contact.last_interaction === null ? '' : timeText(contact.last_interaction, 'full')],
            ['May be written to', contact.active ? 'yes' : 'no, opted out'],
          ]}
        />
      </section>
      <section>
        <h2>Tags</h2>
        {contact.tags.length === 0 ? <p class="hint">None.</p> : <TagList tags={contact.tags} />}
      </section>
      <section>
        <h2>Fields</h2>
        {set.length > 0 && <Facts facts={set.map(({ name, value }) => [name, valueText(value)])} />}
        {unset > 0 && <p class="hint">{set.length === 0 ? 'None is set.' : `${unset} more without a value.`}</p>}
        {contact.fields.length === 0 && <p class="hint">The account has no fields.</p>}
      </section>
    </>
  );
}
