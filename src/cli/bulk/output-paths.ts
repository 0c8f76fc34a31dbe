import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../../config/usage-error.js';
import { errorMessage } from '../../text/error-text.js';
import type { Table } from './table/csv-table.js';

/**
 * The path of the journal: the given one, or beside the table. Links to the table are followed, so that one file has one
 * journal; a link in place of the journal is not. Undefined for a pipe without --journal.
 */
export function journalPathOf(path: string, { piped }: Table, requested: string | undefined): string | undefined {
  if (requested === '') throw new UsageError('--journal needs a path');
  try {
    if (requested !== undefined) return join(realpathSync(dirname(requested)), basename(requested));
    return piped ? undefined : `${realpathSync(path)}.journal`;
  } catch (error) {
    throw new UsageError(errorMessage(error));
  }
}

/** The path of the list of failures: beside the given journal, or beside the file that the path of the table leads to. */
export function failedPathOf(path: string, { piped }: Table, journal: string | undefined): string {
  const tablePath = !piped && lstatSync(path).isSymbolicLink() ? realpathSync(path) : path;
  return `${journal ?? tablePath}.failed.csv`;
}
