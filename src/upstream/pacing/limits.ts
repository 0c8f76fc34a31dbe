import type { Endpoint } from '../../../tools/contract/endpoint.js';
import type { Limit, Load } from './pacer.js';

/** Whose request it is. */
export interface LoadOwner {
  /** Identity of the account, such as a hash of its credential. Accounts with different identities share nothing. */
  readonly account: string;
  /** The connection that the request goes through; absent without Maton, and for Maton's own API. */
  readonly connection?: string | undefined;
  /**
   * Id of the page that the request goes to, if it is certain. ManyChat's limits are per page, so what leads to one page
   * shares them: connections, accounts and keys.
   */
  readonly page?: string | undefined;
  /** Whether the request goes to Maton, which has a limit of its own. */
  readonly throughMaton: boolean;
}

/** Maton's limit for one key. Whether its connections API counts too is not documented; we count it. */
const matonLimit = { calls: 10, windowMs: 1_000 };

const secondMs = 1_000;
const hourMs = 3_600_000;

/** What a request counts against: the table of rate limits. */
export function loadOf(
  endpoint: Pick<Endpoint, 'path' | 'perSecond' | 'perSubscriberHour'>,
  input: Readonly<Record<string, unknown>>,
  { account, connection, page, throughMaton }: LoadOwner,
): Load {
  const keyOf = (...parts: readonly string[]): string => JSON.stringify([account, ...parts]);
  const pageKey = (...parts: readonly string[]): string => JSON.stringify(['page', page, ...parts]);
  const known = page !== undefined;
  const limits: Limit[] = [];
  if (throughMaton) limits.push({ key: keyOf('maton'), scope: 'account', ...matonLimit });
  const ownKey = (...parts: readonly string[]): string =>
    known ? pageKey(endpoint.path, ...parts) : keyOf(connection ?? '', endpoint.path, ...parts);
  if (endpoint.perSecond !== undefined) {
    limits.push({ key: ownKey(), scope: 'connection', calls: endpoint.perSecond, windowMs: secondMs });
  }
  if (endpoint.perSubscriberHour !== undefined) {
    const key = ownKey(String(input.subscriber_id));
    limits.push({ key, scope: 'connection', calls: endpoint.perSubscriberHour, windowMs: hourMs });
  }
  if (!throughMaton) {
    // One key stands for the account and for the page.
    const owner = known ? pageKey() : account;
    return { account: owner, connection: owner, limits };
  }
  const scope = known ? pageKey() : keyOf('connection', connection ?? '');
  return { account, connection: connection === undefined ? undefined : scope, limits };
}
