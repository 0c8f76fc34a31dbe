import { UsageError } from '../../../config/usage-error.js';
import { createScanner, type OpenRow, type Retry, type Scan } from '../account-job/scan.js';
import { labelled } from '../accounts/label.js';
import type { Job } from '../job/job.js';
import type { History } from '../journal/history.js';
import type { Table } from '../table/csv-table.js';
import { placeOf, type Row } from '../table/rows.js';

/** A job whose rows are scanned. */
export interface ScanPart {
  /** The account's name; undefined if the whole table is for one. */
  readonly name: string | undefined;
  readonly job: Job;
  readonly history: History;
  /** Called for each contact that has a turn. */
  readonly onOpen: ((row: OpenRow) => void) | undefined;
}

/** Finds ids that are in the rows of several accounts: one of them is wrong, and may be somebody else's contact. */
function createOwners(): { add(id: string, row: Row, name: string): boolean } {
  const owners = new Map<string, { readonly name: string; readonly place: string }>();
  return {
    add(id, row, name) {
      const owner = owners.get(id);
      if (owner === undefined) owners.set(id, { name, place: placeOf(row) });
      else if (owner.name !== name) {
        throw new UsageError(
          `line ${placeOf(row)} has contact ${id} for account "${name}", and line ${owner.place} for "${owner.name}". A contact belongs to one account, so nothing was done: correct the table`,
        );
      }
      return owner === undefined;
    },
  };
}

/** What was found in the rows of all jobs. */
export interface Scans {
  /** In the order of the jobs. */
  readonly scans: readonly Scan[];
  /** What may be worth a look at the table. */
  readonly remark: string | undefined;
}

const noRows = 'The table has no rows below its headings.';

/**
 * Reads a table once, and scans each row for the job of its account.
 * @throws UsageError if ids are uncertain, in the whole table or in the rows of one account.
 */
export async function scanJobs(
  parts: readonly ScanPart[],
  table: Table,
  nameOf: (row: Row) => string | undefined,
  retry: Retry,
): Promise<Scans> {
  const scanners = new Map(
    parts.map(({ name, job, history, onOpen }) => [name, createScanner(job, history, retry, onOpen)]),
  );
  const owners = parts[0]?.job.contacts.match === undefined ? createOwners() : undefined;
  // A few rows for each of many accounts would hide what all of them together show.
  const doubts = parts[0]?.job.contacts.doubts();
  for await (const row of table.rows()) {
    const name = nameOf(row);
    const scanner = scanners.get(name);
    if (scanner === undefined)
      throw new UsageError(`line ${placeOf(row)} was changed while the table was read: try again`);
    const task = scanner.add(row);
    if (name === undefined || 'problem' in task) continue;
    // Contacts that were looked up were found on their own page.
    if (owners === undefined || owners.add(task.id, row, name)) doubts?.add(task.id, row);
  }
  const found = [
    [undefined, doubts?.reason()] as const,
    ...[...scanners].map(([name, { doubt }]) => [name, doubt()] as const),
  ];
  const [first] = found.flatMap(([name, doubt]) => (doubt === undefined ? [] : [labelled(name, doubt)]));
  if (first !== undefined) throw new UsageError(first);
  const scans = [...scanners.values()].map((scanner) => scanner.result());
  if (scans.every(({ counts }) => counts.total === 0)) return { scans, remark: noRows };
  return { scans, remark: scans.length > 1 ? doubts?.remark() : scans[0]?.remark };
}
