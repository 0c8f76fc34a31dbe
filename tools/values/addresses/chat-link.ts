import { trimmed } from './marks.js';

/** A chat of ManyChat's own screens. */
export interface ChatLink {
  /** The id of the contact. */
  readonly id: string;
  /** The digits of the page, if the link has them. */
  readonly page: string | undefined;
}

/** No link is written with more characters. */
const maxLength = 500;

/** What stands around a copied link. */
const around = /^["'<(\s]+|["'>).,;\s]+$/g;

const ofManychat = /^(?:https?:\/\/)?(?:[\w-]+\.)*manychat\.com(?:[/?#]|$)/i;

/** `app.manychat.com/fb123/chat/456`: the segment of the page has letters before its id, and may be absent. */
const chat =
  /^(?:https?:\/\/)?(?:[\w-]+\.)*manychat\.com\/(?:[a-z]{0,12}(\d{1,20})\/)?chat\/([1-9]\d{0,19})\/?(?:[?#].*)?$/i;

/** The chat that a text links to: `elsewhere` if it links to another part of ManyChat, undefined if it does not link to it. */
export function chatLinkIn(text: string): ChatLink | 'elsewhere' | undefined {
  if (text.length > maxLength) return undefined;
  const link = trimmed(text).replace(around, '');
  const [, page, id] = chat.exec(link) ?? [];
  if (id !== undefined) return { id, page };
  return ofManychat.test(link) ? 'elsewhere' : undefined;
}
