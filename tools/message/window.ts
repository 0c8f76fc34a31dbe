import * as z from 'zod';
import type { Kind } from '../contract/failure.js';
import { asObject, type Result } from '../contract/json.js';
import { momentText } from '../contract/quoted.js';

const hourMs = 3_600_000;

/** For how long after a contact's last interaction Messenger, Instagram and WhatsApp take automated messages. */
const windowMs = 24 * hourMs;

/** A span of time in the two largest units that a person needs. */
export function durationText(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000);
  const [days, hours, rest] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24, minutes % 60];
  const parts = days > 0 ? [`${days} d`, `${hours} h`] : hours > 0 ? [`${hours} h`, `${rest} min`] : [`${rest} min`];
  return parts.filter((part) => !part.startsWith('0 ')).join(' ') || '0 min';
}

/** A moment as ManyChat writes it, `2018-12-03T11:17:54+00:00`; without its offset it could be read in any zone. */
const moment = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})$/i;
const withoutOffset = /^\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+)?$/i;

/** How far the clock of ManyChat may be ahead of this one. */
const clocksApartMs = 120_000;

/** A contact's last interaction: how long ago it was, or why that cannot be told. */
type LastInteraction = { readonly at: string } & ({ readonly ago: number } | { readonly reason: string });

/** The last interaction that ManyChat knows of; undefined where it knows of none. */
function lastInteraction({ last_interaction: at }: Result, now: number): LastInteraction | undefined {
  if (typeof at !== 'string' || at === '') return undefined;
  if (withoutOffset.test(at)) return { at, reason: 'the time lacks its offset from UTC' };
  const [, day, time, offset = ''] = moment.exec(at) ?? [];
  const ago = now - Date.parse(`${day}T${time}${offset.replace(/(\d{2})(\d{2})$/, '$1:$2')}`);
  if (Number.isNaN(ago)) return { at, reason: 'the time cannot be read' };
  return ago < -clocksApartMs ? { at, reason: 'the time lies in the future' } : { at, ago: Math.max(0, ago) };
}

const onInstagram = ({ ig_id, ig_username }: Result): boolean => ig_id !== undefined || ig_username !== undefined;
const onWhatsapp = ({ whatsapp_phone, whatsapp_bsuid, whatsapp_username }: Result): boolean =>
  [whatsapp_phone, whatsapp_bsuid, whatsapp_username].some((each) => each !== undefined);

/** The channels that leave a trace in a contact's data, by their names. */
export const channelsOnRecord = (contact: Result): string[] => [
  ...(onInstagram(contact) ? ['Instagram'] : []),
  ...(onWhatsapp(contact) ? ['WhatsApp'] : []),
];

const windowUnknown = 'Whether the 24-hour window is open';

function windowText(last: LastInteraction | undefined, refusedAs: Kind): string {
  if (last === undefined) return 'ManyChat knows of no interaction of this contact.';
  const { at } = last;
  if ('reason' in last)
    return `${windowUnknown} is not known: of the last interaction (${momentText(at)}) ${last.reason}.`;
  const { ago } = last;
  if (refusedAs === 'subscriber_inactive') {
    return `The contact interacted last ${durationText(ago)} ago (${at}): it may have unsubscribed since.`;
  }
  const when = `The contact interacted last ${durationText(ago)} ago (${at}): the 24-hour window`;
  if (ago >= windowMs) return `${when} has been closed for ${durationText(ago - windowMs)}.`;
  const open = `${when} is open for another ${durationText(windowMs - ago)}.`;
  return refusedAs === 'window_closed'
    ? `${open} The window counts for the channel on which the contact wrote last, which need not be this one.`
    : open;
}

/**
 * What a contact's data says about whether it can be written to, in sentences that explain a refusal.
 * @param now milliseconds since 1970.
 */
export function reachability(subscriber: unknown, now: number, refusedAs: Kind): string[] {
  const contact = asObject(subscriber);
  const channels = channelsOnRecord(contact);
  const known = channels.length === 0 ? 'Neither Instagram nor WhatsApp is' : `${channels.join(' and ')} is`;
  return [
    windowText(lastInteraction(contact, now), refusedAs),
    `${known} on record for the contact; Messenger and Telegram leave no trace in its data.`,
  ];
}

const status = z.looseObject({
  subscriber_id: z.string().optional(),
  name: z.string().optional(),
  last_interaction: z.string().optional(),
  window: z.looseObject({
    open: z.boolean().optional().describe('Absent where it is not known'),
    until: z.string().optional(),
    closed_since: z.string().optional(),
    reason: z.string().optional(),
  }),
  channels: z.looseObject({ instagram: z.boolean(), whatsapp: z.boolean() }),
  opt_ins: z.looseObject({ sms: z.boolean(), email: z.boolean(), whatsapp: z.boolean() }),
  possible_now: z.array(z.string()),
  not_known: z.array(z.string()),
});

/** The shape of a messaging status. */
export const messagingStatusResult = { schema: z.looseObject({ messaging_status: status }) };

const notKnown = [
  'On which channel the contact wrote last: the window counts for that channel',
  'Whether Messenger or Telegram reaches the contact',
  'Whether the contact unsubscribed, or granted a one-time notification',
];

/** What may be sent to a contact, by what its data says of its window and channels. */
function possibleNow(contact: Result, open: boolean): string[] {
  const channels = channelsOnRecord(contact).map((channel) => channel.toLowerCase());
  const where = channels.length === 0 ? 'the one where it wrote' : channels.join(' or ');
  if (open) {
    return [
      `Any message (manychat_send_text, manychat_send_content; channel: ${where}) or flow, unless the contact unsubscribed`,
    ];
  }
  if (contact.last_interaction === undefined && channels.length === 0) {
    return ['Perhaps nothing: the contact never wrote, as far as ManyChat tells'];
  }
  const elsewhere = [
    'If it is on Messenger: one message for each one-time notification that it granted (manychat_list_otn_topics)',
    'If it is on Telegram: any message, as Telegram has no window',
  ];
  return [
    ...(onWhatsapp(contact) ? ['A WhatsApp template inside a flow (manychat_send_flow)'] : []),
    ...(onInstagram(contact) || onWhatsapp(contact) ? [] : elsewhere),
    'Anything, once the contact writes again',
  ];
}

function windowOf(last: LastInteraction | undefined, now: number): z.output<typeof status>['window'] {
  if (last === undefined) return { open: false };
  if ('reason' in last) return { reason: last.reason };
  const ends = new Date(now - last.ago + windowMs).toISOString();
  return last.ago < windowMs ? { open: true, until: ends } : { open: false, closed_since: ends };
}

/**
 * Whether a contact can be written to, from its data alone.
 * @param now milliseconds since 1970.
 */
export function messagingStatus(subscriber: unknown, now: number): z.output<typeof status> {
  const contact = asObject(subscriber);
  const last = lastInteraction(contact, now);
  const window = windowOf(last, now);
  return {
    ...(typeof contact.id === 'string' && { subscriber_id: contact.id }),
    ...(typeof contact.name === 'string' && { name: contact.name }),
    ...(last !== undefined && { last_interaction: last.at }),
    window,
    channels: { instagram: onInstagram(contact), whatsapp: onWhatsapp(contact) },
    opt_ins: {
      sms: contact.optin_phone === true,
      email: contact.optin_email === true,
      whatsapp: contact.optin_whatsapp === true,
    },
    possible_now: possibleNow(contact, window.open === true),
    not_known: [...(window.reason === undefined ? [] : [`${windowUnknown}: ${window.reason}`]), ...notKnown],
  };
}
