import { isLoopback } from './address.js';
import type { Proxies } from './config.js';

/** A proxy in use: the setting that names it, and its host without user and password. */
export interface UsedProxy {
  readonly setting: 'HTTP_PROXY' | 'HTTPS_PROXY';
  readonly host: string;
  /** Why requests cannot go through it: a sentence that does not show its address, which may hold a password. */
  readonly problem?: string;
}

/** The forms of proxies that are not spoken here. */
const socks = /^socks[\dah]*:/i;

function usedProxy(setting: UsedProxy['setting'], address: string): UsedProxy {
  const { protocol, host } = URL.canParse(address) ? new URL(address) : { protocol: '', host: '' };
  if (/^https?:$/.test(protocol)) return { setting, host };
  const problem = socks.test(address)
    ? `${setting} names a SOCKS proxy, and only HTTP proxies are supported`
    : `${setting} is not the address of an HTTP proxy, like http://10.0.0.1:3128`;
  return { setting, host, problem };
}

interface Exempt {
  readonly host: string;
  readonly port: string | undefined;
}

function exemptHosts(none: string): Exempt[] {
  return none
    .split(/[,\s]/)
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [, host = entry, port] = /^(.+):(\d+)$/.exec(entry) ?? [];
      return { host: host.replace(/^\*?\./, '').toLowerCase(), port };
    });
}

/** The proxy for requests to an address; undefined if they go there directly. Decides as undici's EnvHttpProxyAgent does. */
export function proxyFor(url: URL, { http, https, none = '' }: Proxies): UsedProxy | undefined {
  if (isLoopback(url.hostname) || none === '*') return undefined;
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? '443' : '80') : url.port;
  const exempt = exemptHosts(none).some(
    (entry) =>
      (entry.port === undefined || entry.port === port) &&
      (url.hostname === entry.host || url.hostname.endsWith(`.${entry.host}`)),
  );
  if (exempt) return undefined;
  if (secure && https !== undefined) return usedProxy('HTTPS_PROXY', https);
  return http === undefined ? undefined : usedProxy('HTTP_PROXY', http);
}
