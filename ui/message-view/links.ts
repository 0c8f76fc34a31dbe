import { cut } from '../../tools/contract/quoted.js';
import { rawText } from './values.js';

/** An address as it is shown: where its link leads, or why there is none. */
export type Link =
  | {
      readonly text: string;
      readonly href: string;
      /** The host that is opened, where the text suggests another one. */
      readonly opens?: string;
    }
  | { readonly text: string; readonly refused: string };

/** The longest address that is shown in full. */
const shownLength = 300;

/** White space, control characters, and characters that only change how others are shown. */
const unseen = /[\s\p{Cc}\p{Cf}\u{e0000}-\u{e0fff}]/u;

const phone = /^tel:(\+?[\d*#][\d*#(). /-]{1,39})$/i;

/** Reads an address that a stranger may have written. Only http, https and tel are links. */
export function safeLink(address: unknown): Link {
  if (typeof address !== 'string') return { text: rawText(address), refused: 'is no address' };
  const written = address.trim();
  const text = cut(written, shownLength);
  if (written === '') return { text, refused: 'is empty' };
  const number = phone.exec(written)?.[1];
  if (number !== undefined) return { text: number, href: `tel:${number.replace(/[(). /-]/g, '')}` };
  if (unseen.test(written)) return { text, refused: 'holds spaces or characters that cannot be seen' };
  if (!/^https?:\/\//i.test(written) || !URL.canParse(written)) {
    const scheme = /^[a-z][a-z\d+.-]*:/i.exec(written)?.[0].toLowerCase();
    const isWeb = scheme === undefined || scheme === 'http:' || scheme === 'https:';
    return { text, refused: isWeb ? 'is no full web address' : `${cut(scheme, 20)} is not opened from here` };
  }
  const { href, protocol, host } = new URL(written);
  const afterScheme = written.slice(`${protocol}//`.length).toLowerCase();
  const saysHost = afterScheme.startsWith(host) && /^(?:[:/?#]|$)/.test(afterScheme.slice(host.length));
  return { text, href, ...(!saysHost && { opens: host }) };
}

/** A stretch of a text. */
export type Stretch =
  | { readonly kind: 'text' | 'placeholder'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly link: Extract<Link, { href: string }> };

const marked = /\{\{[^{}]+\}\}|(?:https?:\/\/|tel:\+?\d)[^\s<>"{}\p{Cc}\p{Cf}\u3000-\u303f\uff00-\uffef]+/giu;

const closings: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/** An address in a text without the punctuation after it. A bracket that the address itself opens belongs to it. */
function withoutPunctuation(address: string): string {
  const unopened = new Map<string, number>();
  for (const character of address) {
    const closing = closings[character] ?? character;
    unopened.set(closing, (unopened.get(closing) ?? 0) + (closing === character ? -1 : 1));
  }
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address.charAt(end - 1);
    const opening = last === ')' || last === ']' ? closings[last] : undefined;
    const surplus = opening === undefined ? 0 : (unopened.get(opening) ?? 0);
    if (opening === undefined ? !/[.,;:!?'*_~”’»…]/.test(last) : surplus <= 0) break;
    if (opening !== undefined) unopened.set(opening, surplus - 1);
  }
  return address.slice(0, end);
}

/** A text with its placeholders and, where the channel makes them so, its links. */
export function stretchesOf(text: string, withLinks = true): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let from = 0;
  const push = (end: number): void => {
    if (end > from) stretches.push({ kind: 'text', text: text.slice(from, end) });
    from = end;
  };
  for (const { index, 0: match } of text.matchAll(marked)) {
    const isPlaceholder = match.startsWith('{{');
    if (!isPlaceholder && !withLinks) continue;
    const found = isPlaceholder ? match : withoutPunctuation(match);
    const link = isPlaceholder ? undefined : safeLink(found);
    if (link !== undefined && 'refused' in link) continue;
    push(index);
    stretches.push(link === undefined ? { kind: 'placeholder', text: found } : { kind: 'link', text: found, link });
    from = index + found.length;
  }
  push(text.length);
  return stretches;
}
