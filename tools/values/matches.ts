import * as z from 'zod';
import type { Output } from '../contract/endpoint.js';
import { asObject, isObject, type Result, toList } from '../contract/json.js';
import { idText } from '../contract/quoted.js';
import { trimmed } from './addresses/marks.js';
import { hasContent } from './outputs.js';
import {
  type AskedAddress,
  difference,
  searchCap,
  storedText,
  subscriber,
  uncountedHit,
} from './subscriber-outputs.js';
import { anyText, list, record } from './tolerant.js';

const match = record({ id: anyText, name: anyText });

/** `{matches, others, capped}`: the contacts that have what was asked for, and a sentence for each that has not. */
export const matchesSchema = z.looseObject({
  matches: list(match),
  others: z.array(z.string()),
  /** Whether there may be more contacts than ManyChat returns. */
  capped: z.boolean(),
});

/** Divides contacts by what differs in each; undefined if nothing does. */
function matchesIn(
  contacts: readonly unknown[],
  asked: unknown,
  capped: boolean,
  differenceIn: (contact: Result) => string | undefined,
): Result {
  const matches: Result[] = [];
  const others: string[] = [];
  for (const contact of contacts.map((each) => subscriber.parse(each))) {
    const { id, name } = contact;
    const stored = id === undefined ? 'id is missing' : differenceIn(contact);
    if (stored === undefined) matches.push({ id, name });
    else others.push(uncountedHit(asked, contact, stored).note);
  }
  return { matches, others, capped };
}

/** Every contact in a response whose email, phone or WhatsApp number is the one that was asked for. */
export const addressMatches: Output<AskedAddress> = {
  schema: matchesSchema,
  isAnswer: (data) => isObject(data) || Array.isArray(data),
  from(data, asked) {
    const contacts = (toList(data) ?? [data]).filter(hasContent);
    return matchesIn(contacts, asked.email ?? asked.phone, false, (contact) => difference(contact, asked));
  },
};

const comparableText = (value: unknown): string => trimmed(String(value)).normalize('NFC');

/** Whether a field has a value. A number can be written in several ways, and more digits than a double holds are compared as text. */
function holds({ type, value }: Result, asked: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (comparableText(value) === comparableText(asked)) return true;
  const [one, other] = [Number(value), Number(asked)];
  return type === 'number' && one === other && Math.abs(one) <= Number.MAX_SAFE_INTEGER;
}

/** Every contact in a response whose field has exactly the value that was asked for. */
export const fieldMatches: Output<{ field_id?: unknown; field_value: unknown }> = {
  schema: matchesSchema,
  isAnswer: (data) => toList(data) !== undefined,
  from(data, { field_id, field_value }) {
    const contacts = toList(data) ?? [];
    return matchesIn(contacts, field_value, contacts.length >= searchCap, ({ custom_fields: fields }) => {
      const field = (toList(fields) ?? []).map(asObject).find(({ id }) => String(id) === String(field_id));
      const stored = storedText(`field ${idText(field_id)}`, field?.value);
      return field !== undefined && holds(field, field_value) ? undefined : stored;
    });
  },
};
