import { z } from 'zod';
import type { Result } from './endpoint.js';
import { asObject } from './lenient.js';

const hourMs = 3_600_000;

/** For how long after a contact's last interaction Messenger, Instagram and WhatsApp take automated messages. */
const windowMs = 24 * hourMs;

/** A span of time in the two largest units that a person needs. */
export function spanText(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000);
  const [days, hours, rest] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24, minutes % 60];
  const parts = days > 0 ? [`${days} d`, `${hours} h`] : hours > 0 ? [`${hours} h`, `${rest} min`] : [`${rest} min`];
  return parts.filter((part) => !part.startsWith('0 ')).join(' ') || '0 min';
}

/** A contact's last interaction, and how long ago it was; absent where ManyChat knows of none. */
function lastInteraction(contact: Result, now: number): { at: string; ago: number } | undefined {
  const { last_interaction: at } = contact;
  const ago = typeof at === 'string' ? now - Date.parse(at) : Number.NaN;
  return typeof at === 'string' && !Number.isNaN(ago) ? { at, ago } : undefined;
}

const onInstagram = ({ ig_id, ig_username }: Result): boolean => ig_id !== undefined || ig_username !== undefined;
const onWhatsapp = ({ whatsapp_phone }: Result): boolean => whatsapp_phone !== undefined;

/** What a contact's data says about whether it can be written to, in sentences. */
export function reachability(subscriber: unknown, now: number): string[] {
  const contact = asObject(subscriber);
  const last = lastInteraction(contact, now);
  const spoken =
    last === undefined
      ? 'ManyChat knows of no interaction of this contact.'
      : last.ago < windowMs
        ? `The contact interacted last ${spanText(last.ago)} ago (${last.at}): the 24-hour window is open for another ${spanText(windowMs - last.ago)}.`
        : `The contact interacted last ${spanText(last.ago)} ago (${last.at}): the 24-hour window has been closed for ${spanText(last.ago - windowMs)}.`;
  const channels = [...(onInstagram(contact) ? ['Instagram'] : []), ...(onWhatsapp(contact) ? ['WhatsApp'] : [])];
  const known = channels.length === 0 ? 'Neither Instagram nor WhatsApp is' : `${channels.join(' and ')} is`;
  return [spoken, `${known} on record for the contact; Messenger and Telegram leave no trace in its data.`];
}

const status = z.looseObject({
  subscriber_id: z.string().optional(),
  name: z.string().optional(),
  last_interaction: z.string().optional(),
  window: z.looseObject({ open: z.boolean(), until: z.string().optional(), closed_since: z.string().optional() }),
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

/** What may be sent to a contact whose window is open or not. */
function possibleNow(contact: Result, open: boolean): string[] {
  if (open) {
    return ['Any message (manychat_send_text, manychat_send_content) or flow, on the channel where the contact wrote'];
  }
  return [
    ...(onWhatsapp(contact) ? ['A WhatsApp template inside a flow (manychat_send_flow)'] : []),
    'On Messenger, one message for each one-time notification that the contact granted (manychat_list_otn_topics)',
    'Telegram has no window',
    'Anything, once the contact writes again',
  ];
}

/**
 * Whether a contact can be written to, from its data alone.
 * @param now milliseconds since 1970.
 */
export function messagingStatus(subscriber: unknown, now: number): z.output<typeof status> {
  const contact = asObject(subscriber);
  const last = lastInteraction(contact, now);
  const open = last !== undefined && last.ago < windowMs;
  const ends = last === undefined ? undefined : new Date(now - last.ago + windowMs).toISOString();
  return {
    ...(typeof contact.id === 'string' && { subscriber_id: contact.id }),
    ...(typeof contact.name === 'string' && { name: contact.name }),
    ...(last !== undefined && { last_interaction: last.at }),
    window: { open, ...(ends !== undefined && (open ? { until: ends } : { closed_since: ends })) },
    channels: { instagram: onInstagram(contact), whatsapp: onWhatsapp(contact) },
    opt_ins: {
      sms: contact.optin_phone === true,
      email: contact.optin_email === true,
      whatsapp: contact.optin_whatsapp === true,
    },
    possible_now: possibleNow(contact, open),
    not_known: notKnown,
  };
}
