import { randomBytes } from 'node:crypto';
import type { Pacer } from './pacer.js';
import { createSharedAccount, type SharedAccount, type SharedParts } from './shared/shared-account.js';

/** Idle accounts are dropped each time the number of accounts has grown by this. */
const sweepEvery = 100;

/** What a shared pacer needs. It does not close the store. */
export interface SharedPacerParts extends Pick<SharedParts, 'store' | 'clock'> {
  /** Differs from those of all other processes of the store; without a dot. */
  readonly process?: string;
}

/**
 * A pacer for all processes that share a store: first come first served among them, within the limits of all. While the
 * store is away calls wait for it, and are refused when their time is up. Other errors of the store reject them at once.
 */
export function createSharedPacer({ store, clock, process = randomBytes(6).toString('hex') }: SharedPacerParts): Pacer {
  const accounts = new Map<string, SharedAccount>();
  let sweepAt = sweepEvery;
  let closed: Error | undefined;
  let lastId = 0;
  const nextId = (): string => {
    lastId += 1;
    return `${process}.${lastId.toString(36)}`;
  };

  function pacerOf(account: string): SharedAccount {
    let pacer = accounts.get(account);
    if (pacer === undefined) {
      if (accounts.size >= sweepAt) sweep();
      pacer = createSharedAccount(account, { store, clock, process, nextId });
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
      signal.throwIfAborted();
      if (closed !== undefined) throw closed;
      return pacerOf(load.account).turn(load, options, signal);
    },
    async close() {
      const reason = new Error('The pacer is closed');
      closed = reason;
      await Promise.all([...accounts.values()].map((pacer) => pacer.close(reason)));
      accounts.clear();
    },
  };
}
