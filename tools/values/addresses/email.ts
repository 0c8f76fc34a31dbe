import { trimmed, withoutMarks } from './marks.js';

/** An email address without characters that show nothing, and without white space around it. */
export const cleanEmail = (text: string): string => trimmed(withoutMarks(text));

/** Why a cleaned text is not one email address; undefined if it is. */
export function emailProblem(email: string): string | undefined {
  if (email === '') return 'must not be empty';
  return /^[^\s@,;<>]+@[^\s@,;<>]+$/.test(email) ? undefined : 'must be one email address, like maria@example.com';
}

/** The spellings of a cleaned address that a search asks for: upper and lower case are the same. */
export function emailSpellings(email: string): readonly [string, ...string[]] {
  const lower = email.toLowerCase();
  return lower === email ? [email] : [email, lower];
}

/** Whether a contact's email address is the one that was asked for. */
export const isSameEmail = (stored: unknown, asked: string): boolean =>
  typeof stored === 'string' && cleanEmail(stored).toLowerCase() === asked.toLowerCase();
