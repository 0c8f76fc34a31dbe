import { ErrorText, ReadingState } from '../parts/states.js';
import { useInbox, useReading } from '../parts/use-inbox.js';
import { useRequest } from '../parts/use-request.js';
import type { FaultState } from '../server/shapes.js';
import { faultText } from '../state/fault-form.js';
import { FaultForm } from './fault-form.js';

function FaultItem({ state: { fault, passed, struck } }: { state: FaultState }) {
  const { what, where } = faultText(fault);
  const { after = 0, times = 1 } = fault;
  const toPass = after - passed;
  const progress =
    struck >= times
      ? 'Used up.'
      : `${struck} of ${times} struck${toPass > 0 ? `, after ${toPass} more ${toPass === 1 ? 'request' : 'requests'}` : ''}.`;
  return (
    <li class={struck >= times ? 'thing used-up' : 'thing'}>
      <p>
        <strong>{what}</strong>
      </p>
      <p class="address">{where}</p>
      <p class="hint">{progress}</p>
    </li>
  );
}

/** The faults that wait, and a form that orders one. */
export function FaultsTab() {
  const inbox = useInbox();
  const reading = useReading(inbox.faults);
  const clearing = useRequest();
  const faults = reading.data ?? [];
  return (
    <>
      <section>
        <h2>Faults</h2>
        <p class="hint">A fault spoils coming requests of your agent, so that you see what it makes of that.</p>
        <ReadingState reading={reading} of={inbox.faults} what="faults" />
        {reading.data !== undefined && faults.length === 0 && <p class="hint none">None is waiting.</p>}
        {faults.length > 0 && (
          <>
            <ul class="things" aria-label="Ordered faults">
              {faults.map((state, index) => (
                <FaultItem key={index} state={state} />
              ))}
            </ul>
            <button
              type="button"
              class="button"
              aria-disabled={clearing.isBusy}
              onClick={() => void clearing.start(inbox.clearFaults)}
            >
              Clear all faults
            </button>
          </>
        )}
        <ErrorText text={clearing.error} />
      </section>
      <FaultForm />
    </>
  );
}
