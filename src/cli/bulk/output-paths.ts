import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../../config/usage-error.js';
import { errorMessage } from '../../text/error-text.js';
import type { Table } from './table/csv-table.js';

/**
 * Where the journal of a table is; undefined where it has none. One file has one journal, by whatever links it is named.
 * Those of a journal are not followed.
 */
export function journalPathOf(path: string, { piped }: Table, given: string | undefined): string | undefined {
  if (given === '') throw new UsageError('--journal needs a path');
  try {
    if (given !== undefined) return join(realpathSync(dirname(given)), basename(given));
    return piped ? undefined : `${realpathSync(path)}.journal`;
  } catch (error) {
    throw new UsageError(errorMessage(error));
  }
}

/** Where it is told what failed: beside the journal, or the file that a link such as /dev/stdin leads to. */
export function failedPathOf(path: string, { piped }: Table, given: string | undefined): string {
  const real = !piped && lstatSync(path).isSymbolicLink() ? realpathSync(path) : path;
  return `${given ?? real}.failed.csv`;
}
