import { countryCodeOf, isCountryCode, tooLong } from './country-codes.js';
import { asWritten } from './marks.js';
import { writtenNumber } from './phone-writing.js';

/** A phone number as it was written. */
export interface Phone {
  /** Its digits, without the `00` of an international number. */
  readonly digits: string;
  /**
   * `plus`: with `+` or `00`. `bare`: with neither, so that the digits may lack a country code. `national`: with neither,
   * and the groups show that it lacks a country code.
   */
  readonly form: 'plus' | 'bare' | 'national';
}

/** Why a text is not read as a phone number. */
export interface PhoneProblem {
  readonly problem: string;
}

export const phoneExample = 'must be a number with + and country code, like +15400000000';

const notOneNumber = (reason: string): PhoneProblem => ({ problem: `${phoneExample}, and nothing else: ${reason}` });

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

/** After `+` or `00` a tab, a slash or a middle dot can stand between groups too. */
const groupsAfterPlus = /^\+?\p{Zs}*\d+(?:(?:[\p{Zs}\t]+|\p{Zs}*[\p{Pd}\u2212./\u00b7\u2022]\p{Zs}*)\d+)*$/u;

/** The first character that no number has. */
const alien = /[^+()\d\p{Zs}\t\p{Pd}\u2212./\u00b7\u2022]/u;

/** Whether a slash stands only after a country or an area code, and not before another number or extension. */
const slashesAfterCode = (text: string): boolean =>
  [...text.matchAll(/\//g)].every(({ index }) => {
    const before = digitsIn(text.slice(0, index)).replace(/^00/, '').length;
    return before <= 7 && digitsIn(text.slice(index)).length >= 5;
  });

/** One dot before one or two digits, or between digits that nothing else separates: not a separator of groups. */
function looksDecimal(text: string): boolean {
  if (text.split('.').length !== 2) return false;
  return /\.\d{1,2}$/.test(text) || (/^\d+\.\d+$/.test(text) && !/^\+/.test(text)) || /^\+\d{4,}\.\d+$/.test(text);
}

const isInternational = (digits: string): boolean => /^[1-9]\d{6,14}$/.test(digits);

/** Why the last group may not be a part of the number. */
function lastGroupProblem(text: string): string | undefined {
  if (!/\d\D+\d+$/.test(text)) return undefined;
  const [last = ''] = /\d+$/.exec(text) ?? [];
  if (last.length === 1) return `the last group has one digit (${last}), like an extension or a footnote`;
  return last.length <= 4 && /\p{Zs}[\p{Pd}\u2212]\p{Zs}+\d+$/u.test(text)
    ? `the last group (${last}) stands apart, like an extension`
    : undefined;
}

/** Why digits after `+` or `00` are no number with country code. */
function internationalProblem(digits: string, hasZeros: boolean): string | undefined {
  if (digits.startsWith('0')) return 'no country code begins with 0';
  // Australia dials 0011 before a country code; area codes of the North American plan do not begin with 1.
  if (hasZeros && digits.startsWith('11')) return 'write + in place of 0011';
  if (!isInternational(digits)) return `it has ${digits.length} digits, and a number has 7 to 15`;
  return tooLong(digits);
}

/** Groups of a mobile number of Brazil without its country code, as in `51 99123-4567`. */
const brazilian = /^[1-9]{2}\D+9(?:\D+\d|\d)\d{3}\D+\d{4}$/;

/** Whether the groups of a number without `+` show that it lacks a country code. */
function isNational(written: string, opened: string): boolean {
  const [first = '', ...more] = opened.split(/\D+/);
  return written.startsWith('(') || (more.length > 0 && !isCountryCode(first)) || brazilian.test(opened);
}

/**
 * Reads a text that is plainly one phone number, in the spellings of people, contacts apps, links and spreadsheets. A text
 * that holds anything else is refused: an extension, a footnote, a second number.
 */
export function parsePhone(text: string): Phone | PhoneProblem {
  if (text.length > maxLength) return notOneNumber(`this has more than ${maxLength} characters`);
  const plain = writtenNumber(text);
  if (/^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$/i.test(plain)) {
    return {
      problem: 'is in scientific notation, as spreadsheets write large numbers: take the number from its source',
    };
  }
  // +44 (0)7700 is dialled with or without the 0, but never with both. Italy and San Marino keep the 0.
  if (/\d.*\(\p{Zs}*0/u.test(plain)) {
    return {
      problem: `holds (0) after the country code: write the number as it is dialled from abroad (Italy keeps the 0, most countries leave it out)`,
    };
  }
  const [foreign] = alien.exec(plain) ?? [];
  if (foreign !== undefined) return notOneNumber(`${asWritten(foreign)} is no part of a number`);
  const opened = withoutBrackets(plain);
  if (opened === undefined) return notOneNumber('brackets can only hold a country or area code');
  const digits = digitsIn(opened);
  const hasZeros = !opened.startsWith('+') && digits.startsWith('00');
  const hasPrefix = hasZeros || opened.startsWith('+');
  if (!(hasPrefix ? groupsAfterPlus : groups).test(opened)) return notOneNumber('these are not groups of one number');
  if (!slashesAfterCode(opened)) return notOneNumber('what follows the slash may be another number');
  if (looksDecimal(opened)) return { problem: 'looks like a decimal number: give the phone number alone' };
  const apart = lastGroupProblem(opened);
  if (apart !== undefined) return notOneNumber(apart);
  if (!hasPrefix) {
    if (!/^\d{6,15}$/.test(digits)) return notOneNumber(`it has ${digits.length} digits, and a number has 6 to 15`);
    return { digits, form: isNational(plain, opened) ? 'national' : 'bare' };
  }
  const whole = hasZeros ? digits.slice(2) : digits;
  const problem = internationalProblem(whole, hasZeros);
  return problem === undefined ? { digits: whole, form: 'plus' } : notOneNumber(problem);
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

/** Whether digits without `+` are few enough for a national number, also if they begin with a country code. */
export const canBeNational = (digits: string): boolean => digits.length <= maxNational;

/**
 * The digits with the country code, if that is unambiguous: with `+` or `00` always. Bare digits must be more than a
 * national number has, and begin with an assigned country code; what begins with 1 must be a number of the North American
 * plan.
 */
export function internationalDigits({ digits, form }: Phone): string | undefined {
  if (form !== 'bare') return form === 'plus' ? digits : undefined;
  if (digits.startsWith('1')) return isNorthAmerican(digits) ? digits : undefined;
  const plausible = isInternational(digits) && countryCodeOf(digits) !== undefined && tooLong(digits) === undefined;
  return plausible && !canBeNational(digits) ? digits : undefined;
}

/** A text that is read as this number again, with nothing around it. */
export function readableText({ digits, form }: Phone): string {
  if (form === 'plus') return `+${digits}`;
  const isClear = form === 'bare' || internationalDigits({ digits, form: 'bare' }) === undefined;
  return isClear ? digits : `(${digits.slice(0, 2)}) ${digits.slice(2)}`;
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
    { text: each, certain: !canBeNational(each) },
  ];
  const variant = brazilianVariant(digits);
  return variant === undefined ? both(digits) : [...both(digits), ...both(variant)];
}

/** Whether a stored number is the one that was asked for in this spelling: with its `+`, or without. */
export function isSamePhone(stored: unknown, asked: string): boolean {
  const [one, other] = [typeof stored === 'string' ? phoneIn(stored) : undefined, phoneIn(asked)];
  if (one === undefined || other === undefined) return stored === asked;
  return one.digits === other.digits && (one.form === 'plus') === (other.form === 'plus');
}
