import type { Failure } from '../../../tools/contract/failure.js';
import { type Earlier, promptMs, rememberedMs, type SendingCall } from './send-guard.js';

/** The longest deadline a call can have, in milliseconds. A call that seems to take longer was never answered. */
export const maxCallMs = 600_000;

/** The longest that a send is remembered, in milliseconds. */
export const longestMs = maxCallMs + rememberedMs;

/** What decides about the sends of a call, in milliseconds of one clock. */
export interface CallTimes {
  readonly arrivedAt: number;
  readonly answeredAt?: number | undefined;
  readonly cancelled: boolean;
  readonly endedAt?: number | undefined;
}

/** The outcome of a send that may have arrived. */
export type SendOutcome =
  | { readonly state: 'done'; readonly data: unknown }
  | { readonly state: 'unknown'; readonly failure: Failure };

/** A send that was performed, or may have been. */
export interface RememberedSend {
  readonly at: number;
  readonly outcome: SendOutcome;
  readonly call: CallTimes;
  readonly oneOfMany: boolean;
  /** Whether another principal made it than the one of the call that it is judged for. */
  readonly isOthers: boolean;
  /** Whether it is certain which of two calls arrived first. Processes have different clocks. */
  readonly inOrder: boolean;
  /** Whether the call that it is judged for waited for its end. Then it is the same, even if its call was answered since. */
  readonly awaited: boolean;
}

/** @param offsetMs how far the clock of the result is ahead of the clock of the delivery. */
export function timesOf({ delivery, endedAt }: SendingCall, offsetMs = 0): CallTimes {
  const { arrivedAt, answeredAt, cancelled } = delivery;
  return {
    arrivedAt: arrivedAt + offsetMs,
    answeredAt: answeredAt === undefined ? undefined : answeredAt + offsetMs,
    cancelled,
    endedAt: endedAt === undefined ? undefined : endedAt + offsetMs,
  };
}

/** Why a send is not repeated for a call that arrived at `arrivedAt`; undefined if it is a new send. */
function whyNotAgain(
  { call, oneOfMany, inOrder, awaited }: RememberedSend,
  arrivedAt: number,
): 'open' | 'unanswered' | 'many' | undefined {
  const { answeredAt, cancelled } = call;
  if (oneOfMany) return 'many';
  if (cancelled) return 'unanswered';
  // A call that arrived earlier is no repeat, even if its send comes later.
  const arrivedBefore = inOrder && arrivedAt < call.arrivedAt;
  if (awaited || answeredAt === undefined || (answeredAt > arrivedAt && !arrivedBefore)) return 'open';
  return answeredAt - call.arrivedAt > promptMs ? 'unanswered' : undefined;
}

/** A long call is repeated after its end, so its sends are remembered for five minutes after that end. */
export function leftMs(
  { at, call: { answeredAt, endedAt } }: Pick<RememberedSend, 'at' | 'call'>,
  now: number,
): number {
  const end = endedAt ?? answeredAt ?? Math.min(now, at + maxCallMs);
  // Where times are uncertain, the end can seem to be still to come.
  return rememberedMs - Math.max(0, now - Math.max(at, end, answeredAt ?? at));
}

/**
 * What an earlier send means for the same send of a call that arrived at `arrivedAt`; undefined if it is a new send.
 * Where times are uncertain, an arrival and a present that are too early, and an answer that is too late, prevent a send;
 * never the other way round.
 */
export function judge(earlier: RememberedSend, arrivedAt: number, now: number): Earlier | undefined {
  const left = leftMs(earlier, now);
  if (left <= 0) return undefined;
  const { outcome, at, isOthers } = earlier;
  const times = { agoMs: Math.max(0, now - at), leftMs: left, isOthers };
  if (outcome.state === 'unknown') return { ...outcome, ...times };
  const why = whyNotAgain(earlier, arrivedAt);
  return why && { ...outcome, ...times, why };
}
