import { setMaxListeners } from 'node:events';
import type { Limit, Load, Pacer } from '../../src/upstream/pacing/pacer.js';
import type { ManualClock } from './timing.js';

/** A signal that never fires. */
export const never = new AbortController().signal;
setMaxListeners(0, never);
/** A connection's limit of so many calls a second. */
export const perSecond = (key: string, calls: number): Limit => ({ key, of: 'connection', calls, windowMs: 1_000 });
/** Maton's limit. */
export const account: Limit = { ...perSecond('account', 10), of: 'account' };
/** A request through one connection of one account. */
export const load = (...limits: readonly Limit[]): Load => ({ limits, account: 'account', connection: 'connection' });

/** A turn that is refused by the account: all its requests pause. */
export async function refuse(pacer: Pacer, clock: ManualClock, pauseMs: number, limits: readonly Limit[] = [account]) {
  const turn = await pacer.turn(load(...limits), { arrived: 0, latest: clock.now() }, never);
  turn.sent();
  turn.refused({ by: 'account', pauseMs, fromRetryAfter: false });
  turn.over(true);
}
