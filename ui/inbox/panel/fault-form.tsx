import { useState } from 'preact/hooks';
import { ErrorText } from '../parts/states.js';
import { useInbox, useReading } from '../parts/use-inbox.js';
import { useRequest } from '../parts/use-request.js';
import {
  asksPerform,
  type Effect,
  effectNumbers,
  effects,
  emptyFaultForm,
  type FaultForm as Form,
  faultOf,
  presets,
} from '../state/fault-form.js';

interface Field {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: string;
}

function NumberField({ label, value, onInput }: Field) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="text"
        inputMode="numeric"
        value={value}
        autocomplete="off"
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </label>
  );
}

/** Orders a fault. */
export function FaultForm() {
  const inbox = useInbox();
  const { data: overview } = useReading(inbox.overview);
  const [form, setForm] = useState(emptyFaultForm);
  const [isOrdered, setOrdered] = useState(false);
  const ordering = useRequest();
  const change = (next: Partial<Form>): void => {
    setForm({ ...form, ...next });
    setOrdered(false);
  };
  const choose = (effect: Effect): void => change({ effect, number: effectNumbers[effect]?.initial ?? '' });
  const order = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (await ordering.start(() => inbox.orderFault(faultOf(form)))) setOrdered(true);
  };
  const number = effectNumbers[form.effect];
  const paths = [...new Set(overview?.manychat_routes.map(({ path }) => path))];
  return (
    <section>
      <h2 id="fault-title">Order a fault</h2>
      <p class="presets">
        <span class="hint">Fill in:</span>
        {presets.map((preset) => (
          <button
            key={preset.label}
            type="button"
            class="button small"
            onClick={() => change({ ...emptyFaultForm, ...preset.form })}
          >
            {preset.label}
          </button>
        ))}
      </p>
      <form class="fault-form" aria-labelledby="fault-title" onSubmit={(event) => void order(event)}>
        <label class="field">
          <span>What happens</span>
          <select
            value={form.effect}
            onChange={({ currentTarget }) =>
              choose(effects.find(({ name }) => name === currentTarget.value)?.name ?? 'status')
            }
          >
            {effects.map(({ name, label }) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
        {number !== undefined && (
          <NumberField label={number.label} value={form.number} onInput={(value) => change({ number: value })} />
        )}
        {form.effect === 'reset' && (
          <label class="field">
            <span>When it breaks</span>
            <select
              value={form.resetAt}
              onChange={({ currentTarget: { value } }) =>
                change({ resetAt: value === 'in_body' ? 'in_body' : 'before_headers' })
              }
            >
              <option value="before_headers">Before the answer</option>
              <option value="in_body">Within the answer</option>
            </select>
          </label>
        )}
        {form.effect === 'status' && (
          <NumberField
            label="Retry-After, in seconds"
            value={form.retryAfter}
            onInput={(retryAfter) => change({ retryAfter })}
          />
        )}
        {form.effect === 'status' && (
          <label class="field">
            <span>Body, as JSON or text</span>
            <textarea
              rows={2}
              spellcheck={false}
              value={form.body}
              onInput={({ currentTarget }) => change({ body: currentTarget.value })}
            />
          </label>
        )}
        <div class="field-row">
          <label class="field field-method">
            <span>Method</span>
            <select value={form.method} onChange={({ currentTarget }) => change({ method: currentTarget.value })}>
              <option value="">Any</option>
              <option value="GET">GET</option>
              <option value="POST">POST</option>
              <option value="DELETE">DELETE</option>
            </select>
          </label>
          <label class="field">
            <span>Part of the path</span>
            <input
              type="text"
              list="fault-paths"
              placeholder="any"
              spellcheck={false}
              autocomplete="off"
              value={form.path}
              onInput={({ currentTarget }) => change({ path: currentTarget.value })}
            />
          </label>
          <datalist id="fault-paths">
            {paths.map((path) => (
              <option key={path} value={path} />
            ))}
          </datalist>
        </div>
        <div class="field-row">
          <NumberField label="Requests that pass first" value={form.after} onInput={(after) => change({ after })} />
          <NumberField label="Requests that it strikes" value={form.times} onInput={(times) => change({ times })} />
        </div>
        {asksPerform(form.effect) && (
          <label class="check">
            <input
              type="checkbox"
              checked={form.perform}
              onChange={({ currentTarget }) => change({ perform: currentTarget.checked })}
            />
            <span>The request is performed nevertheless: only its answer is lost</span>
          </label>
        )}
        <ErrorText text={ordering.error} />
        <div class="form-end">
          <button type="submit" class="button primary" aria-disabled={ordering.isBusy}>
            {ordering.isBusy ? 'Ordering…' : 'Order this fault'}
          </button>
          <span role="status" class="done">
            {isOrdered ? 'Ordered.' : ''}
          </span>
        </div>
      </form>
    </section>
  );
}
