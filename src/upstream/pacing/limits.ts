import type { Endpoint } from '../../../tools/contract/endpoint.js';
import type { Limit, Load } from './pacer.js';

/**
 * What one request counts against. `connection` is absent without Maton, where one key stands for account and page;
 * Maton's own API belongs to no connection.
 */
export function loadOf(
  endpoint: Endpoint,
  input: Readonly<Record<string, unknown>>,
  connection: string | undefined,
  throughMaton: boolean,
): Load {
  const limits: Limit[] = [];
  // Whether Maton counts its connections API too is not known; it is counted here.
  if (throughMaton) limits.push({ key: 'account', of: 'account', calls: 10, windowMs: 1_000 });
  const own = `${connection ?? ''} ${endpoint.path}`;
  if (endpoint.perSecond !== undefined) {
    limits.push({ key: own, of: 'connection', calls: endpoint.perSecond, windowMs: 1_000 });
  }
  if (endpoint.perSubscriberHour !== undefined) {
    const key = `${own} ${String(input.subscriber_id)}`;
    limits.push({ key, of: 'connection', calls: endpoint.perSubscriberHour, windowMs: 3_600_000 });
  }
  if (!throughMaton) return { limits, account: 'account', connection: 'account' };
  return { limits, account: 'account', connection: connection && `connection ${connection}` };
}
