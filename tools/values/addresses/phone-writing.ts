import { trimmed, withBlanks } from './marks.js';

/** Digits that are read like ASCII ones: full-width and Arabic-Indic. Others, such as superscripts, have another meaning. */
const zeros = ['\uff10', '\u0660', '\u06f0'].map((zero) => zero.charCodeAt(0));

/** Signs that mean the same in a phone number: those that a Japanese or Chinese keyboard writes, and square brackets. */
const signs: Readonly<Record<string, string>> = {
  '\uff0b': '+',
  '\uff0d': '-',
  '\uff0e': '.',
  '\uff08': '(',
  '\uff09': ')',
  '[': '(',
  ']': ')',
};

const inAscii = (text: string): string =>
  text.replace(/[[\]\uff08\uff09\uff0b\uff0d\uff0e\uff10-\uff19\u0660-\u0669\u06f0-\u06f9]/g, (character) => {
    const code = character.charCodeAt(0);
    const zero = zeros.find((each) => code >= each && code < each + 10);
    return zero === undefined ? (signs[character] ?? character) : String(code - zero);
  });

/** What stands before a number in lists, links and exports, such as `tel:`, `Tel. ` and `p:`. */
const label = /^(?:p:|(?:tel|phone|mobile|mob|cell|whatsapp)(?:\.?:|\.|\p{Zs}))\p{Zs}*(?=[+(\d])/iu;

/** A link to a chat in WhatsApp; its digits have the country code. */
const chatLink =
  /^(?:https?:\/\/)?(?:wa\.me\/|(?:api|web)\.whatsapp\.com\/send\/?\?phone=)(?:\+|%2b)?([1-9]\d{6,14})\/?$/i;

const withoutStop = (text: string): string => text.replace(/[.,;]+$/, '').trim();

/** Takes away the quotes around a text, also as a formula of a spreadsheet: `="…"`. */
const withoutQuotes = (text: string): string =>
  text.replace(/^=?(["“”„«»])(.*)["“”«»]$/u, '$2').replace(/^'(.*?)'?$/, '$1');

/**
 * The number in a text of at most 60 characters, without what lists, spreadsheets and links write around it. A character
 * that shows nothing becomes a blank: what follows it may be another number.
 */
export function writtenNumber(text: string): string {
  const plain = inAscii(trimmed(withBlanks(text)));
  const alone = withoutStop(withoutQuotes(withoutStop(plain)));
  const [, digits] = chatLink.exec(alone) ?? [];
  return digits === undefined ? trimmed(alone.replace(label, '')) : `+${digits}`;
}
