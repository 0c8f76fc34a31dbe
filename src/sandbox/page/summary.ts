import { isRecord } from '../http/json.js';
import { type Account, type Channel, type Contact, fullName } from '../manychat/account.js';
import type { Conversations, Turn, TurnEntry } from '../manychat/conversation.js';
import { windowEnd, windowIsOpen } from '../manychat/messaging-window.js';

/** Whether a contact can be written to freely: `until` or `since` which time, in ISO 8601. */
type WindowSummary =
  | { readonly state: 'open'; readonly until: string }
  | { readonly state: 'closed'; readonly since: string }
  /** The contact never wrote. */
  | { readonly state: 'never' };

/** The latest turn of a conversation, as a list shows it. */
interface LastTurn {
  readonly time: string;
  readonly from: 'contact' | 'page';
  readonly channel: Channel;
  /** The beginning of its text, or what it is instead. */
  readonly text: string;
  /** false if the page could not send it. */
  readonly delivered?: false;
}

/** A contact as the inbox lists it. */
export interface ContactSummary {
  readonly id: string;
  readonly name: string;
  readonly channels: readonly Channel[];
  /** false once the contact opted out. */
  readonly active: boolean;
  readonly window: WindowSummary;
  /** Names. */
  readonly tags: readonly string[];
  readonly last?: LastTurn;
  /** How many turns the conversation has. */
  readonly turns: number;
}

/** The 24-hour window of a contact; `now` is in milliseconds since 1970. */
export function windowOf(now: number, contact: Contact): WindowSummary {
  const { lastInteraction } = contact;
  if (lastInteraction === null) return { state: 'never' };
  const end = new Date(windowEnd(lastInteraction)).toISOString();
  return windowIsOpen({ now }, contact) ? { state: 'open', until: end } : { state: 'closed', since: end };
}

const maxTextLength = 200;

const shortened = (text: string): string =>
  text.length > maxTextLength ? `${text.slice(0, maxTextLength - 1)}…` : text;

/** What the parts of a message are called that have no text. */
const partNames: Readonly<Record<string, string>> = {
  image: 'Picture',
  video: 'Video',
  audio: 'Voice message',
  file: 'File',
  cards: 'Cards',
};

function textOfMessage(message: unknown): string {
  if (!isRecord(message)) return 'Message';
  if (typeof message.text === 'string') return message.text;
  const [card] = Array.isArray(message.elements) ? message.elements : [];
  const title = isRecord(card) && typeof card.title === 'string' ? `: ${card.title}` : '';
  return `${partNames[String(message.type)] ?? 'Message'}${title}`;
}

function textOf(turn: Turn): string {
  if (turn.from === 'contact') {
    const { text, clicked, image } = turn;
    return text ?? clicked ?? (image === undefined ? 'Voice message' : 'Picture');
  }
  if (turn.cut_from_characters !== undefined) return 'A message that is too long to keep';
  return turn.messages.length === 0 ? 'Nothing' : textOfMessage(turn.messages.at(-1));
}

function lastTurn({ time, read }: TurnEntry): LastTurn {
  const turn = read();
  const isUndelivered = turn.from === 'page' && !turn.delivered;
  const { from, channel } = turn;
  return { time, from, channel, text: shortened(textOf(turn)), ...(isUndelivered && { delivered: false }) };
}

/** Summarizes contacts of a page at a time. */
export function summarizer(conversations: Conversations, account: Account, now: number) {
  const tagNames = new Map(account.tags.map(({ id, name }) => [id, name]));
  return (contact: Contact): ContactSummary => {
    const { entries, older } = conversations.latest(String(account.page.id), contact.id, { limit: 1 });
    const [last] = entries;
    return {
      id: contact.id,
      name: fullName(contact),
      channels: contact.channels,
      active: contact.active,
      window: windowOf(now, contact),
      tags: [...contact.tags].flatMap((id) => tagNames.get(id) ?? []),
      ...(last !== undefined && { last: lastTurn(last) }),
      turns: entries.length + older,
    };
  };
}
