import { z } from 'zod';
import type { Result } from './endpoint.js';
import { CallError } from './failure.js';
import { setCustomField } from './fields.js';
import { asObject, listed } from './lenient.js';
import { isObject } from './object.js';
import { subscriberResult } from './outputs.js';
import {
  consent,
  consentProblems,
  createSubscriber,
  findSubscriberBySystemField,
  findSubscribersByCustomField,
  profile,
  updateSubscriber,
} from './subscribers.js';
import { customFieldId } from './values.js';
import { type Step, type Steps, workflow } from './workflow.js';

/** By what a contact was found. */
type FoundBy = 'email' | 'phone' | 'custom_field';

interface Found {
  readonly subscriber: Result;
  readonly by: FoundBy;
}

/** Where to look for a contact; numbers are digits alone. */
interface Addresses {
  readonly email?: string | undefined;
  readonly numbers: readonly string[];
  readonly whatsappNumbers: readonly string[];
  /** The custom field that holds WhatsApp numbers. */
  readonly fieldId?: unknown;
}

const digitsOf = (number: string): string => number.replace(/\D/g, '');

/** A number with its country code, however it is punctuated; becomes `+` and its digits. */
const number = (description: string) =>
  z
    .string()
    .transform((given, context) => {
      const digits = digitsOf(given);
      if (!/^[+\d][\d\s().-]*$/.test(given.trim()) || !/^[1-9]\d{6,14}$/.test(digits)) {
        context.addIssue({ code: 'custom', message: 'must be a number with + and country code, like +15400000000' });
        return z.NEVER;
      }
      return `+${digits}`;
    })
    .optional()
    .meta({ type: 'string', description });

/** Several contacts where one was asked for: which one is meant, nobody here can tell. */
function severalFound(digits: string, subscribers: readonly unknown[]): CallError {
  const details = subscribers.map((each) => {
    const { id, name } = asObject(each);
    return `${String(id)} (${String(name ?? 'no name')})`;
  });
  return new CallError(
    {
      kind: 'already_exists',
      message: `${subscribers.length} contacts have the number ${digits} in this field`,
      hint: 'Ask which one is meant and go on with its id; nothing was created.',
      retryable: false,
      performed: 'no',
      source: 'client',
      details,
    },
    'refused',
  );
}

/** The contact that has one of these addresses: email, then phone, then WhatsApp number, as ManyChat finds them. */
async function find(
  { email, numbers, whatsappNumbers, fieldId }: Addresses,
  { call }: Steps,
): Promise<Found | undefined> {
  const bySystemField = async (by: 'email' | 'phone', value: string): Promise<Found | undefined> => {
    const what = `look for the ${by} ${value}`;
    const { subscriber } = await call({ what, endpoint: findSubscriberBySystemField, input: { [by]: value } });
    return isObject(subscriber) ? { subscriber, by } : undefined;
  };
  /** The fields hold numbers with and without `+`. */
  const byPhone = async (digits: string): Promise<Found | undefined> =>
    (await bySystemField('phone', `+${digits}`)) ?? bySystemField('phone', digits);
  const byMirror = async (digits: string): Promise<Found | undefined> => {
    for (const field_value of [digits, `+${digits}`]) {
      const input = { field_id: fieldId, field_value, detail: 'full' };
      const what = `look for ${field_value} in field ${String(fieldId)}`;
      const hits = listed((await call({ what, endpoint: findSubscribersByCustomField, input })).subscribers) ?? [];
      if (hits.length > 1) throw severalFound(digits, hits);
      if (isObject(hits[0])) return { subscriber: hits[0], by: 'custom_field' };
    }
    return undefined;
  };
  const ways = [
    ...(email === undefined ? [] : [() => bySystemField('email', email)]),
    ...numbers.map((digits) => () => byPhone(digits)),
    ...(fieldId === undefined ? [] : whatsappNumbers.map((digits) => () => byMirror(digits))),
    ...whatsappNumbers.filter((digits) => !numbers.includes(digits)).map((digits) => () => byPhone(digits)),
  ];
  for (const way of ways) {
    const found = await way();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Numbers that a refusal names, such as `This WhatsApp ID already exists: 972501234567`. */
const numbersIn = ({ failure }: CallError): string[] =>
  [failure.message, ...(failure.details ?? [])].flatMap((said) => said.match(/\d{7,15}/g) ?? []);

/** A new WhatsApp contact with what it needs to be found next time; none of that can undo the creation. */
async function madeFindable(
  subscriber: Result,
  { whatsappNumbers: [digits], fieldId }: Addresses,
  { call }: Steps,
): Promise<Result> {
  if (digits === undefined) return { subscriber };
  const { id: subscriber_id } = subscriber;
  let whole: unknown = subscriber;
  const warnings: string[] = [];
  const attempt = async (step: Step): Promise<Result | undefined> => {
    try {
      return await call(step);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      warnings.push(`The contact was created, but it failed to ${step.what}: ${error.failure.message}.`);
      return undefined;
    }
  };
  if (fieldId !== undefined) {
    const input = { subscriber_id, field_id: fieldId, field_value: digits };
    await attempt({ what: `put its number into field ${String(fieldId)}`, endpoint: setCustomField, input });
  }
  const input = { subscriber_id, phone: `+${digits}`, has_opt_in_sms: false };
  whole =
    (await attempt({ what: 'put its number into phone', endpoint: updateSubscriber, input }))?.subscriber ?? whole;
  return { subscriber: whole, ...(warnings.length > 0 && { warnings }) };
}

/** The contact that a failed creation left or ran into; the failure itself where there is none to be found. */
async function afterFailure(error: unknown, addresses: Addresses, steps: Steps): Promise<Result> {
  if (!(error instanceof CallError)) throw error;
  const { kind, performed } = error.failure;
  if (kind !== 'already_exists' && performed === 'no') throw error;
  const named = kind === 'already_exists' ? numbersIn(error) : [];
  const wider = { ...addresses, whatsappNumbers: [...new Set([...addresses.whatsappNumbers, ...named])] };
  const found = await find(wider, steps).catch((second: unknown) => {
    throw second instanceof CallError && second.failure.kind === 'already_exists' ? second : error;
  });
  if (found !== undefined) {
    const lost = performed === 'no' ? [] : ['The answer to the creation was lost; the contact is there.'];
    return {
      subscriber: found.subscriber,
      created: performed !== 'no',
      found_by: found.by,
      ...(lost.length > 0 && { warnings: lost }),
    };
  }
  if (kind !== 'already_exists') throw error;
  const hint =
    'The contact exists, but ManyChat finds WhatsApp contacts by a custom field only: ask for its id (or find it with manychat_find_subscribers_by_name), keep its number in a text field, and give that field as whatsapp_field_id.';
  throw new CallError({ ...error.failure, hint }, error.reach);
}

export const findOrCreateSubscriber = workflow({
  name: 'manychat_find_or_create_subscriber',
  title: 'Find or create subscriber',
  description:
    'The contact with this email, phone or WhatsApp number, created when there is none; a contact that is found is not changed. Creating needs the import permission from ManyChat support.',
  api: 'manychat',
  effect: 'create',
  evidence: ['manychat_find_subscriber_by_system_field', 'manychat_find_subscribers_by_name'],
  input: z
    .strictObject({
      ...profile,
      phone: number('With + and country code'),
      whatsapp_phone: number('With + and country code'),
      whatsapp_field_id: customFieldId
        .optional()
        .describe('Custom text field that holds WhatsApp numbers: how they are found'),
      ...consent,
    })
    .check(consentProblems),
  output: {
    schema: subscriberResult.schema.extend({
      created: z.boolean(),
      found_by: z.enum(['email', 'phone', 'custom_field']).optional(),
      warnings: z.array(z.string()).optional(),
    }),
  },
  example: { email: 'maria.garcia@example.com', first_name: 'Maria', has_opt_in_email: true },
  async run({ whatsapp_field_id: fieldId, ...contact }, steps) {
    const { email, phone, whatsapp_phone: whatsapp } = contact;
    const addresses: Addresses = {
      email,
      numbers: phone === undefined ? [] : [digitsOf(phone)],
      whatsappNumbers: whatsapp === undefined ? [] : [digitsOf(whatsapp)],
      fieldId,
    };
    const found = await find(addresses, steps);
    if (found !== undefined) return { subscriber: found.subscriber, created: false, found_by: found.by };
    const input = Object.fromEntries(Object.entries(contact).filter(([, value]) => value !== undefined));
    let created: Result;
    try {
      created = await steps.call({ what: 'create the contact', endpoint: createSubscriber, input });
    } catch (error) {
      return afterFailure(error, addresses, steps);
    }
    const subscriber = asObject(created.subscriber);
    return {
      ...(phone === undefined ? await madeFindable(subscriber, addresses, steps) : { subscriber }),
      created: true,
    };
  },
});
