import { type Account, openAccount } from '../../../account/account.js';
import type { Host } from '../../../account/host.js';
import type { RequestState } from '../../../account/request-state/request-state.js';
import { everything, type Grant, narrowed } from '../../../config/accounts/grant.js';
import type { AccountSettings } from '../../../config/accounts/settings.js';
import { type Backend, openBackend } from '../../../mcp/backend.js';
import type { Redactor } from '../../../text/redaction.js';

/** Who calls are made for. */
export interface Caller {
  /** Names the caller; never a token or a key. */
  readonly id: string;
  readonly grant: Grant;
}

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

/** The settings of an account under a grant. */
const settingsUnder = (grant: Grant, settings: AccountSettings): AccountSettings =>
  grant === everything ? settings : { ...settings, policy: narrowed(settings.policy, grant) };

/** Equal for accounts that show and do the same. The names of the accounts in a grant have no part in it. */
function keyOf({ name, identity, access }: AccountSettings, { accounts: _, ...rights }: Grant): string {
  return JSON.stringify([name, identity, access.mode === 'none' ? access.reason : access.mode, rights]);
}

/**
 * Opens accounts and backends, each once.
 * @param opened accounts that are open already.
 */
export function createPool(host: Host, requestState: RequestState, opened: readonly Account[] = []): Pool {
  const accounts = new Map<string, Account>(opened.map((account) => [keyOf(account.settings, everything), account]));
  const backends = new Map<string, Backend>();
  const redactors = new Set<Redactor>();

  function accountOf(settings: AccountSettings, { grant }: Caller): readonly [string, Account] {
    const key = keyOf(settings, grant);
    const account = accounts.get(key) ?? openAccount(host, settingsUnder(grant, settings));
    accounts.set(key, account);
    redactors.add(account.redactor);
    return [key, account];
  }

  return {
    backend(settings, account, caller) {
      const [key, opened] = accountOf(settings, caller);
      const id = JSON.stringify([key, account, caller.id]);
      const parts = { requestState, principal: caller.id, account, now: host.clock.now };
      const backend = backends.get(id) ?? openBackend(opened, parts);
      backends.set(id, backend);
      return backend;
    },
    hide(key) {
      for (const redactor of redactors) redactor.learn('key', key);
    },
  };
}
