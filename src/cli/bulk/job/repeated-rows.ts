import { isDeepStrictEqual } from 'node:util';
import type { Table } from '../table/csv-table.js';
import type { Job } from './job.js';

/** A row that is left out, although it says otherwise than the row of the same contact that is used. */
export interface ContradictingRow {
  readonly id: string;
  readonly line: number;
  readonly usedLine: number;
}

/**
 * The rows that contradict an earlier one of the same contact. Reads the table once more, unless no contact is repeated.
 * @param repeated contacts with several rows.
 */
export async function contradictingRows(
  job: Job,
  table: Table,
  repeated: ReadonlySet<string>,
): Promise<ContradictingRow[]> {
  if (repeated.size === 0) return [];
  const used = new Map<string, { readonly line: number; readonly args: unknown }>();
  const found: ContradictingRow[] = [];
  for await (const row of table.rows()) {
    const task = job.taskOf(row);
    if ('problem' in task || task.args === undefined || !repeated.has(task.id)) continue;
    const { id, args } = task;
    const first = used.get(id);
    if (first === undefined) used.set(id, { line: row.line, args });
    else if (!sameValues(first.args, args)) found.push({ id, line: row.line, usedLine: first.line });
  }
  return found;
}

/** Whether two rows say the same; how the id is written does not matter. */
const sameValues = (one: unknown, other: unknown): boolean => {
  const { subscriber_id: _, ...values } = Object(one);
  const { subscriber_id: __, ...others } = Object(other);
  return isDeepStrictEqual(values, others);
};

const maxShown = 10;

/** A line for each of the first such rows. */
export function contradictions(rows: readonly ContradictingRow[]): string[] {
  const lines = rows
    .slice(0, maxShown)
    .map(
      ({ id, line, usedLine }) => `line ${line} is left out: ${id} has other values in line ${usedLine}, which is used`,
    );
  const more = rows.length - lines.length;
  return more === 0 ? lines : [...lines, `… and ${more} more lines that are left out like these`];
}
