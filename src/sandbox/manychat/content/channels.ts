import type { Channel } from '../account.js';

/** The names of the channels. */
export const channelNames: Readonly<Record<Channel, string>> = {
  messenger: 'Messenger',
  instagram: 'Instagram',
  whatsapp: 'WhatsApp',
  telegram: 'Telegram',
};

/** Channel by `content.type`; Messenger content has no type. */
export const channelOfType: ReadonlyMap<unknown, Channel> = new Map<unknown, Channel>([
  [undefined, 'messenger'],
  ['instagram', 'instagram'],
  ['whatsapp', 'whatsapp'],
  ['telegram', 'telegram'],
]);

/** Blocks that a channel does not support according to ManyChat's reference; anything not mentioned there is accepted. */
export const unsupportedBlocks: Readonly<Record<Channel, ReadonlySet<string>>> = {
  messenger: new Set(),
  instagram: new Set(['video', 'audio', 'file', 'call', 'dynamic_block_callback', 'webview_size']),
  whatsapp: new Set(['video', 'audio', 'file', 'cards', 'quick_replies']),
  telegram: new Set(['cards', 'quick_replies']),
};

/** Maximum length of a text in characters. */
export const maxTextLength: Readonly<Record<Channel, number>> = {
  messenger: 2_000,
  instagram: 1_000,
  whatsapp: 2_000,
  telegram: 2_000,
};

/** Error code if the contact is not on the channel. Assumption: the meaning of each 304x code is undocumented. */
export const unreachableCode: Readonly<Record<Channel, number>> = {
  messenger: 3041,
  instagram: 3042,
  whatsapp: 3043,
  telegram: 3044,
};

/** Error once the 24-hour window is closed; Telegram has no window. */
export const closedWindow: Readonly<Record<Channel, { code: number; message: string } | undefined>> = {
  messenger: {
    code: 3011,
    message: "Content can't be sent to subscriber without message tag. Subscriber's last interaction was over 24h ago.",
  },
  instagram: {
    code: 3031,
    message:
      "Content can't be sent to subscriber without Notification Reason. Subscriber's last interaction was more than 24 hours ago.",
  },
  whatsapp: {
    code: 3011,
    message: "Content can't be sent to subscriber without message tag. Subscriber's last interaction was over 24h ago.",
  },
  telegram: undefined,
};
