import type { HostParts } from '../../../account/host.js';
import type { SharedState } from '../../shell/shared-state.js';
import type { Shell } from '../../shell/shell.js';
import type { OutputPaths } from '../account-job/output-paths.js';
import type { JobRequest, RunTime } from '../account-job/request.js';
import { labelledShell } from '../accounts/label.js';
import type { Targets } from '../accounts/targets.js';
import type { Job } from '../job/job.js';
import type { BulkOptions } from '../options.js';
import { rowsShownOf } from '../preview/preview.js';
import type { Table } from '../table/csv-table.js';

/** What a command line asks for: one job, on one account or on several. */
export interface Order {
  readonly job: Job;
  readonly table: Table;
  /** The file of the table; undefined for a pipe. */
  readonly tablePath: string | undefined;
  readonly paths: OutputPaths;
  readonly options: BulkOptions;
  readonly shell: Shell;
  readonly targets: Targets;
  /** Replaced parts of the host. */
  readonly hostParts: Partial<HostParts>;
  readonly state: SharedState;
  readonly time: RunTime;
}

/** An order with a place for its journals. */
export interface RunOrder extends Order {
  readonly paths: Order['paths'] & { readonly journal: string };
}

/** The requests of an order, one for each account. */
export const requestsOf = ({ job, options, shell, targets, time }: Order): JobRequest[] =>
  targets.targets.map(({ name, table }) => ({ name, job, table, options, shell: labelledShell(shell, name), time }));

/** How many rows are shown of each account. */
export const rowsShownIn = ({ targets }: Order): number => rowsShownOf(targets.targets.length);
