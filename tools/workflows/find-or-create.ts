import * as z from 'zod';
import { CallError, reasonIn } from '../contract/failure.js';
import { asObject, type Result } from '../contract/json.js';
import { idText, quoted } from '../contract/quoted.js';
import { type Step, type Steps, workflow } from '../contract/workflow.js';
import { notesOf, whatsappNotByPhone } from '../endpoints/contact-searches.js';
import { setCustomField } from '../endpoints/fields.js';
import { consent, consentProblems, createSubscriber, profile, updateSubscriber } from '../endpoints/subscribers.js';
import { knownPhone, knownWhatsapp } from '../values/addresses/inputs.js';
import { brazilianVariant, internationalDigits, type Phone, phoneIn } from '../values/addresses/phone.js';
import { customFieldId } from '../values/inputs.js';
import { subscriberResult, type Uncounted } from '../values/subscriber-outputs.js';
import {
  type Addresses,
  addressDifferences,
  contactText,
  digitsOf,
  type Found,
  findContact,
  nameDifferences,
} from './contact-search.js';

const input = z
  .strictObject({
    ...profile,
    phone: knownPhone.optional(),
    whatsapp_phone: knownWhatsapp.optional(),
    whatsapp_field_id: customFieldId
      .optional()
      .describe('Custom text field in which this account keeps WhatsApp numbers'),
    ...consent,
  })
  .check(consentProblems);

/** The contact to find or create. */
interface Wanted {
  readonly contact: Omit<z.output<typeof input>, 'whatsapp_field_id'>;
  readonly addresses: Addresses;
}

const withWarnings = (result: Result, warnings: readonly string[]): Result =>
  warnings.length === 0 ? result : { ...result, warnings };

/** Stores the number of a new WhatsApp contact where a search will find it. A failure only adds a warning. */
async function makeFindable(
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
      const problem =
        performed === 'no'
          ? `its number could not be put into ${place}`
          : `it is not known whether its number was put into ${place}`;
      warnings.push(`The contact was created, but ${problem}: ${reasonIn(error.failure)}.`);
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

/** Searches again after the creation; undefined also if the search fails, because the creation is what counts. */
async function lookUp({ addresses }: Wanted, steps: Steps): Promise<Found | undefined> {
  try {
    return (await findContact(addresses, steps)).found;
  } catch (error) {
    if (error instanceof CallError) return undefined;
    throw error;
  }
}

/** The result for a contact that was found because its creation did not return it. */
async function createdResult(found: Found, wanted: Wanted, steps: Steps, reason: string): Promise<Result> {
  // Only a contact with exactly this number is certainly the new one.
  const { subscriber, by } = found;
  const { whatsapp_phone } = subscriber;
  const certain = typeof whatsapp_phone === 'string' && digitsOf(whatsapp_phone) === wanted.addresses.whatsapp;
  const findable = certain ? await makeFindable(subscriber, wanted, steps) : { subscriber, warnings: [] };
  const differences = addressDifferences(found, wanted.addresses);
  const warnings = [reason, ...differences, ...findable.warnings];
  return { subscriber: findable.subscriber, created: true, found_by: by, warnings };
}

/** The result of a creation that succeeded without returning the contact's id. */
async function afterMissingId(subscriber: Result, wanted: Wanted, steps: Steps): Promise<Result> {
  const found = await lookUp(wanted, steps);
  const reason = 'ManyChat created the contact but did not return its id';
  if (found !== undefined) return createdResult(found, wanted, steps, `${reason}: the contact was looked up.`);
  const warning = `${reason}, and a search by its addresses did not find it: look for it in ManyChat, and do not create it again.`;
  return { subscriber, created: true, warnings: [warning] };
}

/** The WhatsApp number in a refusal like `This WhatsApp ID already exists: 972501234567`. */
function numberIn({ failure }: CallError): string | undefined {
  const texts = [failure.message, ...(failure.details ?? [])];
  const numbers = texts.map((each) => /WhatsApp ID already exists:\s*\+?(\d{7,15})\b/.exec(each)?.[1]);
  return numbers.find((digits) => digits !== undefined);
}

/** Whether two numbers differ only by the one or two digits that Brazil, Mexico and Argentina insert into mobile numbers. */
function areVariants(one: string, other: string): boolean {
  if (one.startsWith('55')) return brazilianVariant(one) === other;
  if (!/^5[24]/.test(one) || one.slice(0, 2) !== other.slice(0, 2)) return false;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  const more = long.length - short.length;
  return more >= 1 && more <= 2 && [2, 3, 4].some((at) => `${long.slice(0, at)}${long.slice(at + more)}` === short);
}

const withHint = (error: CallError, hint: string): CallError => error.with({ ...error.failure, hint });

/**
 * The result for a contact whose creation was refused because it exists.
 * @throws the refusal if the contact cannot be found.
 */
async function afterConflict(refusal: CallError, { contact, addresses }: Wanted, steps: Steps): Promise<Result> {
  const search = async (where: Addresses): Promise<Found | undefined> => {
    try {
      return (await findContact(where, steps)).found;
    } catch (second) {
      throw second instanceof CallError && second.failure.kind === 'already_exists' ? second : refusal;
    }
  };
  const found = await search(addresses);
  if (found !== undefined) return foundResult(found, { contact, addresses });
  const { whatsapp, fieldId } = addresses;
  if (whatsapp === undefined) throw refusal;
  const refusedNumber = numberIn(refusal);
  const other =
    refusedNumber === undefined || refusedNumber === whatsapp
      ? undefined
      : await search({ whatsapp: refusedNumber, fieldId });
  if (other === undefined || refusedNumber === undefined) {
    const advice =
      fieldId === undefined
        ? 'keep its number in a text field, and pass that field as whatsapp_field_id'
        : `and put its number into field ${idText(fieldId)}, which lacks it`;
    throw withHint(
      refusal,
      `The contact exists, but ManyChat finds WhatsApp contacts only by a custom field: ask for its id (or find it with manychat_find_subscribers), ${advice}.`,
    );
  }
  if (!areVariants(whatsapp, refusedNumber)) {
    // A contact's name is foreign text, which must not be part of a hint.
    const { failure } = refusal;
    const details = [
      ...(failure.details ?? []),
      `The contact with +${refusedNumber}: ${contactText(other.subscriber)}`,
    ];
    throw withHint(
      refusal.with({ ...failure, details }),
      `ManyChat names +${refusedNumber}, which is not the given number; contact ${idText(other.subscriber.id)} has it. Ask whether that contact is meant and continue with its id; nothing was created.`,
    );
  }
  const warning = `ManyChat refused to create +${whatsapp} because of +${refusedNumber}, which this contact has: it may be the same number in another form; make sure it is the right contact.`;
  return foundResult(other, { contact, addresses: { ...addresses, whatsapp: refusedNumber } }, warning);
}

/** The failure of a creation while ManyChat answers an address with a contact that has another one. */
function refuseUncertain(uncounted: readonly Uncounted[]): CallError {
  const [first] = uncounted;
  return new CallError(
    {
      kind: 'already_exists',
      message: `No contact was created, because ManyChat answered the search with contact ${idText(first?.id)}, which has another address`,
      hint: 'Ask whether that contact is meant: then continue with its id. If it is another person, manychat_create_subscriber creates the new one.',
      retryable: false,
      performed: 'no',
      source: 'client',
      details: notesOf(uncounted),
    },
    'refused',
  );
}

/** The failure of a creation with a number that lacks its `+`. */
function refuseWithoutPlus(name: 'phone' | 'whatsapp_phone', phone: Phone): CallError {
  const digits = internationalDigits(phone);
  const form = digits === undefined ? ', like +15400000000' : `: +${digits}, if that is meant`;
  return new CallError(
    {
      kind: 'invalid_input',
      message: `${name}: must be a number with + and country code to create a contact${form}; no contact was found by ${quoted(phone.digits)}, and none was created`,
      hint: 'Ask for the country code if it is not certain, then call again with + and country code.',
      retryable: false,
      performed: 'no',
      source: 'client',
      details: [whatsappNotByPhone],
    },
    'unsent',
  );
}

/** The number among the arguments that lacks its `+`, so that no contact can be created with it. */
function numberWithoutPlus({ phone, whatsapp_phone }: Wanted['contact']): CallError | undefined {
  for (const [name, text] of [
    ['phone', phone],
    ['whatsapp_phone', whatsapp_phone],
  ] as const) {
    const read = text === undefined ? undefined : phoneIn(text);
    if (read !== undefined && read.form !== 'plus') return refuseWithoutPlus(name, read);
  }
  return undefined;
}

function foundResult(found: Found, { contact, addresses }: Wanted, ...warnings: string[]): Result {
  const { subscriber, by } = found;
  const differences = [...addressDifferences(found, addresses), ...nameDifferences(subscriber, contact)];
  return withWarnings({ subscriber, created: false, found_by: by }, [...warnings, ...differences]);
}

/**
 * The result of a creation whose response was lost.
 * @throws the failure if the contact cannot be found.
 */
async function afterLostResponse(failure: CallError, wanted: Wanted, steps: Steps): Promise<Result> {
  const explained =
    wanted.addresses.whatsapp === undefined
      ? failure
      : withHint(
          failure,
          'The contact may have been created. A new WhatsApp contact is not found by email or phone, so not finding it there proves nothing: look for it in ManyChat itself, or with manychat_find_subscribers, before you call again.',
        );
  const found = await lookUp(wanted, steps);
  if (found === undefined) throw explained;
  return createdResult(found, wanted, steps, 'The response to the creation was lost; the contact exists.');
}

export const findOrCreateSubscriber = workflow({
  name: 'manychat_find_or_create_subscriber',
  title: 'Find or create subscriber',
  description:
    'Finds a contact by email, else phone, else WhatsApp number, else creates one. Give at least one of these. Without whatsapp_field_id, most WhatsApp contacts are missed. A found contact stays as it is: warnings say what differs, manychat_update_subscriber changes it. The WhatsApp number of a new one goes into that field, and into phone if none is given. Creating needs import permission from ManyChat support. Only to look: manychat_find_subscribers.',
  api: 'manychat',
  effect: 'create',
  purposes: ['create_contact'],
  verifyWith: ['manychat_find_subscriber_by_system_field', 'manychat_find_subscribers_by_name'],
  view: 'subscribers',
  input,
  output: {
    pages: subscriberResult.pages,
    schema: subscriberResult.schema.extend({
      created: z.boolean(),
      found_by: z.enum(['email', 'phone', 'custom_field']).optional(),
      warnings: z.array(z.string()).optional(),
    }),
  },
  capabilities: ({ whatsapp_phone: whatsapp, whatsapp_field_id: fieldId, phone }) => [
    ...(whatsapp !== undefined && fieldId !== undefined ? (['set_field'] as const) : []),
    ...(whatsapp !== undefined && phone === undefined ? (['update_contact'] as const) : []),
  ],
  example: { email: 'maria.garcia@example.com', first_name: 'Maria', has_opt_in_email: true },
  async run({ whatsapp_field_id: fieldId, ...contact }, steps) {
    const { email, phone, whatsapp_phone: whatsapp } = contact;
    const addresses: Addresses = {
      email,
      phone: phone === undefined ? undefined : phoneIn(phone),
      whatsapp: whatsapp === undefined ? undefined : digitsOf(whatsapp),
      fieldId,
    };
    const wanted: Wanted = { contact, addresses };
    const { found, uncounted } = await findContact(addresses, steps);
    if (found !== undefined) return foundResult(found, wanted, ...notesOf(uncounted));
    if (uncounted.length > 0) throw refuseUncertain(uncounted);
    const withoutPlus = numberWithoutPlus(contact);
    if (withoutPlus !== undefined) throw withoutPlus;
    const details = Object.fromEntries(Object.entries(contact).filter(([, value]) => value !== undefined));
    let created: Result;
    try {
      created = await steps.call({ what: 'create the contact', endpoint: createSubscriber, input: details });
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const { kind, performed } = error.failure;
      if (performed !== 'no') return afterLostResponse(error, wanted, steps);
      if (kind === 'already_exists') return afterConflict(error, wanted, steps);
      throw error;
    }
    // A dry run stops here, because the following steps need the contact.
    if (created.dry_run === true) return created;
    const subscriber = asObject(created.subscriber);
    if (subscriber.id === undefined) return afterMissingId(subscriber, wanted, steps);
    const findable = await makeFindable(subscriber, wanted, steps);
    const missed = phone !== undefined && whatsapp === undefined ? [whatsappNotByPhone] : [];
    return withWarnings({ subscriber: findable.subscriber, created: true }, [...findable.warnings, ...missed]);
  },
});
