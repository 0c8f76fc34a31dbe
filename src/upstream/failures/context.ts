import type { Declaration } from '../../../tools/contract/endpoint.js';
import type { CallError, Failure, RequestOutcome } from '../../../tools/contract/failure.js';
import type { Reader } from '../../text/operator.js';

/** What the wording of a failure depends on. */
export interface FailureContext<Called extends Declaration = Declaration> {
  readonly declaration: Called;
  /** Whether requests go to ManyChat without Maton. */
  readonly direct: boolean;
  /** The name of the account in the accounts file; absent if its key comes from the environment. */
  readonly account?: string | undefined;
  /** Whether the caller has brought the key, so that only they can correct it. */
  readonly keyFromCaller?: boolean | undefined;
  /** Who reads it; the person who runs the server by default. */
  readonly reader?: Reader | undefined;
}

/** What is specific to one failure. The rest follows from its kind and context. */
export interface FailureFacts {
  readonly message: string;
  readonly source: Failure['source'];
  /** Defaults to `refused`. */
  readonly outcome?: RequestOutcome;
  /** Replaces the hint of the kind. */
  readonly hint?: string;
  readonly http_status?: number | undefined;
  readonly code?: number | undefined;
  readonly details?: readonly string[] | undefined;
  readonly retry_after_s?: number | undefined;
  /** The same call would fail in the same way, although others of this kind may pass. */
  readonly lasting?: boolean;
  readonly refusedBy?: CallError['about']['refusedBy'];
}
