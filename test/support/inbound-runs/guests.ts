import type { PreparedHook, SandboxAccount } from '../../../src/sandbox/index.js';

/** A contact on one channel. */
export interface Guest {
  readonly id: string;
  readonly channel: 'messenger' | 'instagram' | 'whatsapp' | 'telegram';
}

export const channels = [
  'messenger',
  'instagram',
  'whatsapp',
  'telegram',
] as const satisfies readonly Guest['channel'][];

/** So many contacts of each channel. */
export const guestsOf = (perChannel: number): Guest[] =>
  channels.flatMap((channel, at) =>
    Array.from({ length: perChannel }, (_, index) => ({ id: String((at + 1) * 1_000_000_000 + index + 1), channel })),
  );

const addressOf = ({ id, channel }: Guest): object =>
  channel === 'instagram'
    ? { ig_username: `guest${id}` }
    : channel === 'whatsapp'
      ? { whatsapp_phone: `34${id.slice(-9)}` }
      : {};

const flowOf = (channel: Guest['channel']): string => `Say on ${channel}`;

/** An account with these contacts, and a flow for each channel that says what a request was answered. */
export const accountOf = (guests: readonly Guest[]): SandboxAccount => ({
  fields: [{ name: 'reply_text', type: 'text' }],
  flows: channels.map((channel) => ({ name: flowOf(channel), channel, texts: ['{{reply_text}}'] })),
  contacts: guests.map((guest) => ({
    id: guest.id,
    channels: [guest.channel],
    first_name: 'Guest',
    last_interaction_minutes_ago: 60,
    ...addressOf(guest),
  })),
});

/** How a flow calls. */
export type HookKind = NonNullable<PreparedHook['kind']>;

/** What the flow of a channel calls when a contact writes there. */
export const hookOf = (channel: Guest['channel'], kind: HookKind, origin: string, secret: string): PreparedHook => ({
  name: channel,
  kind,
  channel,
  url: `${origin}/inbound/default/${kind}`,
  headers: { 'X-ManyChat-Secret': secret },
  body: {
    subscriber_id: '{{Contact Id}}',
    text: '{{Last Text Input}}',
    last_interaction: '{{Last Interaction}}',
    channel,
  },
  ...(kind === 'request' && { mapping: { reply_text: '$.answer' }, success: flowOf(channel) }),
});
