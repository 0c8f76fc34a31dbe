import { type ExitCode, exitCodes } from '../shell/exit-codes.js';
import type { Shell } from '../shell/shell.js';
import type { Job } from './job/job.js';
import { contradictingRows, contradictions } from './job/repeated-rows.js';
import type { History } from './journal/history.js';
import { type BulkOptions, retryOf } from './options.js';
import { scanTable } from './scan.js';
import type { Table } from './table/csv-table.js';

const maxRowsShown = 3;
const maxProblemsShown = 10;

/** What a dry run works with. */
export interface DryRunParts {
  readonly job: Job;
  readonly table: Table;
  readonly history: History;
  readonly options: BulkOptions;
  readonly shell: Shell;
}

/** Prints the calls for the first rows and the rows that cannot be used. Makes no request. */
export async function dryRun({ job, table, history, options, shell }: DryRunParts): Promise<ExitCode> {
  const { counts, unusable, statuses, repeated } = await scanTable(job, table, history, retryOf(options));
  for (const line of contradictions(await contradictingRows(job, table, repeated))) shell.note(line);
  const code = counts.failed === 0 ? exitCodes.done : exitCodes.failed;
  for (const { line, message } of unusable.slice(0, maxProblemsShown)) {
    shell.note(`line ${line} would fail: ${message}`);
  }
  if (options.json === true) {
    shell.print(JSON.stringify(counts));
    return code;
  }
  const shownIds = new Set<string>();
  for await (const row of table.rows()) {
    const task = job.taskOf(row);
    if ('problem' in task || task.args === undefined) continue;
    if (statuses.get(task.id) === 'settled' || shownIds.has(task.id)) continue;
    shell.print(`line ${row.line}: ${JSON.stringify(task.args)}`);
    shownIds.add(task.id);
    if (shownIds.size === maxRowsShown) break;
  }
  const moreCount = counts.not_reached - shownIds.size;
  if (moreCount > 0) shell.print(`… and ${moreCount} more`);
  const earlierCount = counts.failed - unusable.length + counts.unknown;
  const earlier =
    earlierCount === 0
      ? ''
      : `, ${earlierCount} that failed or are unknown from earlier runs (see --retry-failed, --retry-unknown)`;
  shell.print(
    `${counts.not_reached} contacts${earlier}, ${unusable.length} rows that cannot be used, ${counts.repeated} repeated ids. Nothing was done.`,
  );
  return code;
}
