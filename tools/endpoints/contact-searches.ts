import * as z from 'zod';
import { type CallEndpoint, type Endpoint, endpoint } from '../contract/endpoint.js';
import { asObject, isObject, type Result, toList } from '../contract/json.js';
import { emailSpellings } from '../values/addresses/email.js';
import { emailAddress, searchedPhone } from '../values/addresses/inputs.js';
import { asWritten } from '../values/addresses/marks.js';
import { internationalDigits, phoneIn, phoneSpellings, type Spelling } from '../values/addresses/phone.js';
import { customFieldId, customFieldName, detail, exactNumber, filledText, pageInput } from '../values/inputs.js';
import { addressMatches, fieldMatches } from '../values/matches.js';
import {
  type AskedAddress,
  exactFieldResult,
  subscriberOrNullResult,
  type Uncounted,
  uncountedHit,
} from '../values/subscriber-outputs.js';

/** What every miss by phone has to say. */
export const whatsappNotByPhone =
  'WhatsApp contacts are not found by phone, so the contact may exist: try manychat_find_subscribers, which searches the custom field that holds their numbers, or manychat_find_or_create_subscriber with whatsapp_phone and whatsapp_field_id.';

/** Asks ManyChat for one spelling of an email or phone. Contacts that do not have it are in `uncounted`. */
export const askSystemField = endpoint({
  name: 'manychat_find_subscriber_by_system_field',
  title: 'Find subscriber by email or phone',
  description:
    'The contact with this email or phone, in any usual spelling; subscriber is null if there is none. Give exactly one. WhatsApp numbers, or several people: manychat_find_subscribers.',
  api: 'manychat',
  method: 'GET',
  path: '/fb/subscriber/findBySystemField',
  perSecond: 50,
  effect: 'read',
  view: 'subscribers',
  input: z
    .strictObject({ email: emailAddress.optional(), phone: searchedPhone.optional() })
    .refine((input) => (input.email === undefined) !== (input.phone === undefined), {
      message: 'give exactly one of email and phone',
    }),
  // A miss usually is an empty list, but an error was reported once.
  answerIn: ({ kind, source }) => (kind === 'not_found' && source === 'manychat' ? [] : undefined),
  output: subscriberOrNullResult,
  example: { email: 'john@example.com' },
});

/** Asks for every contact with one spelling of an email or phone. */
export const matchAddress: Endpoint = { ...askSystemField, output: addressMatches };

/** The contacts in a result of `askSystemField` or `askExactValue` that were not counted. */
export function uncountedIn({ uncounted }: Result): Uncounted[] {
  return (toList(uncounted) ?? []).map(asObject).map(({ id, note }) => ({ id: String(id), note: String(note) }));
}

/** A note for each contact that was not counted, whatever number of spellings it was the answer to. */
export function notesOf(uncounted: readonly Uncounted[]): string[] {
  const byContact = new Map(uncounted.toReversed().map(({ id, note }) => [id === 'undefined' ? note : id, note]));
  return [...byContact.values()].toReversed();
}

/**
 * The contact in a result of `askSystemField`. With a spelling that is not certain there is none: the contact that has it
 * goes to `uncounted`.
 */
export function hitIn(result: Result, { text, certain }: Spelling): { hit?: Result; uncounted: readonly Uncounted[] } {
  const { subscriber } = result;
  const uncounted = uncountedIn(result);
  if (!isObject(subscriber)) return { uncounted };
  if (certain) return { hit: subscriber, uncounted };
  const stored = `phone ${asWritten(text)} lacks its + and country code`;
  return { uncounted: [...uncounted, uncountedHit(text, subscriber, stored)] };
}

/** The spellings of a parsed email or phone. A phone without `+` has one: its country code is not certain. */
export function spellingsOf({ email, phone = '' }: AskedAddress): readonly Spelling[] {
  if (email !== undefined) return emailSpellings(email).map((text) => ({ text, certain: true }));
  const read = phone.startsWith('+') ? phoneIn(phone) : undefined;
  return read === undefined ? [{ text: phone, certain: true }] : phoneSpellings(read);
}

/** A sentence for what was found by another spelling than the one that was given; none if they differ only in case. */
const foundByText = (by: string, text: string, given: unknown): string[] =>
  text.toLowerCase() === String(given).toLowerCase()
    ? []
    : [`Found by ${by}${asWritten(text)}, not ${asWritten(given)}: make sure it is the person meant.`];

/** Asks for the other spellings after a miss. What was found by one of them, and what a miss may mean, is in the warnings. */
async function inOtherSpellings(result: Result, call: CallEndpoint, asked: AskedAddress): Promise<Result> {
  const by = asked.email === undefined ? 'phone' : 'email';
  const notes: Uncounted[] = [];
  for (const [index, spelling] of spellingsOf(asked).entries()) {
    const { hit, uncounted } = hitIn(
      index === 0 ? result : await call(askSystemField, { [by]: spelling.text }),
      spelling,
    );
    notes.push(...uncounted);
    if (hit === undefined) continue;
    const warnings = foundByText(`the ${by} `, spelling.text, asked[by]);
    return { subscriber: hit, ...(warnings.length > 0 && { warnings }) };
  }
  const warnings = [...notesOf(notes), ...(by === 'phone' ? [whatsappNotByPhone] : [])];
  return { subscriber: null, ...(warnings.length > 0 && { warnings }) };
}

export const findSubscriberBySystemField: Endpoint = { ...askSystemField, followUp: inOtherSpellings };

/** Asks ManyChat for one value of a custom field. Contacts that do not have it are in `uncounted`. */
export const askExactValue = endpoint({
  name: 'manychat_find_subscribers_by_custom_field',
  title: 'Find subscribers by custom field',
  description:
    'Contacts with exactly this value in a text or number field (no other type), newest change first, at most 100; capped: true when there may be more. Give field_id or field_name. Other or several searches: manychat_find_subscribers.',
  api: 'manychat',
  method: 'GET',
  path: '/fb/subscriber/findByCustomField',
  perSecond: 10,
  effect: 'read',
  view: 'subscribers',
  input: z
    .strictObject({
      field_id: customFieldId.optional(),
      field_name: customFieldName.optional(),
      field_value: z.union([filledText, exactNumber]).describe('Exact value'),
      detail,
      ...pageInput,
    })
    .refine((input) => (input.field_id === undefined) !== (input.field_name === undefined), {
      message: 'give exactly one of field_id and field_name',
    }),
  idByName: { kind: 'custom field', id: 'field_id', name: 'field_name' },
  localInputs: ['detail', 'field_name', ...Object.keys(pageInput)],
  output: exactFieldResult,
  example: { field_id: 123, field_value: 'value' },
});

/** Asks for every contact with one value of a custom field. */
export const matchFieldValue: Endpoint = { ...askExactValue, output: fieldMatches };

/** The other spellings of a value that is plainly a phone number with its country code; none for any other. */
export function phoneValues(value: unknown): string[] {
  const phone = phoneIn(String(value));
  if (phone === undefined || internationalDigits(phone) === undefined) return [];
  // A field may hold anything, so that no variant of a number is tried that is not the same digits.
  return phoneSpellings(phone)
    .slice(0, 2)
    .map(({ text }) => text)
    .filter((text) => text !== String(value));
}

/** Whether a value is written as a phone number, and not as digits that may be an order number. */
function looksLikePhone(value: unknown): boolean {
  const phone = phoneIn(String(value));
  return phone !== undefined && (/\d\D+\d/.test(String(value)) || internationalDigits(phone) !== undefined);
}

/** The most contacts that were not counted and are named one by one. */
const maxNotes = 3;

/** The notes about contacts that were not counted, without those that were found by another spelling. */
function notesBeside({ subscribers }: Result, uncounted: readonly Uncounted[]): string[] {
  const found = new Set((toList(subscribers) ?? []).map((each) => String(asObject(each).id)));
  const notes = notesOf(uncounted.filter(({ id }) => !found.has(id)));
  const more = notes.length - maxNotes;
  return more > 0 ? [...notes.slice(0, maxNotes), `${more} more contacts were not counted as hits.`] : notes;
}

const withWarnings = (result: Result, warnings: readonly string[]): Result =>
  warnings.length === 0 ? result : { ...result, warnings };

/** Asks for the other spellings of a phone number after a miss: fields hold them with or without their `+`. */
async function withPhoneSpellings(
  { uncounted, ...result }: Result,
  call: CallEndpoint,
  { field_id, field_value, detail: wanted }: Result,
): Promise<Result> {
  const notes = uncountedIn({ uncounted });
  if (result.count !== 0) return withWarnings(result, notesBeside(result, notes));
  const spellings = phoneValues(field_value);
  for (const spelling of spellings) {
    const input = { field_id, field_value: spelling, detail: wanted };
    const { uncounted: more, ...other } = await call(askExactValue, input);
    notes.push(...uncountedIn({ uncounted: more }));
    if (other.count === 0) continue;
    return withWarnings(other, [...foundByText('', spelling, field_value), ...notesBeside(other, notes)]);
  }
  const asked = spellings.length === 0 ? '' : `, also asked for as ${spellings.map(asWritten).join(' and ')}`;
  const advice = looksLikePhone(field_value) ? ' A phone number may be stored with or without its +.' : '';
  return withWarnings(result, [...notesBeside(result, notes), `Only exactly this value matches${asked}.${advice}`]);
}

export const findSubscribersByCustomField: Endpoint = { ...askExactValue, followUp: withPhoneSpellings };
