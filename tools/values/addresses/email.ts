import { trimmed, withoutMarks } from './marks.js';

/** No address is written with more characters, with what is around it. */
const maxLength = 320;

/** One address in angle brackets, after a name that is none. */
const named = /^[^@<>]*<([^<>]+)>$/;

/** Quotes around a text, also as a formula of a spreadsheet: `="…"`. */
const quotes = /^=?(["'“”„«»‘’])(.*)["'“”«»‘’]$/u;

const withoutStop = (text: string): string => text.replace(/[.,;]{1,9}$/, '').trim();

/**
 * An email address without characters that show nothing, and without what surrounds copied ones: white space, quotes,
 * `mailto:`, a name with angle brackets, a full stop. A text that is too long is only trimmed.
 */
export function cleanEmail(text: string): string {
  const plain = trimmed(withoutMarks(text));
  if (plain.length > maxLength) return plain;
  const alone = withoutStop(withoutStop(plain).replace(quotes, '$2'));
  return withoutStop(
    alone
      .replace(named, '$1')
      .trim()
      .replace(/^mailto:/i, ''),
  )
    .replace(quotes, '$2')
    .trim();
}

/** Why a cleaned text is not one email address; undefined if it is. */
export function emailProblem(email: string): string | undefined {
  if (email === '') return 'must not be empty';
  const isOne =
    email.length <= maxLength &&
    /^[^\s@,;:<>()"“”„«»`\\]+@[^\s@,;:<>()"'“”„«»‘’`\\?&/]+$/.test(email) &&
    !/^\.|[.@]\.|\.@|@.*\.$/.test(email) &&
    !/^['‘’]/.test(email);
  return isOne ? undefined : 'must be one email address, like maria@example.com, and nothing else';
}

/** Upper and lower case are the same, and so are the two ways to write an accented letter. */
export const comparableEmail = (email: string): string => cleanEmail(email).normalize('NFC').toLowerCase();

/** The spellings of a cleaned address that a search asks for. */
export function emailSpellings(email: string): readonly [string, ...string[]] {
  const others = [email.toLowerCase(), comparableEmail(email)];
  return [email, ...new Set(others.filter((each) => each !== email))];
}

/** Whether a contact's email address is the one that was asked for. */
export const isSameEmail = (stored: unknown, asked: string): boolean =>
  typeof stored === 'string' && comparableEmail(stored) === comparableEmail(asked);
