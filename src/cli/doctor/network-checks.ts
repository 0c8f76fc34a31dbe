import type { Host } from '../../account/host.js';
import type { Config } from '../../config/config.js';
import { proxyFor } from '../../config/proxy.js';
import { userAgent } from '../../config/version.js';
import { HttpFault } from '../../upstream/client/http-client.js';
import { realClock, timeout } from '../../upstream/clock.js';
import type { HttpResponse } from '../../upstream/response.js';
import { roundedDuration } from '../shell/duration.js';
import { type Finding, failed, ok, skipped, warning } from './finding.js';
import { describeFault, describeTimeout } from './network-faults.js';

/** Longer than the connect timeout of the client, so that its more precise reason is reported. */
const maxWaitMs = 15_000;

/** The result of a request to an address. */
export interface AddressCheck {
  readonly finding: Finding;
  /** How far this machine's clock is ahead of the server's, in milliseconds; undefined if no response says. */
  readonly clockAheadMs?: number | undefined;
}

/** How far the clock is ahead of the server's at least: its time was taken between request and response. */
function clockAhead({ headers }: HttpResponse, requestedAt: number, answeredAt: number): number | undefined {
  const [date, age] = [headers.date, headers.age].map((value) => [value].flat()[0]);
  const serverTime = Date.parse(date ?? '') + (/^\d{1,9}$/.test(age ?? '') ? Number(age) * 1000 : 0);
  if (Number.isNaN(serverTime)) return undefined;
  return requestedAt > serverTime ? requestedAt - serverTime : Math.min(0, answeredAt - serverTime);
}

/** Makes a request without the key. Any response shows that DNS, network, proxy and TLS work. */
export async function checkAddress(
  name: string,
  url: URL,
  { host: { proxy: proxies }, account: { deadlineMs } }: Config,
  { http, now }: Pick<Host, 'http' | 'now'>,
  ending: AbortSignal,
): Promise<AddressCheck> {
  const proxy = proxyFor(url, proxies);
  const waitMs = Math.min(maxWaitMs, deadlineMs);
  const wait = timeout(realClock, waitMs);
  const requestedAt = now();
  try {
    const request = { method: 'GET', url, headers: { 'user-agent': userAgent, 'accept-encoding': 'identity' } };
    const response = await http.exchange(request, AbortSignal.any([ending, wait.signal]), () => undefined);
    const tls = url.protocol === 'https:' ? ', over TLS' : '';
    const through = proxy === undefined ? '' : `, through the proxy ${proxy.host}`;
    const finding = ok(name, `${url.origin} answers${tls}${through}`);
    return { finding, clockAheadMs: clockAhead(response, requestedAt, now()) };
  } catch (error) {
    const fault =
      error instanceof HttpFault
        ? describeFault(error, url, proxy)
        : describeTimeout(url, proxy, Math.round(waitMs / 1000));
    return { finding: failed(name, fault.found, fault.advice, fault.passing) };
  } finally {
    wait.cancel();
  }
}

const toleratedMs = 120_000;

/** Checks this machine's clock against the first server that says its time. */
export function checkClock(addresses: readonly AddressCheck[]): Finding {
  const aheadMs = addresses.map((each) => each.clockAheadMs).find((each) => each !== undefined);
  if (aheadMs === undefined) return skipped('clock', 'no response says the time');
  if (Math.abs(aheadMs) <= toleratedMs) return ok('clock', "agrees with the server's");
  return warning(
    'clock',
    `this machine's clock is ${roundedDuration(Math.abs(aheadMs) / 1000)} ${aheadMs > 0 ? 'ahead of' : 'behind'} the server's`,
    'Set it from the network (NTP): it decides whether the 24-hour window of a contact is open.',
  );
}
