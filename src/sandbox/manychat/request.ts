import type { Account } from './account.js';
import type { Limiter } from './limits.js';
import type { Delivery } from './outbox.js';

/** One request that reached an account, with what its handler may use. */
export interface SandboxRequest {
  account: Account;
  /** The JSON body of a POST, the query of a GET. */
  parameters: Readonly<Record<string, unknown>>;
  now: number;
  limiter: Limiter;
  deliver(delivery: Omit<Delivery, 'id' | 'time' | 'page_id'>): void;
}

/** Performs a request and returns the `data` of its answer, undefined for none; throws Refusal. */
export type Handler = (request: SandboxRequest) => unknown;
