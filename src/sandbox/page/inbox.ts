import { oneOf } from '../control/checks.js';
import { badRequest } from '../http/refusal.js';
import { type Account, type Channel, type Contact, channels, fullName, type Tag } from '../manychat/account.js';
import type { Conversations } from '../manychat/conversation.js';
import { type ContactSummary, summarizer, windowOf } from './summary.js';

const windowStates = ['open', 'closed', 'never'] as const;

/** The contacts that an inbox shows. */
export interface InboxFilter {
  readonly search: string;
  readonly channel: Channel | undefined;
  readonly window: (typeof windowStates)[number] | undefined;
  readonly tag: Tag | undefined;
}

export const filterKeys = ['search', 'channel', 'window', 'tag'] as const;

/** The filter of a query. @throws Refusal */
export function filterOf({ tags }: Account, query: URLSearchParams): InboxFilter {
  const chosen = <Word extends string>(name: string, words: readonly Word[]): Word | undefined =>
    query.get(name) === null ? undefined : oneOf(name, query.get(name), words);
  const tagName = query.get('tag');
  const tag = tags.find(({ name }) => name === tagName);
  if (tagName !== null && tag === undefined) {
    throw badRequest(
      `tag: the page has no tag ${JSON.stringify(tagName.slice(0, 60))}. GET /sandbox/account shows its tags.`,
    );
  }
  return {
    search: query.get('search') ?? '',
    channel: chosen('channel', channels),
    window: chosen('window', windowStates),
    tag,
  };
}

/** A text in the form in which it is compared: without case and accents. */
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** Whether a contact is meant by its name, id, email, username, or phone in any spelling. */
function searching(search: string): (contact: Contact) => boolean {
  const words = plain(search)
    .split(/\s+/)
    .filter((word) => word !== '');
  const digits = /^[\d\s()+./-]+$/.test(search) ? digitsOf(search) : '';
  return (contact) => {
    if (
      digits !== '' &&
      [contact.phone, contact.whatsappPhone, contact.id].some((each) => digitsOf(each).includes(digits))
    )
      return true;
    const texts = plain([fullName(contact), contact.id, contact.email, contact.igUsername].join('\n'));
    return words.every((word) => texts.includes(word));
  };
}

const byName = new Intl.Collator('en', { numeric: true });

/** When something happened last to a contact, for the order of the list. */
interface Active {
  readonly contact: Contact;
  /** Milliseconds since 1970; 0 if nothing ever happened. */
  readonly time: number;
  /** The number of the latest turn, because a clock that stands still tells no order. */
  readonly seq: number;
}

/** Contacts of a page, the one with the newest activity first, and how many there are in all. */
export function inbox(
  conversations: Conversations,
  account: Account,
  { search, channel, window, tag }: InboxFilter,
  { from, limit, now }: { readonly from: number; readonly limit: number; readonly now: number },
): { total: number; contacts: ContactSummary[] } {
  const pageId = String(account.page.id);
  const isMeant = searching(search);
  const found: Active[] = [];
  for (const contact of account.contacts.values()) {
    if (channel !== undefined && !contact.channels.includes(channel)) continue;
    if (tag !== undefined && !contact.tags.has(tag.id)) continue;
    if (window !== undefined && windowOf(now, contact).state !== window) continue;
    if (search !== '' && !isMeant(contact)) continue;
    const [last] = conversations.latest(pageId, contact.id, { limit: 1 }).entries;
    const turned = last === undefined ? 0 : Date.parse(last.time);
    found.push({ contact, time: Math.max(turned, contact.lastInteraction ?? 0), seq: last?.seq ?? 0 });
  }
  found.sort(
    (one, other) =>
      other.time - one.time || other.seq - one.seq || byName.compare(fullName(one.contact), fullName(other.contact)),
  );
  const shown = found.slice(from, from + limit).map(({ contact }) => contact);
  return { total: found.length, contacts: shown.map(summarizer(conversations, account, now)) };
}
