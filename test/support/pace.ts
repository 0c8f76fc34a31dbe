import { setMaxListeners } from 'node:events';
import type { Limit, Load, Pacer, RefusedBy, Turn } from '../../src/upstream/pacing/pacer.js';

/** A signal that never fires. */
export const never = new AbortController().signal;
setMaxListeners(0, never);

/** A connection's limit of `calls` per second. */
export const perSecond = (key: string, calls: number): Limit => ({ key, scope: 'connection', calls, windowMs: 1_000 });
/** A connection's limit of `calls` per hour. */
export const perHour = (key: string, calls: number): Limit => ({ ...perSecond(key, calls), windowMs: 3_600_000 });
/** Maton's limit. */
export const account: Limit = { ...perSecond('maton', 10), scope: 'account' };
/** A request through one connection of one account. */
export const load = (...limits: readonly Limit[]): Load => ({ limits, account: 'account', connection: 'connection' });

/** An immediate turn for a request that has just arrived; rejects if it would have to wait. */
export const turnNow = (pacer: Pacer, wanted: Load): Promise<Turn> =>
  pacer.turn(wanted, { arrivedMsAgo: 0, waitAtMostMs: 0 }, never);

/** The next turn for a request that has just arrived. */
export const turnSoon = (pacer: Pacer, wanted: Load, waitAtMostMs = 1e9): Promise<Turn> =>
  pacer.turn(wanted, { arrivedMsAgo: 0, waitAtMostMs }, never);

/** Sends a request now, with an immediate response. */
export async function sendNow(pacer: Pacer, wanted: Load): Promise<void> {
  const turn = await turnNow(pacer, wanted);
  await turn.sent();
  await turn.over(true);
}

/** Whether a request gets a turn now; sends it, with an immediate response. */
export const canSend = (pacer: Pacer, wanted: Load): Promise<boolean> =>
  sendNow(pacer, wanted).then(
    () => true,
    () => false,
  );

/** How many requests can be sent now. */
export async function countSendable(pacer: Pacer, wanted: Load): Promise<number> {
  let count = 0;
  while (await canSend(pacer, wanted)) count += 1;
  return count;
}

/** Sends a request now that is refused with a 429. */
export async function sendRefused(
  pacer: Pacer,
  wanted: Load,
  by: RefusedBy,
  { pauseMs = 1_000, fromRetryAfter = false } = {},
): Promise<void> {
  const turn = await turnNow(pacer, wanted);
  await turn.sent();
  await turn.refused({ by, pauseMs, fromRetryAfter });
  await turn.over(true);
}
