import type { Host } from '../../account/host.js';
import type { Config } from '../../config/config.js';
import { proxyFor } from '../../config/proxy.js';
import { userAgent } from '../../config/version.js';
import { HttpFault } from '../../upstream/client/http-client.js';
import { realClock, timeout } from '../../upstream/clock.js';
import type { HttpResponse } from '../../upstream/response.js';
import { durationText } from '../shell/duration.js';
import { type Finding, failed, ok, skipped, warning } from './finding.js';
import { silence, troubleOf } from './network-faults.js';

/** Longer than opening a connection may take, so that its own reason is heard. */
const reachMs = 15_000;

/** What knocking at an address came to. */
export interface Reached {
  readonly finding: Finding;
  /** How far this machine's clock is ahead of the server's, in milliseconds; undefined where no answer told its time. */
  readonly aheadMs?: number | undefined;
}

/** How far the clock is ahead of the time an answer tells, when that is certain: it was asked for in between. */
function aheadOf({ headers }: HttpResponse, asked: number, answered: number): number | undefined {
  const [date, age] = [headers.date, headers.age].map((value) => [value].flat()[0]);
  const told = Date.parse(date ?? '') + (/^\d{1,9}$/.test(age ?? '') ? Number(age) * 1000 : 0);
  if (Number.isNaN(told)) return undefined;
  return asked > told ? asked - told : Math.min(0, answered - told);
}

/** Knocks at an address without the key: any answer shows that names, network, proxy and TLS work. */
export async function checkReach(
  name: string,
  url: URL,
  { host: { proxy }, account: { deadlineMs } }: Config,
  http: Host['http'],
  ending: AbortSignal,
): Promise<Reached> {
  const used = proxyFor(url, proxy);
  const limitMs = Math.min(reachMs, deadlineMs);
  const late = timeout(realClock, limitMs);
  const asked = Date.now();
  try {
    const request = { method: 'GET', url, headers: { 'user-agent': userAgent, 'accept-encoding': 'identity' } };
    const answer = await http.exchange(request, AbortSignal.any([ending, late.signal]), () => undefined);
    const secure = url.protocol === 'https:' ? ', over TLS' : '';
    const way = used === undefined ? '' : `, through the proxy ${used.host}`;
    const finding = ok(name, `${url.origin} answers${secure}${way}`);
    return { finding, aheadMs: aheadOf(answer, asked, Date.now()) };
  } catch (error) {
    const trouble =
      error instanceof HttpFault ? troubleOf(error, url, used) : silence(url, used, Math.round(limitMs / 1000));
    return { finding: failed(name, trouble.found, trouble.advice, trouble.passing) };
  } finally {
    late.cancel();
  }
}

const toleratedMs = 120_000;

/** Whether this machine's clock is right, by the first answer that told the time. */
export function checkClock(reached: readonly Reached[]): Finding {
  const aheadMs = reached.map((each) => each.aheadMs).find((each) => each !== undefined);
  if (aheadMs === undefined) return skipped('clock', 'no answer told the time');
  if (Math.abs(aheadMs) <= toleratedMs) return ok('clock', "agrees with the server's");
  return warning(
    'clock',
    `this machine's clock is ${durationText(Math.abs(aheadMs) / 1000)} ${aheadMs > 0 ? 'ahead of' : 'behind'} the server's`,
    'Set it by the network (NTP): whether the 24-hour window of a contact is open is judged by it.',
  );
}
