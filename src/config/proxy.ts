import { isLoopback } from './address.js';
import type { Proxies } from './config.js';

/** A proxy in use: the setting that names it, and its host without user and password. */
export interface UsedProxy {
  readonly setting: 'HTTP_PROXY' | 'HTTPS_PROXY';
  readonly host: string;
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
  if (secure && https !== undefined) return { setting: 'HTTPS_PROXY', host: new URL(https).host };
  return http === undefined ? undefined : { setting: 'HTTP_PROXY', host: new URL(http).host };
}
