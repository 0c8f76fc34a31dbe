import type { Shell } from '../../shell/shell.js';
import type { Job } from '../job/job.js';
import type { BulkOptions } from '../options.js';
import type { Table } from '../table/csv-table.js';
import type { OutputPaths } from './output-paths.js';

/** A page as ManyChat returns it. */
export type Page = Readonly<Record<string, unknown>>;

/** What is to be done on one account. */
export interface JobRequest {
  readonly job: Job;
  readonly table: Table;
  /** The file of the table; undefined for a pipe. */
  readonly tablePath: string | undefined;
  readonly paths: OutputPaths;
  readonly options: BulkOptions;
  readonly shell: Shell;
}

/** A request with a place for its journal. */
export interface RunRequest extends JobRequest {
  readonly paths: OutputPaths & { readonly journal: string };
}
