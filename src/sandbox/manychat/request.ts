import type { Account } from './account.js';
import type { Delivery } from './outbox.js';

/** An authorized request to an account, with everything that a handler may use. */
export interface SandboxRequest {
  account: Account;
  /** The JSON body of a POST, the query of a GET. */
  parameters: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970. */
  now: number;
  /** Whether one more request of this kind fits into the limit; counts it if so. */
  admits(kind: string, limit: number, windowMilliseconds: number): boolean;
  /** Returns the id of the delivery. */
  deliver(delivery: Omit<Delivery, 'id' | 'time' | 'page_id'>): number;
}

/** Performs a request and returns the `data` of the response; undefined for none. @throws Refusal */
export type Handler = (request: SandboxRequest) => unknown;
