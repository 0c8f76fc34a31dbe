import { type Account, openAccount } from '../../../account/account.js';
import type { Host } from '../../../account/host.js';
import type { RequestState } from '../../../account/request-state/request-state.js';
import { everything, type Grant, narrowed } from '../../../config/accounts/grant.js';
import type { AccountSettings } from '../../../config/accounts/settings.js';
import { type Backend, openBackend } from '../../../mcp/backend.js';
import type { Principal } from '../../../mcp/http/principal.js';

/** Who calls are made for. */
export type Caller = Principal;

/** The client of a server over stdio, and the person who has started one on loopback. */
export const localCaller: Caller = { id: 'local', grant: everything };

/** The accounts and backends that were opened on a host. */
export interface Pool {
  /**
   * The backend of an account for a caller. Callers with the same grant share the account, and what it has read.
   * @param account its name, if calls choose from several.
   */
  backend(settings: AccountSettings, account: string | undefined, caller: Caller): Backend;
  /** Removes a key of another account from what the accounts show. */
  hide(key: string): void;
}

/** Limits of a pool. Callers can bring any number of keys, and narrow what they are offered in any number of ways. */
export interface PoolLimits {
  /** Accounts that are kept while no call of them is in flight. */
  readonly accounts: number;
  /** How long an account is kept without calls, in milliseconds. */
  readonly idleMs: number;
  /** Backends that are kept for one account: one a caller. */
  readonly backends: number;
}

const usualLimits: PoolLimits = { accounts: 100, idleMs: 3_600_000, backends: 200 };

/**
 * The connections that may be used under a grant, also where the account has a connection of its own. Such an account shows
 * the others of its Maton key only to those who may use them, or all accounts.
 */
function permittedUnder({ accounts, connections }: Grant, { connection, access }: AccountSettings) {
  if (access.mode === 'direct') return undefined;
  const isOpen = connection === undefined || accounts === 'all';
  return connections ?? (isOpen ? undefined : [connection]);
}

/** The settings of an account under a grant. */
const settingsUnder = (grant: Grant, settings: AccountSettings): AccountSettings =>
  grant === everything
    ? settings
    : { ...settings, policy: narrowed(settings.policy, grant), permitted: permittedUnder(grant, settings) };

/** Equal for accounts that show and do the same. Of the accounts in a grant, only whether it has all of them has a part in it. */
function keyOf({ name, identity, access }: AccountSettings, { accounts, ...rights }: Grant): string {
  return JSON.stringify([
    name,
    identity,
    access.mode === 'none' ? access.reason : access.mode,
    accounts === 'all',
    rights,
  ]);
}

/** An account that is open. */
interface Opened {
  readonly account: Account;
  readonly backends: Map<string, Backend>;
  /** Calls in flight. */
  busy: number;
  usedAt: number;
}

/**
 * Opens accounts and backends, each once. Those that were not used for the longest time are closed when there are too many,
 * but none with a call in flight. What was sent is remembered by the host, so nothing is sent again because of that.
 * @param lasting accounts that are open already, and are never closed.
 */
export function createPool(
  host: Host,
  requestState: RequestState,
  lasting: readonly Account[] = [],
  limits: PoolLimits = usualLimits,
): Pool {
  const { now, after } = host.clock;
  const kept = new Set(lasting);
  /** Those that were used last are at the end. */
  const opened = new Map<string, Opened>(
    lasting.map((account) => [
      keyOf(account.settings, everything),
      { account, backends: new Map(), busy: 0, usedAt: now() },
    ]),
  );

  /** Cancels the timer that closes unused accounts while no request comes. */
  let cancelTimer: (() => void) | undefined;

  function closeUnused(): void {
    const idle = [...opened].filter(([, { account, busy }]) => busy === 0 && !kept.has(account));
    for (const [at, [key, { account, usedAt }]] of idle.entries()) {
      if (idle.length - at <= limits.accounts && now() - usedAt < limits.idleMs) continue;
      opened.delete(key);
      account.close();
    }
    const left = idle.filter(([key]) => opened.has(key)).map(([, { usedAt }]) => usedAt + limits.idleMs - now());
    if (left.length === 0 || cancelTimer !== undefined || host.closing.aborted) return;
    // By then some may have been used again: each run starts the next one.
    cancelTimer = after(Math.min(...left), () => {
      cancelTimer = undefined;
      closeUnused();
    });
  }
  host.closing.addEventListener('abort', () => cancelTimer?.(), { once: true });

  /** The open account for a caller; one that was closed meanwhile is opened again. */
  function accountOf(settings: AccountSettings, { grant }: Caller): Opened {
    const key = keyOf(settings, grant);
    const found = opened.get(key) ?? {
      account: openAccount(host, settingsUnder(grant, settings)),
      backends: new Map<string, Backend>(),
      busy: 0,
      usedAt: now(),
    };
    found.usedAt = now();
    opened.delete(key);
    opened.set(key, found);
    return found;
  }

  function backendOf(entry: Opened, account: string | undefined, { id: principal }: Caller): Backend {
    const id = JSON.stringify([account, principal]);
    const backend = entry.backends.get(id) ?? openBackend(entry.account, { requestState, principal, account, now });
    entry.backends.delete(id);
    entry.backends.set(id, backend);
    const [oldest] = entry.backends.keys();
    if (entry.backends.size > limits.backends && oldest !== undefined) entry.backends.delete(oldest);
    return backend;
  }

  return {
    backend(settings, account, caller) {
      /** Keeps the account open while it works. */
      async function within<Result>(work: (backend: Backend) => Promise<Result>): Promise<Result> {
        const entry = accountOf(settings, caller);
        entry.busy += 1;
        try {
          return await work(backendOf(entry, account, caller));
        } finally {
          entry.busy -= 1;
          entry.usedAt = now();
          closeUnused();
        }
      }
      const backend = backendOf(accountOf(settings, caller), account, caller);
      closeUnused();
      return {
        ...backend,
        call: (...call) => within((own) => own.call(...call)),
        complete: (...asked) => within((own) => own.complete(...asked)),
        prepareQuestion: (...call) => within((own) => own.prepareQuestion(...call)),
      };
    },
    hide(key) {
      for (const { account } of opened.values()) account.redactor.learn('key', key);
    },
  };
}
