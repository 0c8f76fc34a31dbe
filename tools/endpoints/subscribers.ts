import * as z from 'zod';
import { endpoint } from '../contract/endpoint.js';
import type { Result } from '../contract/json.js';
import { emailAddress, storedPhone } from '../values/addresses/inputs.js';
import { detail, listInput, listInputs, pageInput, subscriberId, text, userRef } from '../values/inputs.js';
import { addIssue } from '../values/issues.js';
import { contactEcho, contactResult } from '../values/outputs.js';
import { subscriberResult, subscribersResult } from '../values/subscriber-outputs.js';

const contactListInput = {
  ...listInput,
  search: listInput.search.meta({ type: 'string', description: 'Part of the name of a field or tag' }),
};

/** Adds a warning with the likely reason to a search without hits. */
const warnWhenEmpty =
  (reason: string) =>
  async (result: Result): Promise<Result> =>
    result.count === 0 ? { ...result, warnings: [reason] } : result;

export const getSubscriber = endpoint({
  name: 'manychat_get_subscriber',
  title: 'Get subscriber',
  description:
    'Everything about one contact: addresses, opt-ins, tags, custom fields, last input; no message history (the API has none). Whether it can be messaged: manychat_get_messaging_status.',
  api: 'manychat',
  method: 'GET',
  path: '/fb/subscriber/getInfo',
  perSecond: 10,
  effect: 'read',
  input: z.strictObject({ subscriber_id: subscriberId, ...contactListInput }),
  localInputs: listInputs,
  output: subscriberResult,
  example: { subscriber_id: '123456789' },
});

export const getSubscriberByUserRef = endpoint({
  name: 'manychat_get_subscriber_by_user_ref',
  title: 'Get subscriber by user_ref',
  description:
    "The contact behind a checkbox opt-in's user_ref. Refused if that opt-in never happened, and until the contact replies: meanwhile use manychat_send_content_by_user_ref.",
  api: 'manychat',
  method: 'GET',
  path: '/fb/subscriber/getInfoByUserRef',
  effect: 'read',
  input: z.strictObject({ user_ref: userRef }),
  output: subscriberResult,
  example: { user_ref: '-1543835812530302162' },
});

export const findSubscribersByName = endpoint({
  name: 'manychat_find_subscribers_by_name',
  title: 'Find subscribers by name',
  description:
    'Contacts with exactly this full name, at most 100 (capped: true when there may be more); the API cannot list or count contacts. Names are not unique: make sure which one is meant. Several people: manychat_find_subscribers.',
  api: 'manychat',
  method: 'GET',
  path: '/fb/subscriber/findByName',
  perSecond: 10,
  effect: 'read',
  view: 'subscribers',
  input: z.strictObject({ name: text('Full name'), detail, ...pageInput }),
  localInputs: ['detail', ...Object.keys(pageInput)],
  output: subscribersResult,
  followUp: warnWhenEmpty(
    'Only full names match, hidden characters included; no tool finds contacts by part of a name, lists them all or counts them: ask for the full name, an email or a phone number.',
  ),
  example: { name: 'John Doe' },
});

/** Inputs for what is known about a person, custom fields aside. */
export const profile = {
  first_name: text('First name').optional(),
  last_name: text('Last name').optional(),
  phone: storedPhone.optional(),
  email: emailAddress.optional(),
  gender: text('e.g. male, female').optional(),
};

/** Inputs for what a person consented to. */
export const consent = {
  has_opt_in_sms: z.boolean().optional().describe('Needed with phone; true only if they agreed'),
  has_opt_in_email: z.boolean().optional().describe('Needed with email; true only if they agreed'),
  consent_phrase: text('Their words of consent, needed for SMS opt-in').optional(),
};

/** Checks that a new contact has an address, and the consent that ManyChat requires for it. */
export function consentProblems(
  context: z.core.ParsePayload<z.output<z.ZodObject<typeof profile & typeof consent>> & { whatsapp_phone?: unknown }>,
): void {
  const { phone, whatsapp_phone, email, has_opt_in_sms, has_opt_in_email, consent_phrase } = context.value;
  if (phone === undefined && whatsapp_phone === undefined && email === undefined) {
    addIssue(context, [], 'give at least one of phone, whatsapp_phone and email');
  }
  if (phone !== undefined && has_opt_in_sms === undefined)
    addIssue(context, ['has_opt_in_sms'], 'is required with phone: true only if the contact agreed to SMS, else false');
  if (email !== undefined && has_opt_in_email === undefined)
    addIssue(
      context,
      ['has_opt_in_email'],
      'is required with email: true only if the contact agreed to email, else false',
    );
  if (has_opt_in_sms === true && consent_phrase === undefined) {
    addIssue(context, ['consent_phrase'], 'is required when has_opt_in_sms is true');
  }
}

export const createSubscriber = endpoint({
  name: 'manychat_create_subscriber',
  title: 'Create subscriber',
  description:
    'Adds a contact that is certainly new; when unsure: manychat_find_or_create_subscriber. Needs phone, whatsapp_phone or email, and import permission from ManyChat support. An existing WhatsApp number is refused; for phone and email that is not documented.',
  api: 'manychat',
  method: 'POST',
  path: '/fb/subscriber/createSubscriber',
  perSecond: 10,
  effect: 'create',
  purposes: ['create_contact'],
  verifyWith: [
    'manychat_find_subscriber_by_system_field',
    'manychat_find_subscribers_by_name',
    'manychat_find_subscribers_by_custom_field',
  ],
  input: z.strictObject({ ...profile, whatsapp_phone: storedPhone.optional(), ...consent }).check(consentProblems),
  output: subscriberResult,
  example: {
    first_name: 'Ada',
    last_name: 'Byron',
    phone: '+15550177001',
    email: 'ada@example.com',
    gender: 'female',
    has_opt_in_sms: true,
    has_opt_in_email: true,
    consent_phrase: 'I agree to receive messages',
  },
});

export const updateSubscriber = endpoint({
  name: 'manychat_update_subscriber',
  title: 'Update subscriber',
  description:
    'Changes name, phone, email, gender or opt-ins of one contact: given values replace the old, omitted ones stay. Custom fields: manychat_set_custom_fields. A WhatsApp number cannot be changed.',
  api: 'manychat',
  method: 'POST',
  path: '/fb/subscriber/updateSubscriber',
  perSecond: 10,
  effect: 'set',
  purposes: ['update_contact'],
  input: z
    .strictObject({ subscriber_id: subscriberId, ...profile, ...consent })
    .refine((input) => Object.entries(input).some(([key, value]) => key !== 'subscriber_id' && value !== undefined), {
      message: 'give at least one thing to change besides subscriber_id',
    }),
  output: subscriberResult,
  example: {
    subscriber_id: '123456789',
    first_name: 'John',
    last_name: 'Smith',
    phone: '+1234567890',
    email: 'john.smith@example.com',
  },
});

export const verifySubscriber = endpoint({
  name: 'manychat_verify_subscriber',
  title: 'Verify subscriber by signed request',
  description:
    "Asks ManyChat to verify by Facebook's signed_request that a Messenger webview's visitor is this contact: ok if proven, else refused. Only for webview developers. Lookups: manychat_get_subscriber.",
  api: 'manychat',
  method: 'POST',
  path: '/fb/subscriber/verifyBySignedRequest',
  perSecond: 10,
  effect: 'set',
  purposes: ['verify_contact'],
  input: z.strictObject({ subscriber_id: subscriberId, signed_request: text('From Messenger Extensions') }),
  output: contactResult,
  echo: ({ subscriber_id }, known) => contactEcho(subscriber_id, known),
  example: { subscriber_id: '123456789', signed_request: 'signed_request_token' },
});
