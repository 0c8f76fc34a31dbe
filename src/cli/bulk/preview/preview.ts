import type { Failure } from '../../../../tools/contract/failure.js';
import type { Result } from '../../../../tools/contract/json.js';
import { idText, quoted } from '../../../../tools/contract/quoted.js';
import type { Page } from '../account-job/request.js';
import type { OpenRow, Scan } from '../account-job/scan.js';
import type { Job } from '../job/job.js';
import { contradictingRows, contradictions } from '../job/repeated-rows.js';
import type { Table } from '../table/csv-table.js';
import { type CheckedAccount, type ProblemsOf, readChecks } from './account-checks.js';
import { createProblems } from './problems.js';
import { readContact, type ShownContact } from './shown-rows.js';

/** How many rows are shown of each account. */
const maxRowsShown = 3;

/** So many contacts are read for each row that is shown: the contacts of some cannot be reached. */
const readForEachRow = 3;

/** A row and what is known of its contact. */
interface ShownRow {
  readonly row: OpenRow;
  readonly contact: ShownContact;
}

/** What a job would do, as far as that can be known. */
export interface Preview {
  /** The first rows that will be done, as far as is known; if none is, the first that have a turn. */
  readonly rows: readonly ShownRow[];
  /** How many are to be done beside them. */
  readonly more: number;
  /** A line for each problem with rows, and for what may go wrong. */
  readonly notes: readonly string[];
  /** How many contacts have a turn and would fail. */
  readonly wouldFail: number;
  /** Why the account could not be read, so that less is known. */
  readonly failure: Failure | undefined;
}

/** Looks at the rows of a table while it is scanned. */
export interface Previewer {
  onOpen(row: OpenRow): void;
  /** What was found, when the scan is complete. Reads the first contacts. */
  result(scan: Scan): Promise<Preview>;
}

/** A page and what says who its contacts are, in a line. */
export const pageText = ({ contacts }: Job, page: Page): string =>
  `${quoted(page.name)} (page ${idText(page.id)}), ${contacts.source}.`;

/** The account and the column that a dry run works with, in a line. */
export const headline = (job: Job, page: Page | undefined): string =>
  page === undefined ? `Dry run, ${job.contacts.source}.` : `Dry run for ${pageText(job, page)}`;

/** The arguments of the first row that can be used. */
async function sampleOf(job: Job, table: Table): Promise<Result | undefined> {
  for await (const row of table.rows()) {
    const task = job.taskOf(row);
    if ('input' in task && task.input !== undefined) return task.input;
  }
  return undefined;
}

/** The rows that are shown of each of so many accounts. */
export const rowsShownOf = (accounts: number): number => (accounts > maxRowsShown ? 1 : maxRowsShown);

/**
 * Prepares to look at what a job would do.
 * @param table the rows of the account; a lookup knows no others.
 * @param account where names, values and the first contacts are checked; undefined to read nothing.
 * @param maxRows how many rows are shown.
 */
export async function openPreview(
  job: Job,
  table: Table,
  account: CheckedAccount | undefined,
  maxRows = maxRowsShown,
): Promise<Previewer> {
  const problems = createProblems();
  const failing = new Set<string>();
  /** The first rows that may be done, and the first that cannot. */
  const promising: OpenRow[] = [];
  const hopeless: OpenRow[] = [];
  let failure: Failure | undefined;
  let problemsOf: ProblemsOf | undefined;
  const sample = account && (await sampleOf(job, table));
  if (account !== undefined && sample !== undefined) {
    const checks = await readChecks(job.action, sample, account);
    if ('failure' in checks) failure = checks.failure;
    else problemsOf = checks.problemsOf;
  }
  return {
    onOpen(row) {
      const found = problemsOf?.(row.input) ?? [];
      if (found.length === 0) {
        if (promising.length < maxRows * readForEachRow) promising.push(row);
        return;
      }
      if (hopeless.length < maxRows) hopeless.push(row);
      failing.add(row.id);
      problems.add(row, found.join(' '));
    },
    async result(scan) {
      for (const row of scan.unusable) problems.add(row, row.message ?? '');
      const remarks: string[] = [];
      const toDo: ShownRow[] = [];
      const others: ShownRow[] = [];
      for (const row of [...promising, ...hopeless]) {
        const isHopeless = failing.has(row.id);
        if (toDo.length === maxRows || (isHopeless && (toDo.length > 0 || others.length >= maxRows))) break;
        const contact = account === undefined || failure !== undefined ? {} : await readContact(row, account);
        const { problem, remark } = contact;
        if (problem !== undefined) {
          failing.add(row.id);
          problems.add(row, problem);
        }
        if (remark !== undefined) remarks.push(`line ${row.place} may fail: ${remark}`);
        const shown = { row, contact };
        if (isHopeless || problem !== undefined) others.push(shown);
        else toDo.push(shown);
      }
      const rows = toDo.length > 0 ? toDo : others.slice(0, maxRows);
      const { not_reached: open } = scan.counts;
      const more = (toDo.length > 0 ? open - failing.size : open) - rows.length;
      const contradicting = await contradictingRows(job, table, scan.repeated);
      const notes = [...contradictions(contradicting), ...problems.lines(), ...remarks];
      return { rows, more, notes, wouldFail: failing.size, failure };
    },
  };
}
