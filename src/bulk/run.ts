import { actOnSubscriber } from '../../tools/actions.js';
import { concernsEverybody, isSuspicious, mostInARow } from '../../tools/blame.js';
import type { Failure } from '../../tools/failure.js';
import type { Outcome, ToolCaller } from '../calls.js';
import { UsageError } from '../shell.js';
import { plainTool } from '../tool.js';
import type { Counts } from './counts.js';
import type { Job } from './job.js';
import { type Entry, type Journal, JournalError, type State } from './journal.js';
import type { Table } from './table.js';

/** Contacts in flight: enough to use up ten requests a second of up to two seconds each. */
const inFlight = 20;

/** What was done for whom. */
export interface Ledger {
  /** The last state of each contact in the journal, as earlier runs have left it. */
  readonly earlier: Map<string, State>;
  /** What failed or is unknown, by contact. */
  readonly troubles: Map<string, Entry>;
}

/** Begins a ledger with what a journal holds. */
export function createLedger(): Ledger & { note(entry: Entry): void } {
  const [earlier, troubles] = [new Map<string, State>(), new Map<string, Entry>()];
  return {
    earlier,
    troubles,
    note(entry) {
      earlier.set(entry.id, entry.state);
      if (entry.state === 'failed' || entry.state === 'unknown') troubles.set(entry.id, entry);
      else troubles.delete(entry.id);
    },
  };
}

/** Whether a contact of the table has had its turn; `doubted` has one again although it may have got it. */
type Standing = 'open' | 'doubted' | 'settled';

/** What a survey finds: how many there are, which rows cannot be used, and how it stands with each contact. */
export interface Survey {
  readonly counts: Counts;
  /** They count as failed. */
  readonly unusable: readonly Entry[];
  readonly standings: ReadonlyMap<string, Standing>;
}

/** Which contacts of earlier runs get another turn. */
export interface Retry {
  readonly failed: boolean;
  readonly unknown: boolean;
}

/** How a run ended: everybody had a turn, somebody ended it, or `why` it could not go on. */
export type Ending = { readonly how: 'finished' | 'interrupted' } | { readonly how: 'stopped'; readonly why: string };

/** What a run is made with. */
export interface RunParts {
  readonly job: Job;
  readonly table: Table;
  readonly troubles: Ledger['troubles'];
  readonly survey: Survey;
  readonly journal: Journal;
  readonly call: ToolCaller;
  /** Fires when nothing more is to be begun; what is in flight is waited for. */
  readonly ending: AbortSignal;
  onProgress(): void;
}

const tool = plainTool(actOnSubscriber);

/** What happened with what is known of its reason, in sentences, each once. */
const wholeMessage = ({ message, details = [] }: Failure): string =>
  [message, ...details.filter((detail) => !message.includes(detail))]
    .map((sentence) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`))
    .join(' ');

/** How one contact's call is written down; whose turn comes again when nothing was done is `not_sent`. */
function stateAfter(outcome: Outcome, argumentsDiffer: boolean): Exclude<State, 'intent'> {
  if (outcome.ok) return 'done';
  const { performed, retryable, kind } = outcome.failure;
  if (performed === 'unknown' && !retryable) return 'unknown';
  if (performed !== 'no') return 'failed';
  const again = retryable || kind === 'cancelled' || concernsEverybody(outcome.failure, argumentsDiffer);
  return again ? 'not_sent' : 'failed';
}

/** Does the job with every contact that has not had its turn; each is written down before and after. */
export async function runJob(parts: RunParts): Promise<Ending> {
  const { job, table, troubles, journal, call, ending, onProgress } = parts;
  const { counts, standings } = parts.survey;
  const running = new Set<Promise<void>>();
  let why: string | undefined;
  let broken: unknown;
  let suspiciousInARow = 0;
  // What is in flight is never given up: its outcome would not be known.
  const { signal } = new AbortController();

  async function settle(id: string, line: number, outcome: Outcome): Promise<void> {
    const reached = stateAfter(outcome, job.differs);
    // What an earlier try may have done, a later one that did nothing does not undo.
    const doubted = (reached === 'not_sent' || reached === 'failed') && standings.get(id) === 'doubted';
    const state = doubted ? 'unknown' : reached;
    const failure = outcome.ok ? undefined : outcome.failure;
    const before = doubted ? 'An earlier try may have reached the contact; this one did not: ' : '';
    const reason = failure && { kind: failure.kind, message: `${before}${wholeMessage(failure)}` };
    suspiciousInARow = failure !== undefined && isSuspicious(failure) ? suspiciousInARow + 1 : 0;
    if (failure !== undefined && (concernsEverybody(failure, job.differs) || suspiciousInARow >= mostInARow)) {
      why ??= `${failure.kind}: ${wholeMessage(failure)} ${failure.hint}`;
    }
    const entry: Entry = { id, state, line, ...reason };
    counts.not_reached -= state === 'not_sent' ? 0 : 1;
    if (state !== 'not_sent') counts[state] += 1;
    if (state === 'failed' || state === 'unknown') troubles.set(id, entry);
    onProgress();
    await journal.write(entry);
  }

  async function work(id: string, line: number, args: unknown): Promise<void> {
    try {
      await journal.write({ id, state: 'intent' });
      await settle(id, line, await call(tool, args, { signal }));
    } catch (error) {
      broken ??= error;
    }
  }

  const begun = new Set<string>();
  try {
    for await (const row of table.rows()) {
      if (why !== undefined || broken !== undefined || ending.aborted) break;
      const wanted = job.wantedOf(row);
      if ('problem' in wanted || wanted.args === undefined) continue;
      const { id, args } = wanted;
      if ((standings.get(id) ?? 'settled') === 'settled' || begun.has(id)) continue;
      begun.add(id);
      const task = work(id, row.line, args).finally(() => running.delete(task));
      running.add(task);
      if (running.size >= inFlight) await Promise.race(running);
    }
  } catch (error) {
    // The table can change under way.
    broken ??= error;
  }
  await Promise.all(running);
  // What is not written down is not sent, and what cannot be read is not either: the run ends, and is told as far as it came.
  if (broken instanceof JournalError || broken instanceof UsageError) why ??= broken.message;
  else if (broken !== undefined) throw broken;
  if (why !== undefined) return { how: 'stopped', why };
  return { how: ending.aborted ? 'interrupted' : 'finished' };
}

/** Looks through the whole table before anything is done. Rows that cannot be used have failed. */
export async function survey(job: Job, table: Table, { earlier, troubles }: Ledger, retry: Retry): Promise<Survey> {
  const counts: Counts = { total: 0, done: 0, failed: 0, unknown: 0, not_reached: 0, repeated: 0 };
  const standings = new Map<string, Standing>();
  const unusable: Entry[] = [];
  /** For whom a row has nothing to do. */
  const unchanged = new Set<string>();
  /** What an earlier run has settled: an intent that nothing is known of, for what must not be done twice, is unknown. */
  const settledAs = (state: State | undefined): 'done' | 'failed' | 'unknown' | undefined => {
    if (state === 'intent') return job.repeatable || retry.unknown ? undefined : 'unknown';
    if (state === 'failed' && retry.failed) return undefined;
    if (state === 'unknown' && retry.unknown) return undefined;
    return state === 'not_sent' ? undefined : state;
  };
  for await (const row of table.rows()) {
    const { line } = row;
    const wanted = job.wantedOf(row);
    if ('problem' in wanted) {
      counts.total += 1;
      counts.failed += 1;
      const id = row.cells[job.idColumn] ?? '';
      unusable.push({ id, state: 'failed', line, kind: 'invalid_input', message: wanted.problem });
      continue;
    }
    const { id, args } = wanted;
    if (standings.has(id) || (args === undefined && unchanged.has(id))) {
      counts.repeated += 1;
      continue;
    }
    if (args === undefined) {
      counts.total += 1;
      counts.done += 1;
      unchanged.add(id);
      continue;
    }
    // A later row may have something for whom an earlier one left alone.
    if (unchanged.delete(id)) counts.done -= 1;
    else counts.total += 1;
    const before = earlier.get(id);
    const settled = settledAs(before);
    const doubted = before === 'unknown' || (before === 'intent' && !job.repeatable);
    standings.set(id, settled !== undefined ? 'settled' : doubted ? 'doubted' : 'open');
    if (settled === undefined) {
      troubles.delete(id);
      counts.not_reached += 1;
      continue;
    }
    counts[settled] += 1;
    if (settled === 'unknown' && !troubles.has(id)) {
      const message = 'An earlier run ended between the intent to send and the answer';
      troubles.set(id, { id, state: 'unknown', line, kind: 'cancelled', message });
    }
  }
  earlier.clear();
  // Who has left the table is no longer told of.
  for (const id of troubles.keys()) if (!standings.has(id)) troubles.delete(id);
  return { counts, unusable, standings };
}
