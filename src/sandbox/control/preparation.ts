import { badRequest } from '../http/refusal.js';
import type { Account } from '../manychat/account.js';
import type { Connection } from '../maton/connection.js';
import { exportContact, exportPage } from '../preparation/export.js';
import { addToPage, type CollectionName } from '../preparation/page.js';
import { collectProblems, PreparationError } from '../preparation/problems.js';
import { propertiesOf } from '../preparation/properties.js';
import type { SandboxAccount } from '../preparation/shape.js';
import { channel, name } from '../preparation/values.js';
import type { World } from '../world/world.js';

/** The present account, in the form from which a sandbox can be started. */
export function exportAccount({ accounts, connections, clock }: World): SandboxAccount {
  const state = connections.find(({ account }) => account === accounts.second) ?? connections.find(isPending);
  return {
    now: new Date(clock.now()).toISOString(),
    ...exportPage(accounts.first),
    second_page: exportPage(accounts.second),
    second_connection: state?.status === 'ACTIVE' || state?.status === 'PENDING' ? state.status : 'NONE',
  };
}

const isPending = ({ status }: Connection): boolean => status === 'PENDING';

/** The page that is meant by `first`, `second`, its id, or the id of a connection; default the first. @throws Refusal */
function pageOf({ accounts, connections }: World, wanted: string | null): Account {
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
function refusing<Result>(work: () => Result): Result {
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
  return { [collection]: refusing(() => addToPage(pageOf(world, page), collection, items, rest)) };
}

/** A contact writes now: its window opens. @throws Refusal */
export function contactWrites(
  world: World,
  contactId: string,
  input: unknown,
  page: string | null,
): Record<string, unknown> {
  const account = pageOf(world, page);
  const contact = account.contacts.get(contactId);
  if (contact === undefined) throw badRequest(`There is no contact "${contactId.slice(0, 60)}" on this page.`);
  const problems = collectProblems();
  const properties = propertiesOf(input, 'writes', ['text', 'channel'], problems);
  const written = properties.need('text', name);
  const chosen = properties.get('channel', channel, undefined);
  refusing(problems.throwIfAny);
  const on = contact.channels.join(', ') || 'none';
  if (chosen === undefined && contact.channels.length !== 1) {
    throw badRequest(`writes.channel is required: the contact is on ${on}.`);
  }
  if (chosen !== undefined && !contact.channels.includes(chosen)) {
    throw badRequest(`writes.channel: the contact is not on ${chosen}. It is on ${on}.`);
  }
  contact.lastInputText = written ?? '';
  contact.lastInteraction = world.clock.now();
  return { contact: exportContact(account, contact) };
}
