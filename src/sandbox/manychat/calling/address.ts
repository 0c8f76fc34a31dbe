/** Local addresses by the public ones that lead to them, as a tunnel does; both are origins. */
export type Tunnels = ReadonlyMap<string, string>;

const loopback = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** An http URL on this machine; undefined for any other text. */
export function loopbackUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' && loopback.test(url.hostname) && url.username === '' ? url : undefined;
}

/** An https URL without credentials; undefined for any other text. */
export function secureUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' && url.username === '' ? url : undefined;
}

/** Where a URL leads on this machine; undefined if it leads elsewhere, where the sandbox never calls. */
export function localAddress(text: string, tunnels: Tunnels): URL | undefined {
  const direct = loopbackUrl(text);
  if (direct !== undefined) return direct;
  const url = secureUrl(text);
  const to = url === undefined ? undefined : tunnels.get(url.origin);
  return url === undefined || to === undefined ? undefined : new URL(`${url.pathname}${url.search}`, to);
}

/** Why a URL is not called. */
export const unreachable = (url: string): string =>
  `${url.slice(0, 200)} is not on this machine, where alone the sandbox calls: use http on 127.0.0.1, localhost or [::1], or POST /sandbox/tunnels for the origin of an https URL.`;
