import type { Kind } from '../contract/failure.js';
import { asObject, type Result } from '../contract/json.js';
import { durationText, momentText } from '../contract/quoted.js';
import type { RecordedChannel } from '../contract/workflow.js';
import { parseDateTime } from '../values/date-time.js';

/** How long Messenger, Instagram and WhatsApp accept automated messages after a contact's last interaction. */
export const windowMs = 24 * 3_600_000;

const withoutOffset = /^\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+)?$/i;

/** How far ManyChat's clock may be ahead of ours. */
const maxClockSkewMs = 120_000;

/** A contact's last interaction: its age in milliseconds, or why the age is unknown. */
export type LastInteraction = { readonly at: string } & ({ readonly ageMs: number } | { readonly reason: string });

/** The last interaction in a contact's data; undefined if there is none. */
export function lastInteraction({ last_interaction: at }: Result, now: number): LastInteraction | undefined {
  if (typeof at !== 'string' || at === '') return undefined;
  // A time without an offset could be in any zone.
  if (withoutOffset.test(at)) return { at, reason: 'the time lacks its offset from UTC' };
  const parsed = parseDateTime(at);
  const ageMs =
    parsed === undefined
      ? Number.NaN
      : now - Date.parse(`${parsed.date}T${parsed.time}${parsed.fraction}${parsed.offset}`);
  if (Number.isNaN(ageMs)) return { at, reason: 'the time cannot be read' };
  return ageMs < -maxClockSkewMs ? { at, reason: 'the time lies in the future' } : { at, ageMs: Math.max(0, ageMs) };
}

/** ManyChat writes null or an empty text for what it does not know. */
const isPresent = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Whether a contact's data has a trace of Instagram. */
export const onInstagram = ({ ig_id, ig_username }: Result): boolean => [ig_id, ig_username].some(isPresent);

/** Whether a contact's data has a trace of WhatsApp. */
export const onWhatsapp = ({ whatsapp_phone, whatsapp_bsuid, whatsapp_username }: Result): boolean =>
  [whatsapp_phone, whatsapp_bsuid, whatsapp_username].some(isPresent);

/** The channels on record for a contact, those first that are to be used first: a number is verified, a name is not. */
export const recordedChannels = (contact: Result): RecordedChannel[] => [
  ...(onWhatsapp(contact) ? (['whatsapp'] as const) : []),
  ...(onInstagram(contact) ? (['instagram'] as const) : []),
];

/** The names of the channels that leave a trace in a contact's data. */
export const channelsOnRecord = (contact: Result): string[] => [
  ...(onInstagram(contact) ? ['Instagram'] : []),
  ...(onWhatsapp(contact) ? ['WhatsApp'] : []),
];

/** A time to the minute, in UTC. */
export const minuteText = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 16)}Z`;

/**
 * The state of a contact's window in a few words.
 * @param now milliseconds since 1970.
 */
export function windowSummary(contact: Result, now: number): string {
  const last = lastInteraction(contact, now);
  if (last === undefined) return 'closed: never wrote';
  if ('reason' in last) return 'not known';
  const end = minuteText(now - last.ageMs + windowMs);
  return last.ageMs < windowMs ? `open until ${end}` : `closed since ${end}`;
}

/** Refusals of a send that the contact's state can explain. */
export const explainedByContact: ReadonlySet<Kind> = new Set([
  'window_closed',
  'otn_unavailable',
  'channel_refused',
  'subscriber_inactive',
  'message_tag_refused',
]);

/** The subject of a sentence that says why the state of the window is unknown. */
const windowQuestion = 'Whether the 24-hour window is open';

function windowText(last: LastInteraction | undefined, kind: Kind): string {
  if (last === undefined) return 'ManyChat has no record of an interaction by this contact.';
  const { at } = last;
  if ('reason' in last) {
    return `${windowQuestion} is not known: of the last interaction (${momentText(at)}) ${last.reason}.`;
  }
  const { ageMs } = last;
  const interacted = `The contact last interacted ${durationText(ageMs)} ago (${at})`;
  if (kind === 'subscriber_inactive') return `${interacted}: it may have unsubscribed since.`;
  if (ageMs >= windowMs) {
    return `${interacted}: the 24-hour window has been closed for ${durationText(ageMs - windowMs)}.`;
  }
  const open = `${interacted}: the 24-hour window is open for another ${durationText(windowMs - ageMs)}.`;
  return kind === 'window_closed'
    ? `${open} The window counts for the channel on which the contact last wrote, which may be another one.`
    : open;
}

/**
 * What a contact's data says about whether it can be reached, in sentences that explain a refusal of this kind.
 * @param now milliseconds since 1970.
 */
export function reachability(subscriber: unknown, now: number, kind: Kind): string[] {
  const contact = asObject(subscriber);
  const channels = channelsOnRecord(contact);
  const known = ['Neither Instagram nor WhatsApp is', `${channels[0]} is`, `${channels.join(' and ')} are`];
  return [
    windowText(lastInteraction(contact, now), kind),
    `${known[channels.length]} on record for the contact; Messenger and Telegram leave no trace in its data.`,
  ];
}
