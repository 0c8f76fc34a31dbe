import { useEffect, useRef } from 'preact/hooks';
import { Foreign } from '../parts/labels.js';
import { memo } from '../parts/memo.js';
import { EmptyText, ReadingState } from '../parts/states.js';
import { useCell, useInbox, useReading } from '../parts/use-inbox.js';
import type { Call } from '../server/shapes.js';
import { effectText } from '../state/fault-form.js';
import { mostCalls } from '../state/reads.js';
import { timeText } from '../state/times.js';
import { Code, OnDemand, Status } from './record-parts.js';
import { bodyText, valueText } from './value-text.js';

const triggers: Readonly<Record<string, string>> = {
  message: 'a contact wrote',
  flow: 'a flow started',
  tag_applied: 'a tag was added',
  tag_removed: 'a tag was removed',
  field_changed: 'a field changed',
  new_contact: 'a contact was added',
  button: 'a button was clicked',
  quick_reply: 'a quick reply was clicked',
  callback: 'a callback waited for the text',
  test: 'the Test button',
};

const sendsOf = (count: number): string => (count === 1 ? '1 message was sent' : `${count} messages were sent`);

/** What came of a call, in sentences. */
function outcomesOf({ branch, reason, deliveries, problems }: Call): readonly string[] {
  return [
    ...(branch === null ? [] : [`It took the ${branch} branch.`]),
    ...(reason === undefined ? [] : [reason]),
    ...(deliveries.length === 0 ? [] : [`${sendsOf(deliveries.length)}.`]),
    ...problems,
  ];
}

const CallItem = memo(function CallItem({ call, isShown }: { call: Call; isShown: boolean }) {
  const inbox = useInbox();
  const item = useRef<HTMLLIElement>(null);
  const { id, hook, trigger, state, status, time, request, repeats, fault, page_id, subscriber_id: contact } = call;
  useEffect(() => {
    if (isShown) item.current?.scrollIntoView({ block: 'nearest' });
  }, [isShown]);
  return (
    <li class={isShown ? 'record shown' : 'record'} ref={item}>
      <p class="record-head">
        {state === 'ended' ? <Status status={status} /> : <span class="status">{state}</span>}
        <span>{`Call ${id}`}</span>
        <time dateTime={time}>{timeText(time, 'full')}</time>
      </p>
      <p class="record-meaning">
        {hook === null ? 'What a message said to call' : <bdi>{hook}</bdi>}
        {`, because ${triggers[trigger] ?? trigger}`}
      </p>
      {repeats !== undefined && <p class="hint">{`Repeats call ${repeats}.`}</p>}
      {fault !== undefined && <p class="hint">{`A fault struck: ${effectText(fault)}.`}</p>}
      <ul class="outcomes">
        {outcomesOf(call).map((each) => (
          <li key={each}>
            <bdi>{each}</bdi>
          </li>
        ))}
        {call.mapped.map(({ field, value }) => (
          <li key={`field ${field}`}>
            <Foreign text={field} /> is now <Foreign text={valueText(value)} />
          </li>
        ))}
      </ul>
      <div class="record-more">
        <OnDemand summary={`${request.method} ${request.url}`}>
          {() => (
            <>
              <Code label="Body" text={bodyText(request.body)} />
              <Code label="Answer" text={bodyText(call.response)} />
            </>
          )}
        </OnDemand>
        <button type="button" class="link" onClick={() => inbox.showContact(contact, page_id)}>
          Show contact
        </button>
      </div>
    </li>
  );
});

/** The calls that hooks and messages made, newest first. */
export function CallsTab() {
  const inbox = useInbox();
  const reading = useReading(inbox.calls);
  const wanted = useCell(inbox.shownCall);
  const { entries: calls = [], more = 0 } = reading.data ?? {};
  return (
    <section>
      <h2>Calls</h2>
      <p class="hint">What hooks and messages made the sandbox call, and what came of it.</p>
      <ReadingState reading={reading} of={inbox.calls} what="calls" />
      {reading.data !== undefined && calls.length === 0 && (
        <EmptyText title="No calls yet">A hook makes some: POST /sandbox/hooks, or hooks in an account file.</EmptyText>
      )}
      <ol class="records" reversed>
        {calls.toReversed().map((call) => (
          <CallItem key={call.id} call={call} isShown={call.id === wanted} />
        ))}
      </ol>
      {more > 0 && calls.length >= mostCalls && (
        <p class="hint">The latest 1,000 calls are shown. GET /sandbox/calls has the others.</p>
      )}
      {more > 0 && calls.length < mostCalls && (
        <button type="button" class="button more" aria-disabled={reading.loading} onClick={inbox.showEarlierCalls}>
          {`Show earlier (${more.toLocaleString()})`}
        </button>
      )}
    </section>
  );
}
