import type { Endpoint } from '../../../tools/contract/endpoint.js';
import type { Result } from '../../../tools/contract/json.js';
import type { AccountSettings } from '../../config/accounts/settings.js';
import { endpointRequest } from '../../upstream/request.js';

/** `base` with a path below it, whether or not the base ends in a slash. */
const below = (base: URL, path: string): URL => new URL(base.href.replace(/\/$/, '') + path);

function urlOf(endpoint: Endpoint, path: string, { access, addresses }: AccountSettings): URL {
  if (endpoint.api === 'connections') return below(addresses.control, path);
  return access.mode === 'direct' ? below(addresses.manychat, path) : below(addresses.gateway, `/manychat${path}`);
}

/** The HTTP request of one endpoint call, without headers: they hold the key. */
export interface AccountRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string | undefined;
}

/** Builds the HTTP request of an endpoint call. */
export function requestOf(endpoint: Endpoint, input: Result, settings: AccountSettings): AccountRequest {
  const { method, target, body } = endpointRequest(endpoint, input);
  return { method, url: urlOf(endpoint, target, settings), body };
}
