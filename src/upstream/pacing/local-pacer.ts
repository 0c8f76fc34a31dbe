import type { Clock } from '../clock.js';
import { type AccountPacer, createAccountPacer } from './account-pacer.js';
import type { Pacer } from './pacer.js';

/*
 * Ours, because no maintained library does all of it: a call is bound by several limits at once (the account's, the
 * endpoint's, the subscriber's), its slot in a window counts from when it was written to an open socket and not from
 * when it was queued, a call that would come too late is refused before it waits, and a waiting call can be cancelled.
 */

/** Pacers of idle accounts are dropped each time the number of accounts has grown by this. */
const sweepEvery = 100;

/** A pacer for this process alone; `limitsInUse` counts the limits that it remembers. */
export function createLocalPacer(clock: Clock): Pacer & { limitsInUse(): number } {
  const accounts = new Map<string, AccountPacer>();
  let sweepAt = sweepEvery;
  let closed: Error | undefined;

  /** Each account has a queue, pauses and latency of its own, so that no account delays another. */
  function pacerOf(account: string): AccountPacer {
    let pacer = accounts.get(account);
    if (pacer === undefined) {
      if (accounts.size >= sweepAt) sweep();
      pacer = createAccountPacer(clock);
      accounts.set(account, pacer);
    }
    return pacer;
  }

  function sweep(): void {
    for (const [account, pacer] of accounts) if (pacer.idle()) accounts.delete(account);
    sweepAt = accounts.size + sweepEvery;
  }

  return {
    async turn(load, options, signal) {
      if (closed !== undefined) throw closed;
      return pacerOf(load.account).turn(load, options, signal);
    },
    async close() {
      closed = new Error('The pacer is closed');
      for (const pacer of accounts.values()) pacer.close(closed);
    },
    limitsInUse: () => [...accounts.values()].reduce((sum, pacer) => sum + pacer.limitsInUse(), 0),
  };
}
