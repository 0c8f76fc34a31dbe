import { randomBytes } from 'node:crypto';
import type { Failure } from '../../../../tools/contract/failure.js';
import type { Reports } from '../../../store/reports.js';
import type { SharedStore } from '../../../store/shared-store.js';
import type { StoreTime } from '../../../store/store-time.js';
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

/** How often old calls are dropped, in milliseconds. */
const sweepEveryMs = 60_000;

/** What is needed to report times to other processes. */
interface OwnCallsParts {
  readonly store: SharedStore;
  readonly time: StoreTime;
  readonly clock: Clock;
  readonly reports: Reports;
}

/** @param keepMs how long the times of a call are kept. */
export function createOwnCalls({ store, time, clock, reports }: OwnCallsParts, keepMs: number): OwnCalls {
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
      void reports.make(
        () =>
          store.transact([document], (transaction) => {
            const { answeredAt, arrivedAt } = call.delivery;
            const since = Math.min(answeredAt ?? call.endedAt ?? arrivedAt, call.endedAt ?? Number.POSITIVE_INFINITY);
            // One difference for all of them: how long the answer took stays exact.
            transaction.write(document, { ...timesOf(call, time.latest(since) - since) }, keepMs);
          }),
        longestMs,
      );
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
