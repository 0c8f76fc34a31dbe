import type { Result } from '../../../tools/contract/endpoint.js';
import type { Failure } from '../../../tools/contract/failure.js';
import { isObject } from '../../../tools/contract/json.js';
import type { Outcome } from '../../account/call/call-tool.js';
import { pause, type Timing, timeout } from '../../upstream/clock.js';

/** As Maton's own clients poll. */
const pollMs = 2_000;
/** A connection as far as it is known. */
export interface Seen {
  readonly id: string;
  readonly status: string;
  readonly link: string | undefined;
}

/** How waiting for the key ended. */
export type Ended =
  | { readonly how: 'active' | 'failed' | 'late' | 'stopped' }
  | { readonly how: 'refused'; readonly failure: Failure };

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export function seenIn({ connection }: Result): Seen {
  const { connection_id: id, status, url } = isObject(connection) ? connection : {};
  return { id: textOf(id) ?? '', status: (textOf(status) ?? 'PENDING').toUpperCase(), link: textOf(url) };
}

/** Asks until the connection is ACTIVE or FAILED; a failure to ask that may pass does not end it. */
export async function untilSettled(
  first: Seen,
  ask: (signal: AbortSignal) => Promise<Outcome>,
  tell: (seen: Seen, waitedMs: number, trouble: string | undefined) => void,
  { timing, limitMs, ending }: { timing: Timing; limitMs: number; ending: AbortSignal },
): Promise<Ended> {
  const began = timing.now();
  const late = timeout(timing, limitMs);
  const stop = AbortSignal.any([ending, late.signal]);
  let seen = first;
  let trouble: string | undefined;
  try {
    for (;;) {
      if (seen.status === 'ACTIVE') return { how: 'active' };
      if (seen.status === 'FAILED') return { how: 'failed' };
      tell(seen, timing.now() - began, trouble);
      await pause(timing, pollMs, stop);
      const outcome = stop.aborted ? undefined : await ask(stop);
      if (outcome?.ok === true) {
        seen = seenIn(outcome.result);
        trouble = undefined;
        if (seen.status === 'ACTIVE' || seen.status === 'FAILED') continue;
      }
      if (ending.aborted) return { how: 'stopped' };
      if (late.signal.aborted) return { how: 'late' };
      if (outcome?.ok === false) {
        if (!outcome.failure.retryable) return { how: 'refused', failure: outcome.failure };
        trouble = outcome.failure.message;
      }
    }
  } finally {
    late.forget();
  }
}

/** Ids of connections. */
export const idsIn = ({ connections }: Result): string[] =>
  (Array.isArray(connections) ? connections : []).filter(isObject).flatMap((each) => textOf(each.connection_id) ?? []);
