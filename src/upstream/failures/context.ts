import type { Declaration } from '../../../tools/contract/endpoint.js';
import type { CallError, Failure, RequestOutcome } from '../../../tools/contract/failure.js';

/** What a failure's wording depends on: which call it was, and whether ManyChat is reached without Maton. */
export interface FailureContext<Called extends Declaration = Declaration> {
  readonly declaration: Called;
  readonly direct: boolean;
}

/** What is particular to one failure; the rest follows from its kind and the call. */
export interface FailureFacts {
  readonly message: string;
  readonly source: Failure['source'];
  /** `refused` unless told otherwise. */
  readonly outcome?: RequestOutcome;
  readonly hint?: string;
  readonly http_status?: number | undefined;
  readonly code?: number | undefined;
  readonly details?: readonly string[] | undefined;
  readonly retry_after_s?: number | undefined;
  readonly refusedBy?: CallError['refusedBy'];
}
