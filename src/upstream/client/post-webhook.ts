import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { isLoopback } from '../../config/address.js';
import { HttpFault } from './http-client.js';

/** The answer to a webhook. */
interface WebhookResponse {
  readonly status: number;
  /** Empty if it is larger than we read. */
  readonly body: string;
}

/** Posts JSON to one address. */
export interface WebhookPoster {
  /** @throws HttpFault, or the signal's reason. */
  post(body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<WebhookResponse>;
  close(): Promise<void>;
}

const maxBodyBytes = 256 * 1024;
const connectTimeoutMs = 10_000;

/** Addresses that are not on the internet, from the registries of IANA. */
const privateRanges: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

const blocked = new BlockList();
for (const [net, prefix, family] of privateRanges) blocked.addSubnet(net, prefix, family);

/** Whether an IP address is not on the internet. An IPv4 address in the form of an IPv6 one counts as the former. */
function isPrivateAddress(address: string): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return isIP(address) === 0 || blocked.check(address, family);
}

/** Finds the addresses of a name, of which none may be private: the name of a stranger's server can lead to ours. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, found) => {
    const addresses: readonly LookupAddress[] = found ?? [];
    const [first] = addresses;
    if (error !== null) return callback(error, '', 0);
    if (first === undefined || addresses.some(({ address }) => isPrivateAddress(address)))
      return callback(new Error('the name leads to a private address'), '', 0);
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  });
};

/** What is wrong with an address that messages are to be posted to, as a predicate; undefined if nothing is. */
export function webhookAddressProblem(url: URL): string | undefined {
  const local = isLoopback(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local))
    return 'must be an https address; plain http is for loopback only';
  if (url.username !== '' || url.password !== '') return 'must hold no user and no password';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return !local && isIP(host) !== 0 && isPrivateAddress(host) ? 'leads to a private address' : undefined;
}

/** Opens connections to one address. Redirects are not followed. */
export async function createWebhookPoster(url: URL): Promise<WebhookPoster> {
  const { Agent } = await import('./dispatchers.js');
  const agent = new Agent({
    connect: { timeout: connectTimeoutMs, ...(!isLoopback(url.hostname) && { lookup: publicLookup }) },
    maxResponseSize: maxBodyBytes,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    async post(body, headers, signal) {
      signal.throwIfAborted();
      try {
        const response = await agent.request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
          signal,
        });
        return { status: response.statusCode, body: await response.body.text() };
      } catch (error) {
        signal.throwIfAborted();
        throw new HttpFault('network', 'the address could not be reached', { cause: error });
      }
    },
    close: () => agent.destroy(),
  };
}
