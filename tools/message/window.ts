import type { Kind } from '../contract/failure.js';
import { asObject, type Result } from '../contract/json.js';
import { durationText, momentText } from '../contract/quoted.js';

const hourMs = 3_600_000;

/** For how long after a contact's last interaction Messenger, Instagram and WhatsApp take automated messages. */
export const windowMs = 24 * hourMs;
/** A moment as ManyChat writes it, `2018-12-03T11:17:54+00:00`; without its offset it could be read in any zone. */
const moment = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})$/i;
const withoutOffset = /^\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+)?$/i;

/** How far the clock of ManyChat may be ahead of this one. */
const clocksApartMs = 120_000;

/** A contact's last interaction: how long ago it was, or why that cannot be told. */
export type LastInteraction = { readonly at: string } & ({ readonly ago: number } | { readonly reason: string });

/** The last interaction that ManyChat knows of; undefined where it knows of none. */
export function lastInteraction({ last_interaction: at }: Result, now: number): LastInteraction | undefined {
  if (typeof at !== 'string' || at === '') return undefined;
  if (withoutOffset.test(at)) return { at, reason: 'the time lacks its offset from UTC' };
  const [, day, time, offset = ''] = moment.exec(at) ?? [];
  const ago = now - Date.parse(`${day}T${time}${offset.replace(/(\d{2})(\d{2})$/, '$1:$2')}`);
  if (Number.isNaN(ago)) return { at, reason: 'the time cannot be read' };
  return ago < -clocksApartMs ? { at, reason: 'the time lies in the future' } : { at, ago: Math.max(0, ago) };
}

export const onInstagram = ({ ig_id, ig_username }: Result): boolean =>
  ig_id !== undefined || ig_username !== undefined;
export const onWhatsapp = ({ whatsapp_phone, whatsapp_bsuid, whatsapp_username }: Result): boolean =>
  [whatsapp_phone, whatsapp_bsuid, whatsapp_username].some((each) => each !== undefined);

/** The channels that leave a trace in a contact's data, by their names. */
export const channelsOnRecord = (contact: Result): string[] => [
  ...(onInstagram(contact) ? ['Instagram'] : []),
  ...(onWhatsapp(contact) ? ['WhatsApp'] : []),
];

export const windowUnknown = 'Whether the 24-hour window is open';

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
