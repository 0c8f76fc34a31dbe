import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../../../config/usage-error.js';
import { errorCode, errorMessage } from '../../../text/error-text.js';
import { nextJournal } from '../journal/reading.js';
import type { BulkOptions } from '../options.js';
import type { Table } from '../table/csv-table.js';

/** The files of a job. With several accounts, each has journals of its own that are named after these. */
export interface OutputPaths {
  /** Undefined for a pipe without --journal. */
  readonly journal: string | undefined;
  /** The journal of an earlier job. */
  readonly earlier: string | undefined;
  /** The list of failures. */
  readonly failed: string;
  /** The report for people, as an HTML document. */
  readonly report: string;
}

/**
 * The files of a job with the table at `path`.
 * @throws UsageError if they cannot be.
 */
export function outputPathsOf(
  path: string,
  table: Table,
  { journal: requested, skipDoneOf }: BulkOptions,
): OutputPaths {
  const journal = journalPathOf(path, table, requested);
  const earlier = skipDoneOf === undefined ? undefined : earlierPathOf(skipDoneOf, journal);
  const stem = stemOf(path, table, requested);
  return { journal, earlier, failed: `${stem}.failed.csv`, report: `${stem}.report.html` };
}

/**
 * The path of the journal: the given one, or beside the table. Links to the table are followed, so that one file has one
 * journal; a link in place of the journal is not. Undefined for a pipe without --journal.
 */
function journalPathOf(path: string, { piped }: Table, requested: string | undefined): string | undefined {
  if (requested !== undefined) return resolved(requested, '--journal');
  try {
    return piped ? undefined : `${realpathSync(path)}.journal`;
  } catch (error) {
    throw new UsageError(errorMessage(error));
  }
}

/**
 * The path of the journal of an earlier job. Its folder may be a link; the journal may not.
 * @throws UsageError if it is that of this job.
 */
function earlierPathOf(requested: string, journal: string | undefined): string {
  const path = resolved(requested, '--skip-done-of');
  if (path !== journal) return path;
  throw new UsageError(
    `--skip-done-of names the journal of this very job. Give the corrected job one of its own: --journal ${nextJournal(path)}`,
  );
}

/** Why a file cannot be in its folder. */
export const noFolderText = (option: string, path: string, error: unknown): string =>
  errorCode(error) === 'ENOENT'
    ? `${option}: there is no folder ${dirname(path)}`
    : `${option}: ${path} cannot be used: ${errorMessage(error)}`;

function resolved(path: string, option: string): string {
  if (path === '') throw new UsageError(`${option} needs a path`);
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch (error) {
    throw new UsageError(noFolderText(option, path, error));
  }
}

/** What the names of the list of failures and of the report begin with: the given journal, or the file that the path of the table leads to. */
function stemOf(path: string, { piped }: Table, journal: string | undefined): string {
  return journal ?? (!piped && lstatSync(path).isSymbolicLink() ? realpathSync(path) : path);
}
