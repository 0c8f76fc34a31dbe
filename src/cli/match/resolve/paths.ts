import { lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../../../config/usage-error.js';
import { noFolderText } from '../../bulk/account-job/output-paths.js';
import type { Table } from '../../bulk/table/csv-table.js';

/** Where the table with ids goes. */
export interface OutputOptions {
  readonly out?: string | undefined;
  /** An earlier output may be replaced. */
  readonly force?: true | undefined;
}

function inRealFolder(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch (error) {
    throw new UsageError(noFolderText('--out', path, error));
  }
}

function isSameFile(one: string, other: string): boolean {
  const [first, second] = [one, other].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return first !== undefined && second !== undefined && first.ino === second.ino && first.dev === second.dev;
}

/**
 * The path of the table with ids: the given one, or beside the table.
 * @throws UsageError if it is that of the table, or of a file that may not be replaced.
 */
export function withIdsPathOf(path: string, { piped }: Table, { out, force }: OutputOptions): string {
  if (out === '') throw new UsageError('--out needs a path');
  if (out === undefined && piped) throw new UsageError(`${path} is a pipe: name a file for the table with --out`);
  const target = inRealFolder(out ?? `${path.replace(/\.(?:csv|tsv|txt|xlsx)$/i, '')}.with-ids.csv`);
  if (!piped && isSameFile(path, target)) {
    throw new UsageError(`--out names the table itself, which stays as it is: name another file`);
  }
  if (lstatSync(target, { throwIfNoEntry: false }) !== undefined && force !== true) {
    throw new UsageError(`${target} exists already: name another file with --out, or replace it with --force`);
  }
  return target;
}
