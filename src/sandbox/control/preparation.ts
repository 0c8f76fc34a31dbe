import { badRequest } from '../http/refusal.js';
import type { Account } from '../manychat/account.js';
import type { Connection } from '../maton/connection.js';
import { exportPage } from '../preparation/export.js';
import { addToPage, type CollectionName } from '../preparation/page.js';
import { collectProblems, PreparationError } from '../preparation/problems.js';
import type { SandboxAccount } from '../preparation/shape.js';
import type { World } from '../world/world.js';

/** The present account, in the form from which a sandbox can be started; without the contacts, of which there can be many. */
export function exportAccount({ accounts, connections, clock, tunnels }: World, withContacts = true): SandboxAccount {
  const state = connections.find(({ account }) => account === accounts.second) ?? connections.find(isPending);
  return {
    now: new Date(clock.now()).toISOString(),
    ...exportPage(accounts.first, withContacts),
    tunnels: Object.fromEntries(tunnels),
    second_page: exportPage(accounts.second, withContacts),
    second_connection: state?.status === 'ACTIVE' || state?.status === 'PENDING' ? state.status : 'NONE',
  };
}

const isPending = ({ status }: Connection): boolean => status === 'PENDING';

/** The page that is meant by `first`, `second`, its id, or the id of a connection; default the first. @throws Refusal */
export function pageOf({ accounts, connections }: World, wanted: string | null): Account {
  const { first, second } = accounts;
  if (wanted === null || wanted === 'first') return first;
  if (wanted === 'second') return second;
  const page =
    Object.values(accounts).find((account) => String(account.page.id) === wanted) ??
    connections.find(({ id }) => id === wanted)?.account;
  if (page !== undefined) return page;
  throw badRequest(
    `page: there is no page ${JSON.stringify(wanted.slice(0, 60))}. Use first (${first.page.id}), second (${second.page.id}) or the id of an active connection.`,
  );
}

/** Runs an addition, whose problems become the refusal of a request. */
export function refusing<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof PreparationError ? badRequest(error.message) : error;
  }
}

/** Adds one thing or a list of them to a page: all or none. @throws Refusal */
export function addThings(
  world: World,
  collection: CollectionName,
  input: unknown,
  page: string | null,
): Record<string, unknown> {
  const rest = { problems: collectProblems(), now: world.clock.now() };
  const items = Array.isArray(input)
    ? input.map((value: unknown, index) => ({ place: `${collection}[${index}]`, value }))
    : [{ place: collection, value: input }];
  const account = pageOf(world, page);
  const before = new Set(account.contacts.keys());
  const added = refusing(() => addToPage(account, collection, items, rest));
  if (collection !== 'contacts') world.changes.part('account');
  for (const contact of collection === 'contacts' ? [...account.contacts.values()] : []) {
    if (!before.has(contact.id)) account.emit({ kind: 'new_contact', contact });
  }
  return { [collection]: added };
}
