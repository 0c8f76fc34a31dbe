import { oneOf } from '../control/checks.js';
import { closestKey } from '../control/closest-key.js';
import { decimalId } from '../http/json.js';
import { badRequest } from '../http/refusal.js';
import { type Channel, channels } from '../manychat/account.js';
import { momentForm, parseMoment } from '../world/moment.js';

// Each check returns a value of the declared type. @throws Refusal that begins with the place of the value

// As much as the body of a request can hold: an export must be readable.
const maxTextLength = 1_000_000;

/** A text, which may be empty. */
export function text(place: string, value: unknown): string {
  if (typeof value !== 'string') throw badRequest(`${place} must be a string.`);
  if (value.length > maxTextLength) throw badRequest(`${place} may have at most ${maxTextLength} characters.`);
  return value;
}

/** A text with at least one character. */
export function name(place: string, value: unknown): string {
  if (value === '') throw badRequest(`${place} must not be empty.`);
  return text(place, value);
}

/** The id of a contact: digits, as a string, because a JSON number in JavaScript holds only sixteen of them. */
export function contactId(place: string, value: unknown): string {
  const id = decimalId(value);
  if (id !== undefined && /^[1-9]\d*$/.test(id)) return id;
  throw badRequest(`${place} must be an id of at most 20 digits, as a string, such as "24958501110451908".`);
}

export function userRef(place: string, value: unknown): string {
  const id = decimalId(value);
  if (id !== undefined) return id;
  throw badRequest(`${place} must be a string of at most 20 digits, which may be negative.`);
}

/** An id of Instagram; null if it is not known. */
export function instagramId(place: string, value: unknown): bigint | null {
  return value === null ? null : BigInt(contactId(place, value));
}

/** Milliseconds since 1970. */
export function moment(place: string, value: unknown): number {
  const milliseconds = parseMoment(value);
  if (milliseconds === undefined) throw badRequest(`${place} must be ${momentForm}.`);
  return milliseconds;
}

export const channel = (place: string, value: unknown): Channel => oneOf(place, value, channels);

export function listOf(place: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw badRequest(`${place} must be a list.`);
}

/** The thing with a name; `kind` is what such a thing is called. */
export function named<Thing extends { name: string }>(
  place: string,
  things: readonly Thing[],
  wanted: unknown,
  { kind, equal = (one, other) => one === other }: { kind: string; equal?: (one: string, other: string) => boolean },
): Thing {
  const found = typeof wanted === 'string' ? things.find((thing) => equal(thing.name, wanted)) : undefined;
  if (found !== undefined) return found;
  if (typeof wanted !== 'string') throw badRequest(`${place} must be the name of a ${kind}.`);
  const closest = closestKey(
    wanted,
    things.map((thing) => thing.name),
  );
  const suggestion = closest === undefined ? '' : `; did you mean ${JSON.stringify(closest)}?`;
  throw badRequest(`${place}: there is no ${kind} ${JSON.stringify(wanted.slice(0, 60))}${suggestion}`);
}

/** Whether two names of fields are the same: ManyChat ignores their case. */
export const sameFieldName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
