import { memo } from '../parts/memo.js';
import { EmptyText, ErrorText, ReadingState } from '../parts/states.js';
import { useInbox, useReading } from '../parts/use-inbox.js';
import { useRequest } from '../parts/use-request.js';
import type { RequestRecord } from '../server/shapes.js';
import { effectText } from '../state/fault-form.js';
import { timeText } from '../state/times.js';
import { Code, OnDemand, Status } from './record-parts.js';
import { bodyText } from './value-text.js';

const RequestItem = memo(function RequestItem({ record }: { record: RequestRecord }) {
  const inbox = useInbox();
  const { time, method, path, query, status, performed, fault, meaning, error, page_id, subscriber_id: id } = record;
  const search = new URLSearchParams(query).toString();
  return (
    <li class="record">
      <p class="record-head">
        <Status status={status} />
        <time dateTime={time}>{timeText(time, 'full')}</time>
      </p>
      <p class="record-meaning">
        <bdi>{meaning}</bdi>
      </p>
      {error !== undefined && (
        <p class="refusal">
          <span class="only-read">Refused: </span>
          <bdi>{error}</bdi>
        </p>
      )}
      {fault !== undefined && (
        <p class="hint">
          {`A fault struck: ${effectText(fault)}. The request ${performed ? 'was performed nevertheless' : 'was not performed'}.`}
        </p>
      )}
      <div class="record-more">
        <OnDemand summary={`${method} ${path}`}>
          {() => (
            <>
              {search !== '' && <Code label="Query" text={decodeURIComponent(search)} />}
              <Code
                label="Headers"
                text={Object.entries(record.headers)
                  .map(([name, value]) => `${name}: ${value}`)
                  .join('\n')}
              />
              <Code label="Body" text={bodyText(record.body)} />
              {record.cut_from_bytes !== undefined && (
                <p class="hint">{`The beginning of ${record.cut_from_bytes.toLocaleString()} bytes.`}</p>
              )}
            </>
          )}
        </OnDemand>
        {id !== undefined && (
          <button type="button" class="link" onClick={() => inbox.showContact(id, page_id)}>
            Show contact
          </button>
        )}
      </div>
    </li>
  );
});

/** The requests that came in, newest first. */
export function RequestsTab() {
  const inbox = useInbox();
  const reading = useReading(inbox.requests);
  const earlier = useRequest();
  const { entries = [], more = 0 } = reading.data ?? {};
  return (
    <section>
      <h2>Requests</h2>
      <p class="hint">What the sandbox was asked for, as ManyChat or Maton would be.</p>
      <ReadingState reading={reading} of={inbox.requests} what="requests" />
      {reading.data !== undefined && entries.length === 0 && (
        <EmptyText title="No requests yet">Let your agent use the sandbox: what it asks for appears here.</EmptyText>
      )}
      <ol class="records" reversed>
        {entries.toReversed().map((record) => (
          <RequestItem key={record.id} record={record} />
        ))}
      </ol>
      <ErrorText text={earlier.error} />
      {more > 0 && (
        <button
          type="button"
          class="button more"
          aria-disabled={earlier.isBusy}
          onClick={() => void earlier.start(inbox.showEarlierRequests)}
        >
          {earlier.isBusy ? 'Reading…' : `Show earlier (${more.toLocaleString()})`}
        </button>
      )}
    </section>
  );
}
