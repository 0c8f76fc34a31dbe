import type { Shell } from '../../shell/shell.js';
import type { Job } from '../job/job.js';
import type { BulkOptions } from '../options.js';
import type { Table } from '../table/csv-table.js';

/** A page as ManyChat returns it. */
export type Page = Readonly<Record<string, unknown>>;

/** When a run of the command began, and what time it is, in milliseconds since 1970. */
export interface RunTime {
  readonly startedAt: number;
  now(): number;
}

/** What is to be done on one account. */
export interface JobRequest {
  /** The account's name; undefined if the whole table is for one. */
  readonly name: string | undefined;
  readonly job: Job;
  /** The rows for the account. */
  readonly table: Table;
  readonly options: BulkOptions;
  /** Its notes name the account if there are several. */
  readonly shell: Shell;
  /** The same for all accounts. */
  readonly time: RunTime;
}

/** The journals of a job on one account. */
export interface JobPaths {
  /** Undefined for a pipe without --journal. */
  readonly journal: string | undefined;
  /** Those of earlier jobs, whose contacts are left out. */
  readonly earlier: readonly string[];
}

/** The journals of a job that runs. */
export interface RunPaths extends JobPaths {
  readonly journal: string;
}
