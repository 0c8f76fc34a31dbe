import * as z from 'zod';
import { CallError, reasonIn } from '../contract/failure.js';
import { asObject, type Result } from '../contract/json.js';
import { idText } from '../contract/quoted.js';
import { type Step, type Steps, workflow } from '../contract/workflow.js';
import { setCustomField } from '../endpoints/fields.js';
import { consent, consentProblems, createSubscriber, profile, updateSubscriber } from '../endpoints/subscribers.js';
import { customFieldId, text } from '../values/inputs.js';
import { subscriberResult } from '../values/subscriber-outputs.js';
import {
  type Addresses,
  contactText,
  digitsOf,
  type Found,
  find,
  otherAddresses,
  otherNames,
} from './contact-search.js';

/** A number with its country code, however it is punctuated; becomes `+` and its digits. */
const number = (plus: 'with +' | 'with or without +') =>
  z
    .string()
    .transform((given, context) => {
      const refuse = (message: string): never => {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      const digits = digitsOf(given);
      // +44 (0)7700 is dialled with or without the 0, but never with both.
      if (/\(\s*0/.test(given)) return refuse('holds (0), which does not belong behind a country code: leave it out');
      const begins = plus === 'with +' ? /^\+[\d\s().-]*$/ : /^[+\d][\d\s().-]*$/;
      return begins.test(given.trim()) && /^[1-9]\d{6,14}$/.test(digits)
        ? `+${digits}`
        : refuse('must be a number with + and country code, like +15400000000');
    })
    .optional()
    .meta({ type: 'string', description: 'With + and country code' });

const input = z
  .strictObject({
    ...profile,
    email: text('Email address').trim().optional(),
    phone: number('with +'),
    whatsapp_phone: number('with or without +'),
    whatsapp_field_id: customFieldId
      .optional()
      .describe('Custom text field in which this account keeps WhatsApp numbers'),
    ...consent,
  })
  .check(consentProblems);

/** What is known of the contact and where to look for it. */
interface Wanted {
  readonly contact: Omit<z.output<typeof input>, 'whatsapp_field_id'>;
  readonly addresses: Addresses;
}

const withWarnings = (result: Result, warnings: readonly string[]): Result =>
  warnings.length === 0 ? result : { ...result, warnings };

/** A new WhatsApp contact with what it needs to be found next time; none of that can undo the creation. */
async function madeFindable(
  subscriber: Result,
  { contact, addresses }: Wanted,
  { call }: Steps,
): Promise<{ subscriber: unknown; warnings: readonly string[] }> {
  const { whatsapp, phone, fieldId } = addresses;
  const { id: subscriber_id } = subscriber;
  const warnings: string[] = [];
  const put = async (place: string, step: Omit<Step, 'what'>): Promise<Result | undefined> => {
    try {
      return await call({ what: `put its number into ${place}`, ...step });
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const { performed } = error.failure;
      const doubt =
        performed === 'no'
          ? `it failed to put its number into ${place}`
          : `it is not known whether its number was put into ${place}`;
      warnings.push(`The contact was created, but ${doubt}: ${reasonIn(error.failure)}.`);
      return undefined;
    }
  };
  if (whatsapp === undefined || subscriber_id === undefined) return { subscriber, warnings };
  if (fieldId !== undefined) {
    const value = { subscriber_id, field_id: fieldId, field_value: whatsapp };
    await put(`field ${idText(fieldId)}`, { endpoint: setCustomField, input: value });
  }
  if (phone !== undefined) return { subscriber, warnings };
  const { has_opt_in_sms = false, consent_phrase } = contact;
  const change = {
    subscriber_id,
    phone: `+${whatsapp}`,
    has_opt_in_sms,
    ...(consent_phrase !== undefined && { consent_phrase }),
  };
  const updated = await put('phone', { endpoint: updateSubscriber, input: change });
  return { subscriber: updated?.subscriber ?? subscriber, warnings };
}

/** The contact with these addresses, once more; undefined as well where the search fails, which is then beside the point. */
async function lookedUp({ addresses }: Wanted, steps: Steps): Promise<Found | undefined> {
  try {
    return await find(addresses, steps);
  } catch (error) {
    if (error instanceof CallError) return undefined;
    throw error;
  }
}

/** A contact that was created although its creation did not tell which one it is. */
async function foundAfterCreation(
  { subscriber, by }: Found,
  wanted: Wanted,
  steps: Steps,
  reason: string,
): Promise<Result> {
  // Only the contact with this very number is beyond doubt the one that was made.
  const { whatsapp_phone } = subscriber;
  const certain = typeof whatsapp_phone === 'string' && digitsOf(whatsapp_phone) === wanted.addresses.whatsapp;
  const made = certain ? await madeFindable(subscriber, wanted, steps) : { subscriber, warnings: [] };
  const other = otherAddresses({ subscriber, by }, wanted.addresses);
  return { subscriber: made.subscriber, created: true, found_by: by, warnings: [reason, ...other, ...made.warnings] };
}

/** A creation that ManyChat reported as done without telling the contact's id. */
async function withoutId(subscriber: Result, wanted: Wanted, steps: Steps): Promise<Result> {
  const found = await lookedUp(wanted, steps);
  const reason = 'ManyChat said that the contact was created, but not its id';
  if (found !== undefined) return foundAfterCreation(found, wanted, steps, `${reason}: it was looked up.`);
  const warning = `${reason}, and it was not found by its addresses: look for it in ManyChat, and do not create it again.`;
  return { subscriber, created: true, warnings: [warning] };
}

/** The WhatsApp number that a refusal names, as in `This WhatsApp ID already exists: 972501234567`. */
function numberIn({ failure }: CallError): string | undefined {
  const said = [failure.message, ...(failure.details ?? [])];
  const numbers = said.map((each) => /WhatsApp ID already exists:\s*\+?(\d{7,15})\b/.exec(each)?.[1]);
  return numbers.find((digits) => digits !== undefined);
}

/** Whether one number is the other with the digit or two that Brazil, Mexico and Argentina put into mobile numbers. */
function areVariants(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  const more = long.length - short.length;
  return more >= 1 && more <= 2 && [2, 3, 4].some((at) => `${long.slice(0, at)}${long.slice(at + more)}` === short);
}

const withHint = ({ failure, outcome }: CallError, hint: string): CallError =>
  new CallError({ ...failure, hint }, outcome);

/** The contact that a refused creation ran into; the refusal where there is none to be found. */
async function existing(refusal: CallError, { contact, addresses }: Wanted, steps: Steps): Promise<Result> {
  const look = (where: Addresses) =>
    find(where, steps).catch((second: unknown) => {
      throw second instanceof CallError && second.failure.kind === 'already_exists' ? second : refusal;
    });
  const found = await look(addresses);
  if (found !== undefined) return handedBack(found, { contact, addresses });
  const { whatsapp, fieldId } = addresses;
  if (whatsapp === undefined) throw refusal;
  const named = numberIn(refusal);
  const other = named === undefined || named === whatsapp ? undefined : await look({ whatsapp: named, fieldId });
  if (other === undefined || named === undefined) {
    const where =
      fieldId === undefined
        ? 'keep its number in a text field, and give that field as whatsapp_field_id'
        : `and put its number into field ${idText(fieldId)}, which does not hold it`;
    throw withHint(
      refusal,
      `The contact exists, but ManyChat finds WhatsApp contacts by a custom field only: ask for its id (or find it with manychat_find_subscribers_by_name), ${where}.`,
    );
  }
  if (!areVariants(whatsapp, named)) {
    // A contact's name is text of a stranger: it stands in the details, and in no hint.
    const { failure, outcome } = refusal;
    const details = [...(failure.details ?? []), `The contact with +${named}: ${contactText(other.subscriber)}`];
    throw withHint(
      new CallError({ ...failure, details }, outcome),
      `ManyChat names +${named}, which is not the number given; contact ${idText(other.subscriber.id)} has it. Ask whether that one is meant and go on with its id; nothing was created.`,
    );
  }
  const warning = `ManyChat refused to create +${whatsapp} because of +${named}, which this contact has: it may be the same number in another form; make sure that it is the one meant.`;
  return handedBack(other, { contact, addresses: { ...addresses, whatsapp: named } }, warning);
}

function handedBack(found: Found, { contact, addresses }: Wanted, ...warnings: string[]): Result {
  const { subscriber, by } = found;
  const others = [...otherAddresses(found, addresses), ...otherNames(subscriber, contact)];
  return withWarnings({ subscriber, created: false, found_by: by }, [...warnings, ...others]);
}

/** The contact that a creation of unknown outcome left; the failure itself where there is none to be found. */
async function afterLoss(lost: CallError, wanted: Wanted, steps: Steps): Promise<Result> {
  const unclear =
    wanted.addresses.whatsapp === undefined
      ? lost
      : withHint(
          lost,
          'It may have been created all the same. A new WhatsApp contact is not found by email or phone, so not finding it there proves nothing: look for it in ManyChat itself, or with manychat_find_subscribers_by_name, before you call again.',
        );
  const found = await lookedUp(wanted, steps);
  if (found === undefined) throw unclear;
  return foundAfterCreation(found, wanted, steps, 'The answer to the creation was lost; the contact is there.');
}

export const findOrCreateSubscriber = workflow({
  name: 'manychat_find_or_create_subscriber',
  title: 'Find or create subscriber',
  description:
    "Finds a contact by email, else phone, else WhatsApp number, and returns it unchanged (warnings: what differs; change: manychat_update_subscriber), else creates one. Give one or more; whatsapp_phone with whatsapp_field_id, or most WhatsApp contacts are missed (a new one's number goes into that field and phone). Creating needs ManyChat support's import permission.",
  api: 'manychat',
  effect: 'create',
  purposes: ['create_contact'],
  verifyWith: ['manychat_find_subscriber_by_system_field', 'manychat_find_subscribers_by_name'],
  input,
  output: {
    schema: subscriberResult.schema.extend({
      created: z.boolean(),
      found_by: z.enum(['email', 'phone', 'custom_field']).optional(),
      warnings: z.array(z.string()).optional(),
    }),
  },
  capabilities: ({ whatsapp_phone: whatsapp, whatsapp_field_id: fieldId, phone }) => [
    'create_contact',
    ...(whatsapp !== undefined && fieldId !== undefined ? (['set_field'] as const) : []),
    ...(whatsapp !== undefined && phone === undefined ? (['update_contact'] as const) : []),
  ],
  example: { email: 'maria.garcia@example.com', first_name: 'Maria', has_opt_in_email: true },
  async run({ whatsapp_field_id: fieldId, ...contact }, steps) {
    const { email, phone, whatsapp_phone: whatsapp } = contact;
    const addresses: Addresses = {
      email,
      phone: phone === undefined ? undefined : digitsOf(phone),
      whatsapp: whatsapp === undefined ? undefined : digitsOf(whatsapp),
      fieldId,
    };
    const wanted: Wanted = { contact, addresses };
    const found = await find(addresses, steps);
    if (found !== undefined) return handedBack(found, wanted);
    const given = Object.fromEntries(Object.entries(contact).filter(([, value]) => value !== undefined));
    let created: Result;
    try {
      created = await steps.call({ what: 'create the contact', endpoint: createSubscriber, input: given });
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const { kind, performed } = error.failure;
      if (performed !== 'no') return afterLoss(error, wanted, steps);
      if (kind === 'already_exists') return existing(error, wanted, steps);
      throw error;
    }
    // A dry run shows the creation; what would follow needs the contact.
    if (created.dry_run === true) return created;
    const subscriber = asObject(created.subscriber);
    if (subscriber.id === undefined) return withoutId(subscriber, wanted, steps);
    const made = await madeFindable(subscriber, wanted, steps);
    return withWarnings({ subscriber: made.subscriber, created: true }, made.warnings);
  },
});
