/** The channels that `content.type` can name. Content without a type is for Messenger. */
export const namedChannels = ['instagram', 'whatsapp', 'telegram'] as const;

/** Every channel. */
export const channels = ['messenger', ...namedChannels] as const;

/** The name of a channel. */
export type Channel = (typeof channels)[number];

/** What a plain message can be sent on: a channel, or the one that is found for its contact. */
export const channelChoices = ['auto', ...channels] as const;

const noChannel = /^(e-?mail|sms|mms)$/i;

/** The message for a value that is no channel, or undefined where the default message says enough. */
export const channelError = ({ input }: { input?: unknown }): string | undefined =>
  typeof input === 'string' && noChannel.test(input.trim())
    ? `must be one of ${channels.map((each) => `"${each}"`).join(', ')}; nothing here sends e-mail or SMS`
    : undefined;

/** The most characters of one text. ManyChat refuses a longer text; Instagram would not deliver the rest. */
export const maxTextLength: Readonly<Record<Channel, number>> = {
  messenger: 2_000,
  instagram: 1_000,
  whatsapp: 2_000,
  telegram: 2_000,
};

/** The most messages of one request. */
export const maxMessages = 10;

/** The most buttons of one message or card. */
export const maxButtons = 3;

/** The most quick replies of one request. */
export const maxQuickReplies = 11;

/** The most actions of one request. */
export const maxActions = 5;

/** The most cards of one message. */
export const maxCards = 10;

/** The most characters of a card's title and of its subtitle. */
export const maxCardTextLength = 80;

/** The length of a text as ManyChat counts it: a surrogate pair is one character. */
export const characterCount = (text: string): number => [...text].length;
