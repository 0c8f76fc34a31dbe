/** Channels as `content.type` names them; Messenger is the one that is left out. */
export const namedChannels = ['instagram', 'whatsapp', 'telegram'] as const;

/** Every channel. */
export const channels = ['messenger', ...namedChannels] as const;

/** A channel that content is for. */
export type Channel = (typeof channels)[number];

/** Most characters of one text, by channel: ManyChat refuses longer ones whole, Instagram delivers no more. */
export const maxTextLength: Readonly<Record<Channel, number>> = {
  messenger: 2_000,
  instagram: 1_000,
  whatsapp: 2_000,
  telegram: 2_000,
};

/** Characters as ManyChat counts them: a surrogate pair is one. */
export const characterCount = (text: string): number => [...text].length;
