import { badRequest } from '../http/refusal.js';
import { loopbackUrl, secureUrl, type Tunnels } from '../manychat/calling/address.js';
import type { Properties } from './properties.js';
import { name } from './values.js';

/** The origin of a public address. @throws Refusal */
export function publicOrigin(place: string, value: unknown): string {
  const url = secureUrl(name(place, value));
  if (url?.pathname === '/' && url.search === '') return url.origin;
  throw badRequest(`${place} must be an https URL without a path, such as https://bot.example.com.`);
}

/** The origin of an address on this machine. @throws Refusal */
export function localOrigin(place: string, value: unknown): string {
  const url = loopbackUrl(name(place, value));
  if (url?.pathname === '/' && url.search === '') return url.origin;
  throw badRequest(`${place} must be an http URL on 127.0.0.1, localhost or [::1], such as http://127.0.0.1:8080.`);
}

/** The tunnels of an account: local addresses by public ones. */
export function tunnelsOf(properties: Properties): Tunnels {
  const tunnels = new Map<string, string>();
  properties.entries('tunnels', (place, from, to) => {
    const origin = properties.problems.during(() => publicOrigin(place, from), undefined);
    const local = properties.problems.during(() => localOrigin(place, to), undefined);
    if (origin !== undefined && local !== undefined) tunnels.set(origin, local);
  });
  return tunnels;
}
