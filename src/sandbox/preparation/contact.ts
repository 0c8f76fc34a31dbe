import { booleanValue, integerWithin } from '../control/checks.js';
import { isRecord } from '../http/json.js';
import { type Channel, type Contact, newContactId, storeField } from '../manychat/account.js';
import { blankContact } from '../manychat/contact.js';
import { expectedValue, parseStoredValue } from '../manychat/field-values.js';
import { day, minute, w3cTime } from '../world/clock.js';
import type { Add, Draft } from './draft.js';
import { exportContact } from './export.js';
import { type Properties, propertiesOf } from './properties.js';
import { channel, contactId, instagramId, listOf, moment, named, sameFieldName, text, userRef } from './values.js';

const keys = [
  'id',
  'channels',
  'first_name',
  'last_name',
  'gender',
  'locale',
  'language',
  'timezone',
  'last_input_text',
  'phone',
  'optin_phone',
  'email',
  'optin_email',
  'subscribed',
  'last_interaction',
  'last_interaction_minutes_ago',
  'opted_out',
  'ig_username',
  'ig_id',
  'whatsapp_phone',
  'whatsapp_bsuid',
  'user_refs',
  'tags',
  'fields',
  'fields_changed',
  'otn_tokens',
];

const maxContacts = 1_000_000;
const maxMinutes = (100 * 365 * day) / minute;

/** When the contact last wrote; null if never. */
function lastInteraction({ problems, now }: Draft, properties: Properties): number | null {
  const [absolute, relative] = ['last_interaction', 'last_interaction_minutes_ago'] as const;
  if (properties.has(absolute) && properties.has(relative)) {
    problems.add(`${properties.place} may have either ${absolute} or ${relative}, not both.`);
  }
  const minutes = properties.get(relative, (at, value) => integerWithin(at, value, [0, maxMinutes]), undefined);
  if (minutes !== undefined) return now - minutes * minute;
  const time = properties.get(absolute, (at, value) => (value === null ? null : moment(at, value)), null);
  if (time !== null && time > now) {
    problems.add(`${properties.place}.${absolute} is after the sandbox's time, ${new Date(now).toISOString()}.`);
  }
  return time;
}

/** The channels of a contact, which must have an address on those where people have one. */
function channelsOf({ problems }: Draft, properties: Properties, contact: Contact): Channel[] {
  const addresses = {
    instagram: contact.igUsername !== '' || contact.igId !== null,
    whatsapp: contact.whatsappPhone !== '' || contact.whatsappBsuid !== null,
  };
  const shown = (['instagram', 'whatsapp'] as const).filter((each) => addresses[each]);
  const read = (at: string, value: unknown): Channel[] => [
    ...new Set(listOf(at, value).map((each, index) => channel(`${at}[${index}]`, each))),
  ];
  const channels: readonly Channel[] = properties.get('channels', read, shown.length === 0 ? ['messenger'] : shown);
  if (channels.includes('instagram') && !addresses.instagram) {
    problems.add(`${properties.place} is on instagram, so it needs ig_username or ig_id.`);
  }
  if (channels.includes('whatsapp') && !addresses.whatsapp) {
    problems.add(`${properties.place} is on whatsapp, so it needs whatsapp_phone or whatsapp_bsuid.`);
  }
  return [...channels];
}

function setFields({ account, problems }: Draft, properties: Properties, contact: Contact): void {
  const find = (place: string, name: string) =>
    problems.during(
      () => named(place, account.customFields, name, { kind: 'custom field', equal: sameFieldName }),
      undefined,
    );
  properties.entries('fields', (place, name, value) => {
    const field = find(place, name);
    if (field === undefined) return;
    const stored = parseStoredValue(field, value);
    if (stored === undefined) problems.add(`${place} must be ${expectedValue(field)}, or null.`);
    else storeField(account, contact, field.id, stored);
  });
  properties.entries('fields_changed', (place, name, value) => {
    const field = find(place, name);
    const change = problems.during(() => integerWithin(place, value, [1, 2 ** 52]), 1);
    const entry = field === undefined ? undefined : contact.fields.get(field.id);
    if (entry !== undefined) entry.change = change;
    else if (field !== undefined) problems.add(`${place}: the contact has no value for this field.`);
    account.changes = Math.max(account.changes, change);
  });
}

function setUserRefs({ account, problems }: Draft, properties: Properties, contact: Contact): void {
  properties.each('user_refs', (place, value) => {
    const one = isRecord(value) ? propertiesOf(value, place, ['user_ref', 'opted_in'], problems) : undefined;
    const ref = one === undefined ? problems.during(() => userRef(place, value), '') : one.need('user_ref', userRef);
    if (ref === undefined || ref === '') return;
    if (account.userRefs.has(ref)) problems.add(`${place}: "${ref}" is taken.`);
    account.userRefs.set(ref, contact.id);
    const optedIn = one?.get('opted_in', moment, contact.subscribed) ?? contact.subscribed;
    contact.userRefs.push({ user_ref: ref, opted_in: w3cTime(optedIn) });
  });
}

export const addContact: Add = (draft, value, place) => {
  const { account, problems, now } = draft;
  const properties = propertiesOf(value, place, keys, problems);
  const id = properties.get('id', contactId, undefined) ?? newContactId(account);
  if (account.contacts.has(id)) problems.add(`${place}.id: "${id}" is taken.`);
  if (account.contacts.size >= maxContacts) problems.add(`${place}: there can be at most ${maxContacts} contacts.`);
  const last = lastInteraction(draft, properties);
  const subscribed = properties.get('subscribed', moment, Math.min(now - 90 * day, last ?? now));
  const contact = blankContact(id, subscribed);
  contact.lastInteraction = last;
  contact.firstName = properties.get('first_name', text, '');
  contact.lastName = properties.get('last_name', text, '');
  contact.gender = properties.get('gender', text, '');
  contact.locale = properties.get('locale', text, contact.locale);
  contact.language = properties.get('language', text, contact.language);
  contact.timezone = properties.get('timezone', text, contact.timezone);
  contact.lastInputText = properties.get('last_input_text', text, '');
  contact.phone = properties.get('phone', text, '');
  contact.optinPhone = properties.get('optin_phone', booleanValue, false);
  contact.email = properties.get('email', text, '');
  contact.optinEmail = properties.get('optin_email', booleanValue, false);
  contact.active = !properties.get('opted_out', booleanValue, false);
  contact.igUsername = properties.get('ig_username', text, '');
  contact.igId = properties.get('ig_id', instagramId, null);
  contact.whatsappPhone = properties.get('whatsapp_phone', text, '');
  contact.whatsappBsuid = properties.get('whatsapp_bsuid', (at, each) => (each === null ? null : text(at, each)), null);
  contact.channels = channelsOf(draft, properties, contact);
  properties.each('tags', (at, tag) => {
    const found = problems.during(() => named(at, account.tags, tag, { kind: 'tag' }), undefined);
    if (found !== undefined) contact.tags.add(found.id);
  });
  setFields(draft, properties, contact);
  properties.entries('otn_tokens', (at, topic, count) => {
    const found = problems.during(() => named(at, account.otnTopics, topic, { kind: 'topic' }), undefined);
    const tokens = problems.during(() => integerWithin(at, count, [0, 1_000]), 0);
    if (found !== undefined) contact.otnTokens.set(found.id, tokens);
  });
  setUserRefs(draft, properties, contact);
  account.contacts.set(id, contact);
  return () => exportContact(account, contact);
};
