import { bearerToken, type Incoming } from '../http/incoming.js';
import { decimalId, isRecord } from '../http/json.js';
import type { SandboxResponse } from '../http/refusal.js';
import { second } from '../world/clock.js';
import type { World } from '../world/world.js';
import type { Account } from './account.js';
import { plainRefusal, validationError } from './refusals.js';
import type { SandboxRequest } from './request.js';
import { routes } from './routes.js';

/** The account whose key a request brings. */
export function accountOfKey({ accounts }: World, incoming: Incoming): Account | undefined {
  const key = bearerToken(incoming);
  return Object.values(accounts).find((account) => account.key === key);
}

/** Serves a request as api.manychat.com, authorized by the page key. @throws Refusal */
export function serveManychatDirect(world: World, incoming: Incoming): SandboxResponse {
  const key = bearerToken(incoming);
  if (key === undefined || !/^\d+:[0-9a-f]+$/i.test(key)) throw plainRefusal('Wrong format token', 401);
  const account = accountOfKey(world, incoming);
  if (account === undefined) throw plainRefusal('Wrong token', 401);
  return serveManychat(world, account, incoming);
}

/** Serves a request to the ManyChat API on behalf of an account. @throws Refusal */
export function serveManychat(world: World, account: Account, incoming: Incoming): SandboxResponse {
  const { clock, limiter, outbox, settings } = world;
  const now = clock.now();
  const route = routes.get(incoming.path);
  if (route === undefined || route.method !== incoming.method) throw plainRefusal('Not found', 404);
  // Without limits the hourly limit of flows does not apply either.
  const admits: SandboxRequest['admits'] = (kind, limit, windowMilliseconds) =>
    !settings.limits || limiter.admit(`${account.key} ${kind}`, limit, windowMilliseconds, clock.elapsed());
  if (route.perSecond !== undefined && !admits(incoming.path, route.perSecond, second)) {
    throw plainRefusal('Too many requests', 429);
  }
  const parameters = route.method === 'GET' ? Object.fromEntries(incoming.query) : incoming.json();
  if (!isRecord(parameters)) throw validationError('Invalid data format');
  const data = route.handle({
    account,
    parameters,
    now,
    admits,
    deliver: (delivery) => outbox.add({ ...delivery, page_id: String(account.page.id) }, now),
  });
  if (route.method === 'POST') announceWrite(world, account, incoming.path, parameters);
  return { status: 200, body: data === undefined ? { status: 'success' } : { status: 'success', data } };
}

/** Announces what a request may have changed, beyond messages and events: the contact that it is about, or the page. */
function announceWrite(
  { changes }: World,
  { contacts }: Account,
  path: string,
  { subscriber_id: contactId }: Readonly<Record<string, unknown>>,
): void {
  const id = decimalId(contactId);
  if (id !== undefined && contacts.has(id)) changes.contact(id);
  if (path.startsWith('/fb/page/')) changes.part('account');
}
