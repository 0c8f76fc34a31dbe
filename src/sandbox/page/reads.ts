import { oneOf, wholeNumber } from '../control/checks.js';
import { contactOf, conversationOf } from '../control/contact-acts.js';
import type { ControlEndpoint } from '../control/endpoint.js';
import { exportAccount, pageOf } from '../control/preparation.js';
import type { World } from '../world/world.js';
import { filterKeys, filterOf, inbox } from './inbox.js';
import { summarizer } from './summary.js';

const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

const highest = Number.MAX_SAFE_INTEGER;

/** What the page reads, and nothing else needs. */
export const pageReads: Readonly<Record<string, ControlEndpoint>> = {
  'GET /sandbox/inbox': {
    query: [...filterKeys, 'from', 'limit', 'page'],
    perform(world, _, query) {
      const account = pageOf(world, query.get('page'));
      const { id, name } = account.page;
      const now = world.clock.now();
      const from = wholeNumber('from', query.get('from'), [0, highest]) ?? 0;
      const limit = wholeNumber('limit', query.get('limit'), [1, 200]) ?? 50;
      const listed = inbox(world.conversations, account, filterOf(account, query), { from, limit, now });
      return { now: isoTime(now), page: { id, name }, ...listed };
    },
  },
  'GET /sandbox/contacts/{id}': {
    query: ['page'],
    perform(world, _, query, contactId) {
      const { account, contact } = contactOf(world, contactId, query.get('page'));
      const now = world.clock.now();
      return {
        now: isoTime(now),
        contact: {
          ...summarizer(world.conversations, account, now)(contact),
          email: contact.email,
          phone: contact.phone,
          ig_username: contact.igUsername,
          whatsapp_phone: contact.whatsappPhone,
          fields: account.customFields.map(({ id, name, type }) => ({
            name,
            type,
            value: contact.fields.get(id)?.value ?? null,
          })),
          subscribed: isoTime(contact.subscribed),
          last_interaction: contact.lastInteraction === null ? null : isoTime(contact.lastInteraction),
        },
      };
    },
  },
};

interface Range {
  readonly limit: number;
  readonly before?: number;
}

/** The part of a list that a query asks for; undefined without `limit` and `before`, for the whole. @throws Refusal */
function rangeOf(query: URLSearchParams, defaultLimit: number): Range | undefined {
  const limit = wholeNumber('limit', query.get('limit'), [1, 1_000]);
  const before = wholeNumber('before', query.get('before'), [1, highest]);
  if (limit === undefined && before === undefined) return undefined;
  return { limit: limit ?? defaultLimit, ...(before !== undefined && { before }) };
}

/** A conversation, or the latest part of it with `limit` or `before`. @throws Refusal */
export function readConversation(world: World, contactId: string, query: URLSearchParams): object {
  const range = rangeOf(query, 100);
  if (range === undefined) return { conversation: conversationOf(world, contactId, query.get('page')) };
  const { account, contact } = contactOf(world, contactId, query.get('page'));
  const { entries, older } = world.conversations.latest(String(account.page.id), contact.id, range);
  return { conversation: entries.map(({ seq, read }) => ({ seq, ...read() })), more: older };
}

/** The requests, or the latest of them, explained, with `limit` or `before`. @throws Refusal */
export function readRequests({ requests }: World, query: URLSearchParams): object {
  const range = rangeOf(query, 50);
  if (range === undefined) return { requests: requests.list() };
  const { requests: latest, older } = requests.latest(range);
  return { requests: latest, more: older };
}

/** The calls out, of one contact or all, or the latest of them with `limit` or `before`. @throws Refusal */
export function readCalls({ calls }: World, query: URLSearchParams): object {
  const contactId = query.get('subscriber_id');
  const range = rangeOf(query, 50);
  const shown = calls.list().filter((call) => contactId === null || call.subscriber_id === contactId);
  if (range === undefined) return { calls: shown };
  const { limit, before = Number.POSITIVE_INFINITY } = range;
  const earlier = shown.filter(({ id }) => id < before);
  return { calls: earlier.slice(-limit), more: Math.max(0, earlier.length - limit) };
}

/** The present account; without its contacts, of which there can be thousands, with `contacts=false`. @throws Refusal */
export function readAccount(world: World, query: URLSearchParams): object {
  const contacts = query.get('contacts');
  return exportAccount(world, contacts === null || oneOf('contacts', contacts, ['true', 'false']) === 'true');
}
