import type { Retry } from './account-job/scan.js';
import type { JobOptions } from './job/action.js';

/** Options of the bulk command. */
export interface BulkOptions extends JobOptions {
  readonly retryUnknown?: true | undefined;
  readonly retryFailed?: true | undefined;
  /** The encoding of a table without a byte-order mark. */
  readonly encoding?: string | undefined;
  /** The sheet of a workbook. */
  readonly sheet?: string | undefined;
  /** Path of the journal. */
  readonly journal?: string | undefined;
  /** Path of the journal of an earlier job, whose contacts are left out unless they failed or were not reached. */
  readonly skipDoneOf?: string | undefined;
  /** Nobody is asked before the run. */
  readonly yes?: true | undefined;
  /** A dry run reads nothing from the account. */
  readonly offline?: true | undefined;
  readonly json?: true | undefined;
}

/** Which contacts of earlier runs have another turn. */
export const retryOf = ({ retryFailed, retryUnknown }: BulkOptions): Retry => ({
  failed: retryFailed === true,
  unknown: retryUnknown === true,
});
