import { actOnSubscriber } from '../../tools/actions.js';
import { concernsEverybody, isOutage, mostOutages } from '../../tools/blame.js';
import type { Failure } from '../../tools/failure.js';
import type { Outcome, ToolCaller } from '../calls.js';
import type { Counts } from './counts.js';
import type { Job } from './job.js';
import type { Entry, Journal, State } from './journal.js';
import type { Table } from './table.js';

/** Contacts in flight: enough to use up ten requests a second of up to two seconds each. */
const inFlight = 20;

/** What was done for whom so far, this run and earlier ones. */
export interface Ledger {
  /** State by contact; an intent that nothing came of has become `unknown`. */
  readonly states: Map<string, State | 'seen'>;
  /** What failed or is unknown, by contact, or by line where there is no usable id. */
  readonly troubles: Map<string, Entry>;
}

/** Which contacts of earlier runs get another turn. */
export interface Retry {
  readonly failed: boolean;
  readonly unknown: boolean;
}

/** How a run ended: everybody had a turn, or why not. */
export type Ending = { readonly stopped: undefined } | { readonly stopped: string; readonly failure?: Failure };

/** What a run is made with. */
export interface RunParts {
  readonly job: Job;
  readonly table: Table;
  readonly ledger: Ledger;
  readonly counts: Counts;
  readonly journal: Journal;
  readonly call: ToolCaller;
  /** Fires when nothing more is to be begun; what is in flight is waited for. */
  readonly ending: AbortSignal;
  onProgress(): void;
}

const tool = { declaration: actOnSubscriber, input: actOnSubscriber.input };

/** How one contact's call is written down. */
function stateAfter(outcome: Outcome): Exclude<State, 'intent'> {
  if (outcome.ok) return 'done';
  const { performed, retryable, kind } = outcome.failure;
  if (performed === 'unknown' && !retryable) return 'unknown';
  if (performed !== 'no') return 'failed';
  const passed = kind === 'rate_limited' || kind === 'cancelled' || concernsEverybody(outcome.failure);
  return passed ? 'not_sent' : 'failed';
}

/** Does the job with every contact that has not had its turn; each is written down before and after. */
export async function runJob({
  job,
  table,
  ledger,
  counts,
  journal,
  call,
  ending,
  onProgress,
}: RunParts): Promise<Ending> {
  const { states, troubles } = ledger;
  const running = new Set<Promise<void>>();
  let stop: { readonly message: string; readonly failure?: Failure } | undefined;
  let broken: unknown;
  let outagesInARow = 0;
  // What is in flight is never given up: its outcome would not be known.
  const { signal } = new AbortController();

  function settle(id: string, line: number, outcome: Outcome): void {
    const state = stateAfter(outcome);
    const failure = outcome.ok ? undefined : outcome.failure;
    const why = failure === undefined ? {} : { kind: failure.kind, message: failure.message };
    outagesInARow = failure !== undefined && isOutage(failure) ? outagesInARow + 1 : 0;
    if (failure !== undefined && (concernsEverybody(failure) || outagesInARow >= mostOutages)) {
      stop ??= { message: `${failure.kind}: ${failure.message}. ${failure.hint}`, failure };
    }
    const entry: Entry = { id, state, line, ...why };
    states.set(id, state);
    counts.not_reached -= state === 'not_sent' ? 0 : 1;
    if (state !== 'not_sent') counts[state] += 1;
    if (state === 'failed' || state === 'unknown') troubles.set(id, entry);
    journal.write(entry);
    onProgress();
  }

  async function work(id: string, line: number, args: unknown): Promise<void> {
    try {
      journal.write({ id, state: 'intent' });
      settle(id, line, await call(tool, args, { signal }));
    } catch (error) {
      broken ??= error;
    }
  }

  const begun = new Set<string>();
  for await (const row of table.rows()) {
    if (stop !== undefined || broken !== undefined || ending.aborted) break;
    const wanted = job.argumentsOf(row);
    if ('problem' in wanted || begun.has(wanted.id)) continue;
    begun.add(wanted.id);
    const state = states.get(wanted.id);
    if (state !== 'seen' && state !== 'not_sent') continue;
    const task = work(wanted.id, row.line, wanted.args).finally(() => running.delete(task));
    running.add(task);
    if (running.size >= inFlight) await Promise.race(running);
  }
  await Promise.all(running);
  if (broken !== undefined) throw broken;
  if (stop !== undefined) return { stopped: stop.message, ...(stop.failure && { failure: stop.failure }) };
  return { stopped: ending.aborted ? 'interrupted' : undefined };
}

/** Looks through the whole table before anything is done: how many there are, and which rows cannot be used. */
export async function survey(job: Job, table: Table, { states, troubles }: Ledger, retry: Retry): Promise<Counts> {
  const counts: Counts = { total: 0, done: 0, failed: 0, unknown: 0, not_reached: 0, repeated: 0 };
  const seen = new Set<string>();
  for await (const row of table.rows()) {
    const wanted = job.argumentsOf(row);
    if ('problem' in wanted) {
      const { line } = row;
      counts.total += 1;
      counts.failed += 1;
      const id = row.cells[job.idColumn] ?? '';
      troubles.set(`line ${line}`, { id, state: 'failed', line, kind: 'invalid_input', message: wanted.problem });
      continue;
    }
    const { id } = wanted;
    if (seen.has(id)) {
      counts.repeated += 1;
      continue;
    }
    seen.add(id);
    counts.total += 1;
    const state = states.get(id);
    const cut = state === 'intent' ? (job.repeatable ? 'not_sent' : 'unknown') : state;
    const again =
      cut === undefined ||
      cut === 'not_sent' ||
      (cut === 'failed' && retry.failed) ||
      (cut === 'unknown' && retry.unknown);
    if (again) {
      troubles.delete(id);
      states.set(id, 'seen');
      counts.not_reached += 1;
    } else if (cut === 'done' || cut === 'failed' || cut === 'unknown') {
      states.set(id, cut);
      counts[cut] += 1;
      if (cut === 'unknown' && !troubles.has(id)) {
        const message = 'An earlier run ended between the intent to send and the answer';
        troubles.set(id, { id, state: 'unknown', line: row.line, kind: 'cancelled', message });
      }
    }
  }
  return counts;
}
