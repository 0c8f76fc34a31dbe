import type { Failure } from '../../../tools/contract/failure.js';
import type { Outcome } from '../../account/call/call-tool.js';
import { type ConnectionRecord, connectionIn } from '../../account/lookups/connections/record.js';
import { type Clock, sleep, timeout } from '../../upstream/clock.js';

/** Maton's own clients poll at this interval. */
const pollMs = 2_000;

/** How waiting for the key ended. */
export type WaitOutcome =
  | { readonly how: 'active' | 'failed' | 'timeout' | 'interrupted' }
  | { readonly how: 'refused'; readonly failure: Failure };

/** The status of a connection; a new one may be answered without. */
export const statusOf = ({ status = 'PENDING' }: ConnectionRecord): string => status.toUpperCase();

const isFinal = (connection: ConnectionRecord): boolean => ['ACTIVE', 'FAILED'].includes(statusOf(connection));

/** What waiting for the key works with. */
export interface WaitParts {
  readonly clock: Clock;
  readonly limitMs: number;
  readonly ending: AbortSignal;
  /** Reads the connection; the signal fires when the wait ends. */
  read(signal: AbortSignal): Promise<Outcome>;
  /** Called before each wait; `problem` is why the last read failed. */
  onPoll(connection: ConnectionRecord, waitedMs: number, problem: string | undefined): void;
}

/** Polls until the connection is ACTIVE or FAILED. A read that fails with a retryable failure is repeated. */
export async function waitForKey(
  first: ConnectionRecord,
  { clock, limitMs, ending, read, onPoll }: WaitParts,
): Promise<WaitOutcome> {
  const startedAt = clock.now();
  const limit = timeout(clock, limitMs);
  const stop = AbortSignal.any([ending, limit.signal]);
  let connection = first;
  let problem: string | undefined;
  try {
    for (;;) {
      if (statusOf(connection) === 'ACTIVE') return { how: 'active' };
      if (statusOf(connection) === 'FAILED') return { how: 'failed' };
      onPoll(connection, clock.now() - startedAt, problem);
      await sleep(clock, pollMs, stop);
      const outcome = stop.aborted ? undefined : await read(stop);
      if (outcome?.ok === true) {
        connection = connectionIn(outcome.result);
        problem = undefined;
        if (isFinal(connection)) continue;
      }
      if (ending.aborted) return { how: 'interrupted' };
      if (limit.signal.aborted) return { how: 'timeout' };
      if (outcome?.ok === false) {
        if (!outcome.failure.retryable) return { how: 'refused', failure: outcome.failure };
        problem = outcome.failure.message;
      }
    }
  } finally {
    limit.cancel();
  }
}
