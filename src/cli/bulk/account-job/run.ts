import { setMaxListeners } from 'node:events';
import type { Failure } from '../../../../tools/contract/failure.js';
import type { Result } from '../../../../tools/contract/json.js';
import { actOnSubscriber } from '../../../../tools/workflows/for-each/action.js';
import { runMany } from '../../../../tools/workflows/for-each/run-many.js';
import { concernsAll } from '../../../../tools/workflows/for-each/stop-rules.js';
import { newJobMemory, newKnownNames } from '../../../account/call/call-context.js';
import type { Outcome, ToolCaller } from '../../../account/call/call-tool.js';
import { replacedText } from '../../../account/call/stages/resolve-names.js';
import { plainTool } from '../../../account/policy/tool.js';
import { UsageError } from '../../../config/usage-error.js';
import { failureSentences } from '../../commands/failure-text.js';
import type { Job } from '../job/job.js';
import { JournalError } from '../journal/appender.js';
import { type ContactTrack, createContactTrack } from '../journal/contact-track.js';
import type { State } from '../journal/entry.js';
import type { History } from '../journal/history.js';
import type { Journal } from '../journal/journal.js';
import type { Table } from '../table/csv-table.js';
import type { Scan } from './scan.js';

/** Enough to make ten requests a second that take up to two seconds each. */
const maxInFlight = 20;

/** How a run ended: every contact had its turn, a signal interrupted it, or it stopped for a reason. */
export type Ending = { readonly how: 'finished' | 'interrupted' } | { readonly how: 'stopped'; readonly why: string };

/** What a run works with. */
export interface RunParts {
  readonly job: Job;
  readonly table: Table;
  /** Updated as contacts fail or are done. */
  readonly failures: History['failures'];
  /** Its counts are updated as contacts are settled. */
  readonly scan: Scan;
  readonly journal: Journal;
  readonly call: ToolCaller;
  /** Ids of the contacts whose message has left and is unanswered; kept up to date. */
  readonly inFlight: Set<string>;
  /** Fires when nothing more may leave. The responses to what has left are awaited. */
  readonly ending: AbortSignal;
  /** The time, in milliseconds since 1970. */
  now(): number;
  /** Called with the state of each contact that had its turn, as the journal has it. */
  onOutcome(state: State): void;
  /** Told once how each name is read that is not the true one. */
  onWarning(text: string): void;
}

/** A row whose contact has a turn. */
interface OpenRow {
  readonly id: string;
  readonly line: number;
  /** Its number in a spreadsheet. */
  readonly row: number;
  readonly args: Result;
  readonly track: ContactTrack;
}

const tool = plainTool(actOnSubscriber);

const stopText = (failure: Failure): string => `${failure.kind}: ${failureSentences(failure)} ${failure.hint}`;

/** The state after a call. `not_sent`: nothing happened, and the next run tries the contact again. */
function stateAfter(
  outcome: Outcome,
  left: boolean,
  perRowArguments: boolean,
): 'done' | 'failed' | 'unknown' | 'not_sent' {
  if (outcome.ok) return 'done';
  const { performed, retryable, kind } = outcome.failure;
  // A request that may not be repeated is awaited once it has left, so a cancelled one can be made again.
  if (kind === 'cancelled' && !left) return 'not_sent';
  if (performed === 'unknown' && !retryable) return 'unknown';
  if (performed !== 'no') return 'failed';
  const tryAgain = retryable || kind === 'cancelled' || concernsAll(outcome.failure, perRowArguments);
  return tryAgain ? 'not_sent' : 'failed';
}

/**
 * Does the job for every contact that has a turn. A request that must not be repeated is recorded in the journal before it
 * leaves. Ends early, as `stopped`, if a failure concerns all contacts or the journal or the table fails.
 */
export async function runJob(parts: RunParts): Promise<Ending> {
  const { job, table, failures, journal, call, inFlight, ending, now, onOutcome, onWarning } = parts;
  if (!job.contacts.known) throw new Error('the contacts of the job were not looked up');
  const { counts, statuses } = parts.scan;
  let broken: unknown;
  const known = newKnownNames();
  const learned = newJobMemory();
  let warnedCount = 0;
  /** Cancels what has not left. Requests that have left go on: cancelling them would make their outcome unknown. */
  const cancelUnsent = new AbortController();
  // Each call adds listeners; the default limit would print a warning.
  setMaxListeners(2 * maxInFlight, cancelUnsent.signal);
  const stop = (): void => cancelUnsent.abort();
  const breakOff = (error: unknown): undefined => {
    broken ??= error;
    stop();
  };

  const trackParts = { journal, inFlight, onUnwritable: breakOff };
  const begun = new Set<string>();

  async function* openRows(): AsyncGenerator<OpenRow> {
    for await (const row of table.rows()) {
      const task = job.taskOf(row);
      if ('problem' in task || task.args === undefined) continue;
      const { id, args } = task;
      const status = statuses.get(id) ?? 'settled';
      if (status === 'settled' || begun.has(id)) continue;
      yield {
        id,
        line: row.line,
        row: row.row,
        args,
        track: createContactTrack(id, status === 'uncertain', trackParts),
      };
    }
  }

  async function record({ id, line, row, track }: OpenRow, outcome: Outcome): Promise<void> {
    inFlight.delete(id);
    const ownState = stateAfter(outcome, track.lastState === 'left', job.perRowArguments);
    // What an earlier attempt may have done stays unknown after one that did nothing.
    const staysUnknown = (ownState === 'not_sent' || ownState === 'failed') && statuses.get(id) === 'uncertain';
    const state = staysUnknown ? 'unknown' : ownState;
    const prefix = staysUnknown ? 'An earlier attempt may have reached the contact; this one did not: ' : '';
    const reason = outcome.ok
      ? undefined
      : { kind: outcome.failure.kind, message: `${prefix}${failureSentences(outcome.failure)}` };
    const entry = track.end({ id, state, line, ...reason, at: now() });
    count(entry.state);
    if (entry.state === 'failed' || entry.state === 'unknown') failures.set(id, { ...entry, row });
    else if (entry.state === 'done') failures.delete(id);
    onOutcome(entry.state);
    await journal.flushed();
  }

  function count(state: State): void {
    if (state !== 'done' && state !== 'failed' && state !== 'unknown') return;
    counts.not_reached -= 1;
    counts[state] += 1;
  }

  ending.addEventListener('abort', stop, { once: true });
  if (ending.aborted) stop();
  const stoppedBy = await runMany({
    items: openRows(),
    maxInFlight,
    signal: cancelUnsent.signal,
    async perform({ id, args, track }) {
      begun.add(id);
      const outcome = await call(tool, args, { signal: cancelUnsent.signal, departure: track, known, job: learned });
      for (const meant of known.meant.slice(warnedCount)) onWarning(replacedText(meant));
      warnedCount = known.meant.length;
      return outcome;
    },
    failureOf: (outcome) => (outcome.ok ? undefined : outcome.failure),
    stopsAlone: (failure) => concernsAll(failure, job.perRowArguments),
    onStop: stop,
    record: (row, outcome) => record(row, outcome).catch(breakOff),
    // The table may have changed while it was read.
  }).catch(breakOff);
  ending.removeEventListener('abort', stop);

  for (const [id, status] of statuses) if (status === 'uncertain' && !begun.has(id)) count('unknown');
  const expected = broken instanceof JournalError || broken instanceof UsageError ? broken : undefined;
  if (broken !== undefined && expected === undefined) throw broken;
  if (stoppedBy?.ok === false) return { how: 'stopped', why: stopText(stoppedBy.failure) };
  if (expected !== undefined) return { how: 'stopped', why: expected.message };
  return { how: ending.aborted ? 'interrupted' : 'finished' };
}
