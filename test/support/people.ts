// Ids of contacts on the sandbox's first page, by first name.

/** On Messenger, window open. */
export const john = '123456789';
/** On Messenger, window open. */
export const maria = '24958501110451908';
/** On Messenger, window closed. */
export const tom = '24958501110460017';
/** On Messenger, opted out. */
export const emma = '24958501110480011';
/** On Messenger, never wrote. */
export const liam = '24958501110480012';
/** On Instagram, window open. */
export const sofia = '24958501110470023';
/** On Instagram, window closed. */
export const noah = '24958501110470024';
/** On WhatsApp, window open. */
export const aisha = '1523908742';
/** On WhatsApp, window closed. */
export const lukas = '1523908743';
/** On Telegram, which has no window. */
export const dmitri = '1523908744';

/** Ids of the first `count` followers, the extra contacts of a sandbox. */
export const followers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => String(800_000_000_001 + index));
