import { setMaxListeners } from 'node:events';
import type { Failure } from '../../../tools/contract/failure.js';
import type { Result } from '../../../tools/contract/json.js';
import { actOnSubscriber } from '../../../tools/workflows/for-each/action.js';
import { runMany } from '../../../tools/workflows/for-each/run-many.js';
import { concernsAll } from '../../../tools/workflows/for-each/stop-rules.js';
import type { Outcome, ToolCaller } from '../../account/call/call-tool.js';
import { plainTool } from '../../account/policy/tool.js';
import { UsageError } from '../../config/usage-error.js';
import { failureSentences } from '../commands/failure-text.js';
import type { Job } from './job/job.js';
import { JournalError } from './journal/appender.js';
import type { Track } from './journal/contact-track.js';
import type { Entry, State } from './journal/entry.js';
import type { Ledger } from './journal/history.js';
import type { Journal } from './journal/journal.js';
import type { Survey } from './scan.js';
import type { Table } from './table/csv-table.js';

/** Contacts in flight: enough to use up ten requests a second of up to two seconds each. */
const inFlight = 20;

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
  /** The contacts to whom a message has left whose answer is not there yet. */
  readonly underWay: Set<string>;
  /** Fires when nothing more is to leave; the answers to what has left are waited for. */
  readonly ending: AbortSignal;
  onProgress(): void;
}

const tool = plainTool(actOnSubscriber);

/** How one contact's call is written down; whose turn comes again when nothing was done is `not_sent`. */
function stateAfter(outcome: Outcome, left: boolean, argumentsDiffer: boolean): Exclude<State, 'intent' | 'left'> {
  if (outcome.ok) return 'done';
  const { performed, retryable, kind } = outcome.failure;
  // What was given up on the way may be repeated, or it would have been waited for.
  if (kind === 'cancelled' && !left) return 'not_sent';
  if (performed === 'unknown' && !retryable) return 'unknown';
  if (performed !== 'no') return 'failed';
  const again = retryable || kind === 'cancelled' || concernsAll(outcome.failure, argumentsDiffer);
  return again ? 'not_sent' : 'failed';
}

/** A row whose contact is to be done. */
interface OpenRow {
  readonly id: string;
  readonly line: number;
  readonly args: Result;
  readonly track: Track;
}

/** Does the job with every contact that has not had its turn. What must not be done twice is written down before. */
export async function runJob(parts: RunParts): Promise<Ending> {
  const { job, table, troubles, journal, call, underWay, ending, onProgress } = parts;
  const { counts, standings } = parts.survey;
  let broken: unknown;
  /** Keeps back what has not left yet. What has left is not given up by it: its outcome would not be known. */
  const keepBack = new AbortController();
  // One a call: more than Node.js takes for natural.
  setMaxListeners(2 * inFlight, keepBack.signal);

  /** Nothing more can be written down, or read. */
  function breakOff(error: unknown): void {
    broken ??= error;
    keepBack.abort();
  }

  function trackOf(id: string): Track {
    let last: State | undefined;
    const write = (state: State, how: () => void): void => {
      try {
        how();
        last = state;
      } catch (error) {
        breakOff(error);
        throw error;
      }
    };
    const note = (entry: Entry): void => write(entry.state, () => journal.note(entry));
    const mark = (state: State): void => write(state, () => journal.mark(id, state));
    /** Whether a state could be written where there is no room for a line. */
    const marked = (state: State): boolean => {
      try {
        mark(state);
        return true;
      } catch {
        return false;
      }
    };
    return {
      get last() {
        return last;
      },
      async before() {
        note({ id, state: 'intent' });
        await journal.onDisk();
      },
      leave() {
        mark('left');
        underWay.add(id);
      },
      stay() {
        underWay.delete(id);
        if (last !== 'intent' && last !== 'left') return;
        try {
          mark('not_sent');
        } catch {
          // The run ends; what is told of this contact is decided in the end.
        }
      },
      end(entry) {
        // A contact that has only waited for its turn is as it was.
        if (entry.state === 'not_sent' && last !== 'intent' && last !== 'left') return entry;
        try {
          note(entry);
          return entry;
        } catch {
          if (last === 'left' && marked(entry.state)) return entry;
        }
        if (last !== 'left' && standings.get(id) !== 'doubted') return { ...entry, state: 'not_sent' };
        if (entry.state === 'unknown') return entry;
        const message =
          `It came to "${entry.state}", but that could not be written down. ${entry.message ?? ''}`.trim();
        return { ...entry, state: 'unknown', message };
      },
    };
  }

  async function settle({ id, line, track }: OpenRow, outcome: Outcome): Promise<void> {
    underWay.delete(id);
    const reached = stateAfter(outcome, track.last === 'left', job.differs);
    // What an earlier try may have done, a later one that did nothing does not undo.
    const doubted = (reached === 'not_sent' || reached === 'failed') && standings.get(id) === 'doubted';
    const failure = outcome.ok ? undefined : outcome.failure;
    const before = doubted ? 'An earlier try may have reached the contact; this one did not: ' : '';
    const reason = failure && { kind: failure.kind, message: `${before}${failureSentences(failure)}` };
    const entry = track.end({ id, state: doubted ? 'unknown' : reached, line, ...reason });
    const { state } = entry;
    if (state === 'done' || state === 'failed' || state === 'unknown') {
      counts.not_reached -= 1;
      counts[state] += 1;
    }
    if (state === 'failed' || state === 'unknown') troubles.set(id, entry);
    else if (state === 'done') troubles.delete(id);
    onProgress();
    await journal.onDisk();
  }

  const begun = new Set<string>();

  /** The rows of the contacts that are to be done, one for each contact. */
  async function* openRows(): AsyncGenerator<OpenRow> {
    for await (const row of table.rows()) {
      const wanted = job.wantedOf(row);
      if ('problem' in wanted || wanted.args === undefined) continue;
      const { id, args } = wanted;
      if ((standings.get(id) ?? 'settled') === 'settled' || begun.has(id)) continue;
      yield { id, line: row.line, args, track: trackOf(id) };
    }
  }

  const stop = (): void => keepBack.abort();
  ending.addEventListener('abort', stop, { once: true });
  if (ending.aborted) stop();
  const stoppedBy = await runMany({
    items: openRows(),
    maxInFlight: inFlight,
    signal: keepBack.signal,
    perform({ id, args, track }) {
      begun.add(id);
      return call(tool, args, { signal: keepBack.signal, departure: track });
    },
    failureOf: (outcome) => (outcome.ok ? undefined : outcome.failure),
    stopsAlone: (failure) => concernsAll(failure, job.differs),
    onStop: stop,
    record: (row, outcome) => settle(row, outcome).catch(breakOff),
  }).catch((error: unknown) => {
    // The table can change under way.
    broken ??= error;
    return undefined;
  });
  ending.removeEventListener('abort', stop);
  // Whose outcome was unknown, and who had no turn, is as unknown as before.
  for (const [id, standing] of standings) {
    if (standing !== 'doubted' || begun.has(id)) continue;
    counts.not_reached -= 1;
    counts.unknown += 1;
  }
  // What is not written down is not sent, and what cannot be read is not either: the run ends, and is told as far as it came.
  const mendable = broken instanceof JournalError || broken instanceof UsageError ? broken.message : undefined;
  if (broken !== undefined && mendable === undefined) throw broken;
  const why = stoppedBy?.ok === false ? stopText(stoppedBy.failure) : mendable;
  if (why !== undefined) return { how: 'stopped', why };
  return { how: ending.aborted ? 'interrupted' : 'finished' };
}

const stopText = (failure: Failure): string => `${failure.kind}: ${failureSentences(failure)} ${failure.hint}`;
