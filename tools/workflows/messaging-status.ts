import * as z from 'zod';
import { asObject, type Result } from '../contract/json.js';
import { workflow } from '../contract/workflow.js';
import { getSubscriber } from '../endpoints/subscribers.js';
import {
  channelsOnRecord,
  type LastInteraction,
  lastInteraction,
  onInstagram,
  onWhatsapp,
  windowMs,
  windowQuestion,
} from '../message/window.js';
import { subscriberId } from '../values/inputs.js';

const status = z.looseObject({
  subscriber_id: z.string().optional(),
  name: z.string().optional(),
  last_interaction: z.string().optional(),
  window: z.looseObject({
    open: z.boolean().optional().describe('Absent if not known'),
    until: z.string().optional(),
    closed_since: z.string().optional(),
    reason: z.string().optional(),
  }),
  channels: z.looseObject({ instagram: z.boolean(), whatsapp: z.boolean() }),
  opt_ins: z.looseObject({ sms: z.boolean(), email: z.boolean(), whatsapp: z.boolean() }),
  possible_now: z.array(z.string()),
  not_known: z.array(z.string()),
});

const messagingStatusResult = { schema: z.looseObject({ messaging_status: status }) };

const alwaysUnknown = [
  'On which channel the contact last wrote: the window counts for that channel',
  'Whether Messenger or Telegram reaches the contact',
  'Whether the contact unsubscribed, or granted a one-time notification',
];

/** What can be sent to a contact, judged by its window and the channels on record. */
function possibleNow(contact: Result, open: boolean): string[] {
  const channels = channelsOnRecord(contact).map((channel) => channel.toLowerCase());
  const where = channels.length === 0 ? 'the one on which the contact last wrote' : channels.join(' or ');
  if (open) {
    return [
      `Any message (manychat_send_text, manychat_send_content; channel: ${where}) or flow, unless the contact unsubscribed`,
    ];
  }
  if (contact.last_interaction === undefined && channels.length === 0) {
    return ['Perhaps nothing: ManyChat has no record that the contact ever wrote'];
  }
  const elsewhere = [
    'If it is on Messenger: one message for each one-time notification that it granted (manychat_list_otn_topics)',
    'If it is on Telegram: any message, because Telegram has no window',
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
  const ends = new Date(now - last.ageMs + windowMs).toISOString();
  return last.ageMs < windowMs ? { open: true, until: ends } : { open: false, closed_since: ends };
}

/**
 * Whether a contact can be messaged, judged by its data alone.
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
    not_known: [...(window.reason === undefined ? [] : [`${windowQuestion}: ${window.reason}`]), ...alwaysUnknown],
  };
}

export const getMessagingStatus = workflow({
  name: 'manychat_get_messaging_status',
  title: 'Get messaging status',
  description:
    'Whether one contact can be messaged now: 24-hour window and its end, channels on record, opt-ins, what can be sent, and what ManyChat does not reveal. Check it before an important send.',
  api: 'manychat',
  effect: 'read',
  input: z.strictObject({ subscriber_id: subscriberId }),
  output: messagingStatusResult,
  example: { subscriber_id: '24958501110451908' },
  async run(input, { call, now }) {
    const { subscriber } = await call({ what: 'read the contact', endpoint: getSubscriber, input });
    return { messaging_status: messagingStatus(subscriber, now()) };
  },
});
