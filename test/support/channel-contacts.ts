import type { SandboxAccount } from '../../src/sandbox/index.js';

type Contact = NonNullable<SandboxAccount['contacts']>[number];

const many = (count: number, first: number, more: (index: number) => Omit<Contact, 'id'>): Contact[] =>
  Array.from({ length: count }, (_, index) => ({
    id: String(first + index),
    first_name: 'Guest',
    last_name: String(first + index),
    last_interaction_minutes_ago: 60,
    ...more(index),
  }));

const contacts = {
  messenger: many(60, 1_000_000_001, () => ({ channels: ['messenger'] })),
  whatsapp: many(60, 2_000_000_001, (index) => ({ channels: ['whatsapp'], whatsapp_phone: `34600${100_000 + index}` })),
  instagram: many(20, 3_000_000_001, (index) => ({ channels: ['instagram'], ig_username: `guest${index}` })),
  telegram: many(5, 4_000_000_001, () => ({ channels: ['telegram'] })),
  closed: many(5, 5_000_000_001, (index) => ({
    channels: ['whatsapp'],
    whatsapp_phone: `34700${100_000 + index}`,
    last_interaction_minutes_ago: 3_000,
  })),
};

/** An account with contacts of every channel, each on one. */
export const channelAccount: SandboxAccount = { contacts: Object.values(contacts).flat() };

/** The first ids of the contacts on a channel; `closed`: on WhatsApp, with a closed window. */
export const idsOn = (channel: keyof typeof contacts, count: number): string[] =>
  contacts[channel].slice(0, count).map(({ id = '' }) => id);
