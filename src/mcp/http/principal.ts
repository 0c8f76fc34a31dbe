import { everything, type Grant } from '../../config/accounts/grant.js';
import type { Access } from '../../config/accounts/settings.js';

/** A credential that can be used. */
export type OwnAccess = Exclude<Access, { readonly mode: 'none' }>;

/** Who a request comes from, and what they may do. */
export interface Principal {
  /**
   * Names the caller in the same way in every request, process and version. It is never a token or a key: it is logged.
   * Request state and jobs are bound to it. Remembered sends are not: they protect the contact, so the same send of another
   * principal is not made again either, but its outcome is not shown.
   */
  readonly id: string;
  readonly grant: Grant;
  /** The credential that the caller brings. Calls go to its account, and to none of the server's. */
  readonly access?: OwnAccess | undefined;
}

/** How the server finds out who asks. */
export interface SignIn {
  /**
   * The principal of a request, or the response that refuses it, with its challenge. Called for every request to `/mcp`
   * before the body is read, so it must not read the body.
   */
  identify(request: Request): Promise<Principal | Response>;
  /** The response to a request for metadata, such as `/.well-known/…`; undefined for any other request. */
  metadata?(request: Request): Promise<Response | undefined>;
  /** Resolves if what callers are identified with is known; rejects if it cannot be reached now. Absent if it needs nothing. */
  reach?(): Promise<void>;
}

/** No sign-in: every caller is the person who started the server. */
export const noSignIn: SignIn = { identify: async () => ({ id: 'local', grant: everything }) };
