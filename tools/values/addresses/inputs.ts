import * as z from 'zod';
import { cleanEmail, emailProblem } from './email.js';
import { asWritten } from './marks.js';
import {
  internationalDigits,
  type Phone,
  type PhoneProblem,
  parsePhone,
  phoneExample,
  phoneText,
  readableText,
} from './phone.js';
import { readAs, withReading } from './readings.js';

/**
 * A number to search for may lack its `+`; one that is stored must have it, or `00`. WhatsApp numbers are stored as digits
 * with the country code, which must be certain.
 */
type PhoneUse = 'search' | 'search or store' | 'search or store WhatsApp' | 'store';

/** A JSON number is read as its digits, which lack the `+`. */
function phoneOf(value: unknown): Phone | PhoneProblem {
  if (typeof value === 'number') return parsePhone(Number.isSafeInteger(value) ? String(value) : '');
  if (typeof value !== 'string') return { problem: phoneExample };
  return value.trim() === '' ? { problem: 'must not be empty' } : parsePhone(value);
}

/** Why a number cannot be used so; undefined if it can. */
function useProblem(phone: Phone, use: PhoneUse): string | undefined {
  if (phone.form === 'plus' || use === 'search') return undefined;
  if (use === 'search or store') return phone.digits.startsWith('0') ? phoneExample : undefined;
  const digits = internationalDigits(phone);
  if (use === 'search or store WhatsApp') return digits === undefined ? phoneExample : undefined;
  return digits === undefined ? phoneExample : `must be a number with + and country code: +${digits}, if that is meant`;
}

/** How a number is read that lacks its `+`: it may be somebody else's. */
function readingOf(written: unknown): string | undefined {
  const phone = phoneOf(written);
  if ('problem' in phone) return undefined;
  const text = phoneText(phone);
  if (phone.form === 'plus') return readAs(written, text);
  return internationalDigits(phone) === undefined
    ? `${asWritten(written)} was asked for as ${asWritten(text)}: without + and country code it can mean several numbers; give them.`
    : `${asWritten(written)} was read as ${asWritten(text)}: it has no +, and the same digits can be a national number, so make sure it is the person meant.`;
}

/** A phone number in any spelling, as `+` and digits; without the `+` if the country code is not certain. */
function phoneNumber(use: PhoneUse) {
  const schema = z
    .custom<string | number>()
    .transform((value: unknown, context): string => {
      const phone = phoneOf(value);
      const problem = 'problem' in phone ? phone.problem : useProblem(phone, use);
      if (problem === undefined && !('problem' in phone)) {
        // A search that may create needs to know whether the number was written with its +.
        return use.startsWith('search or store') ? readableText(phone) : phoneText(phone);
      }
      context.addIssue({ code: 'custom', message: problem ?? phoneExample });
      return z.NEVER;
    })
    .meta({ type: 'string', description: 'With + and country code' });
  return withReading(schema, readingOf);
}

/** A phone number to store. */
export const storedPhone = phoneNumber('store');

/** A phone number to search for. */
export const searchedPhone = phoneNumber('search');

/** A phone number to search for, and to store if it is not found: without its `+` if it was written without. */
export const knownPhone = phoneNumber('search or store');

/** A WhatsApp number to search for, and to store if it is not found: without its `+` if it was written without. */
export const knownWhatsapp = phoneNumber('search or store WhatsApp');

/** An email address, as it was written but for marks and blanks. */
export const emailAddress = withReading(
  z
    .string()
    .transform((value, context): string => {
      const email = cleanEmail(value);
      const problem = emailProblem(email);
      if (problem === undefined) return email;
      context.addIssue({ code: 'custom', message: problem });
      return z.NEVER;
    })
    .meta({ type: 'string', description: 'Email address' }),
  (written) => (typeof written === 'string' ? readAs(written, cleanEmail(written)) : undefined),
);
