import { trimmed, withoutMarks } from './marks.js';

/** A phone number as it was written. */
export interface Phone {
  /** Its digits, without the `00` of an international number. */
  readonly digits: string;
  /** Whether it began with `+`, with `00`, or with neither: then the digits may lack a country code. */
  readonly form: 'plus' | 'zeros' | 'bare';
}

/** Why a text is not read as a phone number. */
export interface PhoneProblem {
  readonly problem: string;
}

export const phoneExample = 'must be a number with + and country code, like +15400000000';

const notOneNumber = { problem: `${phoneExample}, and nothing else` };

/** Digits that are read like ASCII ones: full-width and Arabic-Indic. Others, such as superscripts, have another meaning. */
const zeros = ['\uff10', '\u0660', '\u06f0'].map((zero) => zero.charCodeAt(0));

/** The signs of phone numbers that a Japanese or Chinese keyboard writes. */
const fullWidth: Readonly<Record<string, string>> = {
  '\uff0b': '+',
  '\uff0d': '-',
  '\uff0e': '.',
  '\uff08': '(',
  '\uff09': ')',
};

const inAscii = (text: string): string =>
  text.replace(/[\uff08\uff09\uff0b\uff0d\uff0e\uff10-\uff19\u0660-\u0669\u06f0-\u06f9]/g, (character) => {
    const code = character.charCodeAt(0);
    const zero = zeros.find((each) => code >= each && code < each + 10);
    return zero === undefined ? (fullWidth[character] ?? character) : String(code - zero);
  });

/** No number is written with more characters. */
const maxLength = 60;

/** A group in brackets with digits after it. */
const bracketed = /\((\p{Zs}*\+?\p{Zs}*\d[\d\p{Zs}\p{Pd}.]*)\)(?=.*\d)/gu;

/** The most digits before a bracket: a country code. What stands in later brackets is not a part of the number. */
const maxBefore = 3;

const digitsIn = (text: string): string => text.replace(/\D/g, '');

/** Opens the brackets around a prefix, a country or an area code; undefined if brackets stand for something else. */
function withoutBrackets(text: string): string | undefined {
  const opened = text.replace(bracketed, (match, inner: string, at: number) =>
    digitsIn(text.slice(0, at)).replace(/^00/, '').length > maxBefore ? match : ` ${inner} `,
  );
  return /[()]/.test(opened) ? undefined : opened.trim();
}

/** Groups of digits with a blank, a dash or a dot between two of them. */
const groups = /^\+?\p{Zs}*\d+(?:(?:\p{Zs}+|\p{Zs}*[\p{Pd}\u2212.]\p{Zs}*)\d+)*$/u;

/** One dot before one or two digits, or between digits that nothing else separates: not a separator of groups. */
function looksDecimal(text: string): boolean {
  if (text.split('.').length !== 2) return false;
  return /\.\d{1,2}$/.test(text) || (/^\d+\.\d+$/.test(text) && !/^\+/.test(text)) || /^\+\d{4,}\.\d+$/.test(text);
}

const isInternational = (digits: string): boolean => /^[1-9]\d{6,14}$/.test(digits);

/**
 * Reads a text that is plainly one phone number, in the spellings of people, contacts apps and spreadsheets. A text that
 * holds anything else is refused: an extension, a footnote, a second number.
 */
export function parsePhone(text: string): Phone | PhoneProblem {
  if (text.length > maxLength) return notOneNumber;
  const plain = inAscii(trimmed(withoutMarks(text)))
    .replace(/^'/, '')
    .replace(/^(?:tel|whatsapp):/i, '');
  if (/^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$/i.test(plain)) {
    return {
      problem: 'is in scientific notation, as spreadsheets write large numbers: take the number from its source',
    };
  }
  // +44 (0)7700 is dialled with or without the 0, but never with both.
  if (/\d.*\(\p{Zs}*0/u.test(plain)) {
    return { problem: 'holds (0), which must not follow a country code: leave it out' };
  }
  const opened = withoutBrackets(plain);
  if (opened === undefined || !groups.test(opened)) return notOneNumber;
  if (looksDecimal(opened)) return { problem: 'looks like a decimal number: give the phone number alone' };
  // A single digit at the end is an extension or a footnote.
  if (/\D\d$/.test(opened) && /\d\D+\d$/.test(opened)) return notOneNumber;
  const digits = digitsIn(opened);
  const form = opened.startsWith('+') ? 'plus' : digits.startsWith('00') ? 'zeros' : 'bare';
  if (form === 'bare') return /^\d{6,15}$/.test(digits) ? { digits, form } : notOneNumber;
  const whole = form === 'zeros' ? digits.slice(2) : digits;
  return isInternational(whole) ? { digits: whole, form } : notOneNumber;
}

/** The number in a text, if the text is plainly one. */
export function phoneIn(text: string): Phone | undefined {
  const phone = parsePhone(text);
  return 'problem' in phone ? undefined : phone;
}

/** A number of the North American plan with its 1: area code and exchange begin with 2 to 9. */
const isNorthAmerican = (digits: string): boolean => /^1[2-9][0-8]\d[2-9]\d{6}$/.test(digits);

/** Up to so many digits can be a national number, which is somebody else's when it is read as `+…`. */
const maxNational = 10;

/**
 * The digits with the country code, if that is unambiguous: with `+` or `00` always. Bare digits must be more than a
 * national number has; what begins with 1 must be a number of the North American plan.
 */
export function internationalDigits({ digits, form }: Phone): string | undefined {
  if (form !== 'bare') return digits;
  if (digits.startsWith('1')) return isNorthAmerican(digits) ? digits : undefined;
  return digits.length > maxNational && isInternational(digits) ? digits : undefined;
}

/** A number for ManyChat: `+` and digits, or the digits alone if the country code is not certain. */
export function phoneText(phone: Phone): string {
  const digits = internationalDigits(phone);
  return digits === undefined ? phone.digits : `+${digits}`;
}

/**
 * The other form of a Brazilian mobile number: they have a 9 after the area code, which WhatsApp may leave out.
 * Undefined for landlines and other countries.
 */
export function brazilianVariant(digits: string): string | undefined {
  const [, area, nine, number] = /^(55[1-9]{2})(9?)([6-9]\d{7})$/.exec(digits) ?? [];
  if (area === undefined) return undefined;
  return nine === '' ? `${area}9${number}` : `${area}${number}`;
}

/** One spelling of a number, as a search asks for it. */
export interface Spelling {
  readonly text: string;
  /** Whether a contact with this spelling has the number that is meant, and no national number with the same digits. */
  readonly certain: boolean;
}

/** The spellings that a search asks for, the most likely first: ManyChat stores numbers with and without `+`. */
export function phoneSpellings(phone: Phone): readonly [Spelling, ...Spelling[]] {
  const digits = internationalDigits(phone);
  if (digits === undefined) return [{ text: phone.digits, certain: true }];
  const both = (each: string): readonly [Spelling, Spelling] => [
    { text: `+${each}`, certain: true },
    { text: each, certain: each.length > maxNational },
  ];
  const variant = brazilianVariant(digits);
  return variant === undefined ? both(digits) : [...both(digits), ...both(variant)];
}

/** Whether a stored number is the one that was asked for in this spelling: with its `+`, or without. */
export function isSamePhone(stored: unknown, asked: string): boolean {
  const [one, other] = [typeof stored === 'string' ? phoneIn(stored) : undefined, phoneIn(asked)];
  if (one === undefined || other === undefined) return stored === asked;
  return one.digits === other.digits && (one.form === 'bare') === (other.form === 'bare');
}
