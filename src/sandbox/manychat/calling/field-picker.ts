import { isRecord, stringifyJson } from '../../http/json.js';
import { w3cTime } from '../../world/clock.js';
import { type Account, type Contact, fullName } from '../account.js';
import { serializeContact } from '../contact.js';

type Read = (contact: Contact, account: Account) => string;

/** The names of the field picker with underscores; ManyChat shows most with spaces. */
const systemFields: Readonly<Record<string, Read>> = {
  contact_id: ({ id }) => id,
  user_id: ({ id }) => id,
  subscriber_id: ({ id }) => id,
  first_name: ({ firstName }) => firstName,
  last_name: ({ lastName }) => lastName,
  full_name: fullName,
  name: fullName,
  email: ({ email }) => email,
  phone: ({ phone }) => phone,
  whatsapp_phone: ({ whatsappPhone }) => whatsappPhone,
  instagram_username: ({ igUsername }) => igUsername,
  ig_username: ({ igUsername }) => igUsername,
  gender: ({ gender }) => gender,
  locale: ({ locale }) => locale,
  language: ({ language }) => language,
  timezone: ({ timezone }) => timezone,
  last_text_input: ({ lastInputText }) => lastInputText,
  last_input_text: ({ lastInputText }) => lastInputText,
  last_interaction: ({ lastInteraction }) => (lastInteraction === null ? '' : w3cTime(lastInteraction)),
  subscribed: ({ subscribed }) => w3cTime(subscribed),
  live_chat_url: (contact, account) => String(serializeContact(account, contact).live_chat_url),
  page_id: (_, { page }) => String(page.id),
  page_name: (_, { page }) => page.name,
};

const fullContactData = 'full_contact_data';

/** The names that a page's own fields join; for messages. */
export const pickerNames: readonly string[] = [...Object.keys(systemFields), fullContactData];

/** A value of the field picker as text: of a custom field, else of the contact, else of a bot field; undefined if there is none. */
export function pickedValue(account: Account, contact: Contact, name: string): string | undefined {
  const wanted = name.trim().toLowerCase();
  const isNamed = (field: { name: string }): boolean => field.name.toLowerCase() === wanted;
  const field = account.customFields.find(isNamed);
  if (field !== undefined) return String(contact.fields.get(field.id)?.value ?? '');
  const key = wanted.replaceAll(' ', '_');
  if (Object.hasOwn(systemFields, key)) return systemFields[key]?.(contact, account);
  const botField = account.botFields.find(isNamed);
  return botField === undefined ? undefined : String(botField.value ?? '');
}

// "Full Contact Data" is an object, so the quotes around it go; all other values are texts within JSON.
const placeholders = /"\{\{\s*full[ _]contact[ _]data\s*\}\}"|\{\{([^{}]+)\}\}/gi;

const isFullContactData = (name: string | undefined): boolean =>
  name === undefined || name.trim().toLowerCase().replaceAll(' ', '_') === fullContactData;

/** The body of a call: JSON in which names in double braces are replaced; those that are not known stay as they are. */
export function renderBody(account: Account, contact: Contact, body: string): string {
  return body.replace(placeholders, (text, name: string | undefined) => {
    if (name === undefined || isFullContactData(name)) return stringifyJson(fullData(account, contact));
    const value = pickedValue(account, contact, name);
    return value === undefined ? text : JSON.stringify(value).slice(1, -1);
  });
}

/** The names in a body that are not known. */
export function unknownNames(account: Account, contact: Contact, body: string): string[] {
  const names = [...body.matchAll(placeholders)].map(([, name]) => name);
  return names.flatMap((name) =>
    name === undefined || isFullContactData(name) || pickedValue(account, contact, name) !== undefined ? [] : [name],
  );
}

/** "Full Contact Data". The keys that ManyChat names are these; that the rest are those of the API is an assumption. */
function fullData(account: Account, contact: Contact): Record<string, unknown> {
  const { tags: _, custom_fields: fields, ...rest } = serializeContact(account, contact);
  const values = (Array.isArray(fields) ? fields : []).flatMap((field: unknown) =>
    isRecord(field) ? [[String(field.name), field.value]] : [],
  );
  return {
    ...rest,
    key: `user:${contact.id}`,
    status: contact.active ? 'active' : 'inactive',
    custom_fields: Object.fromEntries(values),
  };
}
