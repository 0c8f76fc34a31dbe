import { asObject } from './lenient.js';

const hourMs = 3_600_000;

/** For how long after a contact's last interaction Messenger, Instagram and WhatsApp take automated messages. */
export const windowMs = 24 * hourMs;

/** A span of time in the two largest units that a person needs. */
export function spanText(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000);
  const [days, hours, rest] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24, minutes % 60];
  const parts = days > 0 ? [`${days} d`, `${hours} h`] : hours > 0 ? [`${hours} h`, `${rest} min`] : [`${rest} min`];
  return parts.filter((part) => !part.startsWith('0 ')).join(' ') || '0 min';
}

/** What a contact's data says about whether it can be written to, in sentences. */
export function reachability(subscriber: unknown, now: number): string[] {
  const contact = asObject(subscriber);
  const last = typeof contact.last_interaction === 'string' ? Date.parse(contact.last_interaction) : Number.NaN;
  const ago = now - last;
  const spoken = Number.isNaN(last)
    ? 'ManyChat knows of no interaction of this contact.'
    : ago < windowMs
      ? `The contact interacted last ${spanText(ago)} ago (${contact.last_interaction}): the 24-hour window is open for another ${spanText(windowMs - ago)}.`
      : `The contact interacted last ${spanText(ago)} ago (${contact.last_interaction}): the 24-hour window has been closed for ${spanText(ago - windowMs)}.`;
  const channels = [
    ...(contact.ig_id === undefined && contact.ig_username === undefined ? [] : ['Instagram']),
    ...(contact.whatsapp_phone === undefined ? [] : ['WhatsApp']),
  ];
  const known = channels.length === 0 ? 'Neither Instagram nor WhatsApp is' : `${channels.join(' and ')} is`;
  return [spoken, `${known} on record for the contact; Messenger and Telegram leave no trace in its data.`];
}
