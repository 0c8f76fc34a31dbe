import { w3cTime } from '../world/clock.js';
import { type Account, type Contact, fullName } from './account.js';

/** A contact with only an id and the time it subscribed (milliseconds since 1970). */
export function blankContact(id: string, subscribed: number): Contact {
  return {
    id,
    channels: [],
    firstName: '',
    lastName: '',
    gender: '',
    locale: 'en_US',
    language: 'English',
    timezone: 'UTC-05',
    lastInputText: '',
    phone: '',
    optinPhone: false,
    email: '',
    optinEmail: false,
    subscribed,
    lastInteraction: null,
    active: true,
    igUsername: '',
    igId: null,
    whatsappPhone: '',
    whatsappBsuid: null,
    userRefs: [],
    tags: new Set(),
    fields: new Map(),
    otnTokens: new Map(),
  };
}

/** A contact in the JSON shape of the API, "Subscriber" in ManyChat's swagger; absent values are null or ''. */
export function serializeContact(account: Account, contact: Contact): Record<string, unknown> {
  const lastInteraction = contact.lastInteraction === null ? null : w3cTime(contact.lastInteraction);
  return {
    id: contact.id,
    page_id: String(account.page.id),
    user_refs: contact.userRefs,
    first_name: contact.firstName,
    last_name: contact.lastName,
    name: fullName(contact),
    gender: contact.gender,
    profile_pic: `https://cdn.example.com/people/${contact.id}.jpg`,
    locale: contact.locale,
    language: contact.language,
    timezone: contact.timezone,
    live_chat_url: `https://app.manychat.com/fb${account.page.id}/chat/${contact.id}`,
    last_input_text: contact.lastInputText,
    optin_phone: contact.optinPhone,
    phone: contact.phone,
    optin_email: contact.optinEmail,
    email: contact.email,
    subscribed: w3cTime(contact.subscribed),
    last_interaction: lastInteraction,
    last_seen: lastInteraction,
    is_followup_enabled: contact.active,
    ig_username: contact.igUsername,
    ig_id: contact.igId,
    whatsapp_phone: contact.whatsappPhone,
    whatsapp_bsuid: contact.whatsappBsuid,
    whatsapp_username: null,
    optin_whatsapp: contact.whatsappPhone !== '' && contact.active,
    custom_fields: account.customFields.map((field) => ({
      ...field,
      value: contact.fields.get(field.id)?.value ?? null,
    })),
    tags: account.tags.filter((tag) => contact.tags.has(tag.id)),
  };
}
