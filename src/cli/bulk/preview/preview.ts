import type { Failure } from '../../../../tools/contract/failure.js';
import { idText, quoted } from '../../../../tools/contract/quoted.js';
import type { Job } from '../job/job.js';
import { contradictingRows, contradictions } from '../job/repeated-rows.js';
import type { Scan } from '../scan.js';
import type { Table } from '../table/csv-table.js';
import { type CheckedAccount, readChecks } from './account-checks.js';
import { createProblems } from './problems.js';
import { firstRows, openRows, readContact, type ShownContact, type ShownRow } from './shown-rows.js';

/** What a job would do, as far as that can be known. */
export interface Preview {
  /** The first rows that have a turn. */
  readonly rows: readonly { readonly row: ShownRow; readonly contact: ShownContact }[];
  /** A line for each problem with rows, and for what may go wrong. */
  readonly notes: readonly string[];
  /** How many contacts have a turn and would fail. */
  readonly wouldFail: number;
  /** Why the account could not be read, so that less is known. */
  readonly failure: Failure | undefined;
}

/** The account and the column that a job works with, in a line. */
export function headline({ idColumn }: Job, page: Readonly<Record<string, unknown>> | undefined): string {
  const whose = page === undefined ? 'Dry run' : `Dry run for ${quoted(page.name)} (page ${idText(page.id)})`;
  return `${whose}, ids from column "${idColumn}".`;
}

/**
 * Looks at what a job would do.
 * @param account where names, values and the first contacts are checked; undefined to read nothing.
 */
export async function previewJob(
  job: Job,
  table: Table,
  scan: Scan,
  account: CheckedAccount | undefined,
): Promise<Preview> {
  const problems = createProblems();
  const remarks: string[] = [];
  for (const { place, message = '' } of scan.unusable) problems.add(place, message);
  const first = await firstRows(job, table, scan);
  const [sample] = first;
  const checks = account === undefined || sample === undefined ? undefined : await readChecks(sample.input, account);
  const failure = checks !== undefined && 'failure' in checks ? checks.failure : undefined;
  const problemsOf = checks !== undefined && 'problemsOf' in checks ? checks.problemsOf : undefined;

  const failing = new Set<string>();
  if (problemsOf !== undefined) {
    for await (const { id, place, input } of openRows(job, table, scan)) {
      const found = problemsOf(input);
      if (found.length === 0) continue;
      failing.add(id);
      problems.add(place, found.join(' '));
    }
  }
  const rows = [];
  for (const row of first) {
    const contact = account === undefined || failure !== undefined ? {} : await readContact(row, account);
    const { problem, remark } = contact;
    if (problem !== undefined) {
      failing.add(row.id);
      problems.add(row.place, problem);
    }
    if (remark !== undefined) remarks.push(`line ${row.place} may fail: ${remark}`);
    rows.push({ row, contact });
  }
  return {
    rows,
    notes: [...contradictions(await contradictingRows(job, table, scan.repeated)), ...problems.lines(), ...remarks],
    wouldFail: failing.size,
    failure,
  };
}
