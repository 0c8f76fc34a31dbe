import { randomBytes } from 'node:crypto';
import type { Failure } from '../../../../tools/contract/failure.js';
import type { Reports } from '../../../store/reports.js';
import type { SharedStore } from '../../../store/shared-store.js';
import type { Clock } from '../../../upstream/clock.js';
import { type CallTimes, longestMs, timesOf } from '../rules.js';
import type { SendingCall } from '../send-guard.js';
import { callDocument } from './send-records.js';

/** A call of this process whose sends are remembered. */
interface OwnCall {
  readonly id: string;
  /** Its times as of now, by a clock that is ahead by so many milliseconds. */
  times(offsetMs: number): CallTimes;
  /** Failures of its sends whose outcome is unknown, by the id of their claim. */
  readonly failures: Map<string, Failure>;
}

/** The calls of this process whose sends are remembered. What happens to them is reported to the other processes. */
export interface OwnCalls {
  find(id: string): OwnCall | undefined;
  /** Reports what happens to a call from now on. */
  follow(call: SendingCall): OwnCall;
}

/** How often calls are forgotten that nothing refers to any more, in milliseconds. */
const sweepEveryMs = 60_000;

/** @param keepMs how long the times of a call are kept. */
export function createOwnCalls(store: SharedStore, clock: Clock, reports: Reports, keepMs: number): OwnCalls {
  const byCall = new WeakMap<SendingCall, OwnCall>();
  /** With the time at which each last sent something. */
  const byId = new Map<string, OwnCall & { usedAt: number }>();
  let sweptAt = clock.now();

  function sweep(): void {
    const now = clock.now();
    if (now - sweptAt < sweepEveryMs) return;
    sweptAt = now;
    for (const [id, { usedAt }] of byId) if (now - usedAt > longestMs) byId.delete(id);
  }

  function begin(call: SendingCall): OwnCall {
    const id = randomBytes(9).toString('base64url');
    const document = callDocument(id);
    const report = (): void => {
      void reports.make(() => {
        // The store's time is read after this, so no answer seems to be earlier than it was.
        const before = clock.now();
        return store.transact([document], (transaction) =>
          transaction.write(document, { ...timesOf(call, transaction.now - before) }, keepMs),
        );
      }, longestMs);
    };
    const { whenAnswered, whenCancelled } = call.delivery;
    for (const event of [call.whenEnded, whenAnswered, whenCancelled]) event?.then(report);
    return { id, times: (offsetMs) => timesOf(call, offsetMs), failures: new Map() };
  }

  return {
    find: (id) => byId.get(id),
    follow(call) {
      sweep();
      const own = byCall.get(call) ?? begin(call);
      byCall.set(call, own);
      byId.set(own.id, { ...own, usedAt: clock.now() });
      return own;
    },
  };
}
