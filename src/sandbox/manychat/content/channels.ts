import type { Channel } from '../account.js';

/** What the channels are called in `content.type`; Messenger is the one that is left out. */
export const channelOfType: ReadonlyMap<unknown, Channel> = new Map<unknown, Channel>([
  [undefined, 'messenger'],
  ['instagram', 'instagram'],
  ['whatsapp', 'whatsapp'],
  ['telegram', 'telegram'],
]);

/** Blocks that ManyChat's reference says a channel does not take; what it leaves open is accepted here. */
export const unsupportedBlocks: Readonly<Record<Channel, ReadonlySet<string>>> = {
  messenger: new Set(),
  instagram: new Set(['video', 'audio', 'file', 'call', 'dynamic_block_callback', 'webview_size']),
  whatsapp: new Set(['video', 'audio', 'file', 'cards', 'quick_replies']),
  telegram: new Set(['cards', 'quick_replies']),
};

/** The longest text a channel takes, in characters. */
export const maxTextLength: Readonly<Record<Channel, number>> = {
  messenger: 2_000,
  instagram: 1_000,
  whatsapp: 2_000,
  telegram: 2_000,
};

/** The refusal of a channel the contact cannot be reached on: which of 304x is which is not known, so decided here. */
export const unreachableCode: Readonly<Record<Channel, number>> = {
  messenger: 3041,
  instagram: 3042,
  whatsapp: 3043,
  telegram: 3044,
};

/** The refusal once 24 hours have passed since the contact wrote; Telegram has no such window. */
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
