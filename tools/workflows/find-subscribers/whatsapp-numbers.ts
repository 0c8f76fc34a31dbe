import { asObject, type Result, toList } from '../../contract/json.js';
import type { NamedField, NumberField } from '../../contract/workflow.js';
import type { Field } from './reading.js';

/** Names of fields that hold WhatsApp numbers, and of those that may. */
const likelyNames = [
  /whats?\s?app|(?:^|[^\p{L}])wa(?:[^\p{L}]|$)/iu,
  /phone|mobile|celular|cell|m[oó]vil|telefon|tel[eé]fono|handy|number|n[uú]mero/iu,
];

/** How likely a field holds WhatsApp numbers by its name: 0 is the most likely. */
export function rankOf({ name }: NamedField): number {
  const rank = likelyNames.findIndex((pattern) => pattern.test(name));
  return rank < 0 ? likelyNames.length : rank;
}

/** The text fields that may hold WhatsApp numbers, the likeliest first. */
export const candidates = <Each extends Field>(fields: readonly Each[]): Each[] =>
  fields
    .filter((field) => field.type === 'text' && rankOf(field) < likelyNames.length)
    .toSorted((one, other) => rankOf(one) - rankOf(other));

const digitsIn = (number: unknown): string => (typeof number === 'string' ? number.replace(/\D/g, '') : '');

const isNumber = (value: unknown): boolean => /^\+?\d+$/.test(String(value));

/** Digits of the shortest number that a field is recognised by. */
const minDigits = 7;

/** The text field in which a contact has its own WhatsApp number; the likeliest by its name if there are several. */
export function whatsappFieldOf({ whatsapp_phone, custom_fields }: Result): NumberField | undefined {
  const digits = digitsIn(whatsapp_phone);
  if (digits.length < minDigits) return undefined;
  const fields = (toList(custom_fields) ?? [])
    .map(asObject)
    .flatMap(({ id, name, type, value }) =>
      id !== undefined && typeof name === 'string' && type === 'text' && isNumber(value) && digitsIn(value) === digits
        ? [{ id: String(id), name, type, hasPlus: String(value).startsWith('+') }]
        : [],
    );
  const [likely = fields[0]] = candidates(fields);
  return likely && { id: likely.id, name: likely.name, hasPlus: likely.hasPlus };
}
