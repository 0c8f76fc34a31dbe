import type { Result } from '../../contract/json.js';
import { momentText } from '../../contract/quoted.js';
import {
  lastInteraction,
  minuteText,
  onInstagram,
  onWhatsapp,
  recordedChannels,
  windowMs,
} from '../../message/window.js';

/** What reaches a contact that a plain message does not reach. */
export type Way = 'template' | 'otn' | 'telegram' | 'wait';

/** Whether a plain message reaches a contact now. */
export interface Outlook {
  readonly plain_message_now: 'yes' | 'no' | 'unknown';
  /** When the window ends, or ended, to the minute. */
  readonly until?: string;
  readonly closed_since?: string;
  /** Why it is not known. */
  readonly why?: string;
  /** Arguments for the tools that send, the likelier ones first. */
  readonly with?: readonly Result[];
  readonly instead?: readonly Way[];
}

/** Messenger and Telegram leave no trace, so they are possible where nothing is on record. */
function sendArguments(channels: readonly string[]): Result[] {
  const possible = channels.length === 0 ? ['messenger', 'telegram'] : channels;
  return possible.map((channel) => ({ channel }));
}

function waysFor(contact: Result, hasTopics: boolean): Way[] {
  if (onWhatsapp(contact)) return ['template'];
  // Who never wrote has granted nothing, and is not on Telegram, where a contact begins by writing.
  if (onInstagram(contact) || contact.last_interaction === undefined) return ['wait'];
  return hasTopics ? ['otn', 'telegram'] : ['telegram'];
}

/**
 * Judges by a contact's data whether a plain message reaches it.
 * @param now milliseconds since 1970.
 * @param hasTopics whether the account has one-time-notification topics.
 */
export function outlookOf(contact: Result, now: number, hasTopics: boolean): Outlook {
  const last = lastInteraction(contact, now);
  const channels = recordedChannels(contact);
  if (last === undefined) return { plain_message_now: 'no', instead: waysFor(contact, hasTopics) };
  if ('reason' in last) {
    const why = `of the last interaction (${momentText(last.at)}) ${last.reason}`;
    return { plain_message_now: 'unknown', why, with: sendArguments(channels) };
  }
  const end = minuteText(now - last.ageMs + windowMs);
  return last.ageMs < windowMs
    ? { plain_message_now: 'yes', until: end, with: sendArguments(channels) }
    : { plain_message_now: 'no', closed_since: end, instead: waysFor(contact, hasTopics) };
}

/** Whether the one-time-notification topics matter for a contact. */
export const needsTopics = (contact: Result, now: number): boolean =>
  outlookOf(contact, now, true).instead?.includes('otn') === true;

/** Topics that are named. */
const maxTopics = 10;

/** What each way is, said once for all contacts. */
export function waysText(ways: ReadonlySet<Way>, topics: readonly string[]): Result {
  const more = topics.length - maxTopics;
  const all: Readonly<Record<Way, Result>> = {
    template: { tool: 'manychat_send_flow', note: 'A flow that begins with a WhatsApp template' },
    otn: {
      tool: 'manychat_send_content',
      arguments: topics.slice(0, maxTopics).map((otn_topic_name) => ({ otn_topic_name })),
      note: `One message about that topic and nothing else, if the contact asked for it on Messenger${more > 0 ? `; ${more} more topics: manychat_list_otn_topics` : ''}`,
    },
    telegram: {
      tool: 'manychat_send_text',
      arguments: [{ channel: 'telegram' }],
      note: 'Only for a contact on Telegram, which has no window',
    },
    wait: { note: 'Nothing reaches the contact before they write again' },
  };
  return Object.fromEntries(Object.entries(all).filter(([way]) => [...ways].some((each) => each === way)));
}

/** What ManyChat does not tell about these contacts. */
export function unknownsOf(contacts: readonly Result[], ways: ReadonlySet<Way>): string[] {
  const isUnrecorded = contacts.some((contact) => recordedChannels(contact).length === 0);
  return [
    'On which channel each contact last wrote: the window counts for that channel',
    ...(isUnrecorded ? ['Whether a contact without channels is on Messenger or on Telegram'] : []),
    `Whether a contact unsubscribed${ways.has('otn') ? ', or asked for a one-time notification' : ''}`,
  ];
}
