import type { Shell } from '../shell/shell.js';
import type { JobOptions } from './job/action.js';
import type { Job } from './job/job.js';
import type { LockOwner } from './journal/lock-holder.js';
import type { Kernel } from './journal/machine.js';
import type { Table } from './table/csv-table.js';

/** Options of the bulk command besides the job. */
export interface BulkOptions extends JobOptions {
  readonly retryUnknown?: true | undefined;
  readonly retryFailed?: true | undefined;
  readonly journal?: string | undefined;
  readonly json?: true | undefined;
}

export const retryOf = ({ retryFailed, retryUnknown }: BulkOptions) => ({
  failed: retryFailed === true,
  unknown: retryUnknown === true,
});

export interface Parts {
  readonly table: Table;
  readonly job: Job;
  readonly path: string;
  readonly options: BulkOptions;
  readonly shell: Shell;
  readonly self: LockOwner & Kernel;
}
