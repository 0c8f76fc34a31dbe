import type { Job } from './job/job.js';
import type { Entry } from './journal/entry.js';
import type { Known, Ledger } from './journal/history.js';
import type { Counts } from './progress/progress-text.js';
import type { Table } from './table/csv-table.js';

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

/** As what a contact counts that does not get its turn now; undefined where it does. */
function settledAs(known: Known | undefined, retry: Retry): 'done' | 'failed' | 'unknown' | undefined {
  switch (known) {
    case 'done':
      return known;
    case 'failed':
      return retry.failed ? undefined : known;
    case 'pending':
    case 'unknown':
      return retry.unknown ? undefined : 'unknown';
    default:
      return undefined;
  }
}

/** Looks through the whole table before anything is done. Rows that cannot be used have failed. */
export async function survey(job: Job, table: Table, { known, troubles }: Ledger, retry: Retry): Promise<Survey> {
  const counts: Counts = { total: 0, done: 0, failed: 0, unknown: 0, not_reached: 0, repeated: 0 };
  const standings = new Map<string, Standing>();
  const unusable: Entry[] = [];
  /** For whom a row has nothing to do. */
  const unchanged = new Set<string>();
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
    const before = known.get(id);
    const settled = settledAs(before, retry);
    const doubted = before === 'pending' || before === 'unknown';
    standings.set(id, settled !== undefined ? 'settled' : doubted ? 'doubted' : 'open');
    // Who is tried again stays unknown until something is known.
    if (doubted && !troubles.has(id)) {
      const message = 'An earlier run was cut off after the request had left, or may have left, and before its answer';
      troubles.set(id, { id, state: 'unknown', line, kind: 'cancelled', message });
    }
    if (settled === undefined && !doubted) troubles.delete(id);
    counts[settled ?? 'not_reached'] += 1;
  }
  known.clear();
  // Who has left the table is no longer told of.
  for (const id of troubles.keys()) if (!standings.has(id)) troubles.delete(id);
  return { counts, unusable, standings };
}
