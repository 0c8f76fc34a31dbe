import type { Result } from '../../../../tools/contract/json.js';
import { UsageError } from '../../../config/usage-error.js';
import type { NoContact } from '../../match/contacts.js';
import type { Job, RowTask } from '../job/job.js';
import type { Entry } from '../journal/entry.js';
import type { History, RecordedOutcome } from '../journal/history.js';
import { type Counts, noCounts } from '../progress/counts.js';
import type { Table } from '../table/csv-table.js';
import { placeOf, type Row } from '../table/rows.js';

/** Whether a contact has a turn in this run. `uncertain`: it has one although an earlier request may have reached it. */
type ContactStatus = 'open' | 'uncertain' | 'settled';

/** Where a row is. */
export interface Place {
  readonly line: number;
  /** Its line, and its number in a spreadsheet if that is another. */
  readonly place: string;
}

/** A row that cannot be used, and where it is. */
interface UnusableRow extends Entry, Place {
  readonly line: number;
  /** What looking up its contact came to, if that is why. */
  readonly found: NoContact['found'] | undefined;
}

/** What is in the table. */
export interface Scan {
  readonly counts: Counts;
  /** Rows that cannot be used; they count as failed. */
  readonly unusable: readonly UnusableRow[];
  readonly statuses: ReadonlyMap<string, ContactStatus>;
  /** Contacts that have a turn by their first row, and more rows. */
  readonly repeated: ReadonlySet<string>;
  /** Contacts whose rows set no field; they count as done. */
  readonly nothingToSet: number;
  /** What may be worth a look at the ids. */
  readonly remark: string | undefined;
}

/** The row of a contact that has a turn. */
export interface OpenRow extends Place {
  readonly id: string;
  /** The arguments as the tool reads them. */
  readonly input: Result;
}

/** Which contacts of earlier runs have another turn. */
export interface Retry {
  readonly failed: boolean;
  readonly unknown: boolean;
}

/** The outcome of an earlier run that stands; undefined if the contact has a turn in this one. */
function priorOutcome(recorded: RecordedOutcome | undefined, retry: Retry): 'done' | 'failed' | 'unknown' | undefined {
  switch (recorded) {
    case 'done':
      return recorded;
    case 'failed':
      return retry.failed ? undefined : recorded;
    case 'pending':
    case 'unknown':
      return retry.unknown ? undefined : 'unknown';
    default:
      return undefined;
  }
}

/** An entry with the row of its line, unless the contact has moved in the table since. */
const placed = (entry: Entry, { line, row }: Pick<Row, 'line' | 'row'>): Entry =>
  entry.line === undefined || entry.line === line ? { ...entry, line, row } : entry;

const interruptedText =
  'An earlier run was interrupted when the request had been sent, or may have been, and before the response arrived';

/** Counts the rows of one job, finds those that cannot be used and decides which contacts have a turn. */
export interface Scanner {
  /** Adds a row, and returns what is to be done with its contact. */
  add(row: Row): ReturnType<Job['taskOf']>;
  /** Why the ids are uncertain; undefined if they are not. */
  doubt(): string | undefined;
  /** What is in the table, after its last row. */
  result(): Scan;
}

/**
 * Creates the scanner of a table, or of the rows of one account in it. Its result empties `outcomes` of the history, and
 * drops failures of contacts that are no longer in the table.
 * @param onOpen called for each contact that has a turn.
 */
export function createScanner(
  job: Job,
  { outcomes, failures }: History,
  retry: Retry,
  onOpen?: (row: OpenRow) => void,
): Scanner {
  const counts: Counts = noCounts();
  const statuses = new Map<string, ContactStatus>();
  const unusable: UnusableRow[] = [];
  const repeated = new Set<string>();
  /** Contacts whose rows so far have nothing to do. */
  const unchanged = new Set<string>();
  const doubts = job.contacts.doubts();

  function addUnusable(row: Row, message: string, found: NoContact['found'] | undefined): void {
    counts.total += 1;
    counts.failed += 1;
    const id = row.cells[job.contacts.column] ?? '';
    const { line } = row;
    const kind = found === 'none' ? 'not_found' : 'invalid_input';
    unusable.push({ id, state: 'failed', line, row: row.row, place: placeOf(row), kind, message, found });
  }

  function addTask(row: Row, { id, args, input }: RowTask): void {
    const { line } = row;
    if (statuses.has(id) || (args === undefined && unchanged.has(id))) {
      counts.repeated += 1;
      if (args !== undefined) repeated.add(id);
      return;
    }
    doubts.add(id, row);
    if (args === undefined) {
      counts.total += 1;
      counts.done += 1;
      unchanged.add(id);
      return;
    }
    // An earlier row of this contact had nothing to do and was counted as done.
    if (unchanged.delete(id)) counts.done -= 1;
    else counts.total += 1;
    const recorded = outcomes.get(id);
    const prior = priorOutcome(recorded, retry);
    const uncertain = recorded === 'pending' || recorded === 'unknown';
    statuses.set(id, prior !== undefined ? 'settled' : uncertain ? 'uncertain' : 'open');
    if (uncertain) {
      const entry = failures.get(id) ?? { id, state: 'unknown', kind: 'cancelled', message: interruptedText };
      failures.set(id, entry);
    }
    if (prior === undefined && !uncertain) failures.delete(id);
    const failure = failures.get(id);
    if (failure !== undefined) failures.set(id, placed(failure, row));
    counts[prior ?? 'not_reached'] += 1;
    if (prior === undefined && input !== undefined) onOpen?.({ line, place: placeOf(row), id, input });
  }

  return {
    add(row) {
      const task = job.taskOf(row);
      if ('problem' in task) addUnusable(row, task.problem, 'found' in task ? task.found : undefined);
      else addTask(row, task);
      return task;
    },
    doubt: doubts.reason,
    result() {
      outcomes.clear();
      for (const id of failures.keys()) if (!statuses.has(id)) failures.delete(id);
      return { counts, unusable, statuses, repeated, nothingToSet: unchanged.size, remark: doubts.remark() };
    },
  };
}

/**
 * Reads the whole table before anything is done.
 * @throws UsageError if the ids of the table are uncertain.
 * @param onOpen called for each contact that has a turn.
 */
export async function scanTable(
  job: Job,
  table: Table,
  history: History,
  retry: Retry,
  onOpen?: (row: OpenRow) => void,
): Promise<Scan> {
  const scanner = createScanner(job, history, retry, onOpen);
  for await (const row of table.rows()) scanner.add(row);
  const doubt = scanner.doubt();
  if (doubt !== undefined) throw new UsageError(doubt);
  return scanner.result();
}
