import type { Random } from '../world/random.js';

/** The channels on which contacts can be. */
export const channels = ['messenger', 'instagram', 'whatsapp', 'telegram'] as const;
export type Channel = (typeof channels)[number];

/** The types of custom and bot fields. */
export const fieldTypes = ['text', 'number', 'date', 'datetime', 'boolean'] as const;
export type FieldType = (typeof fieldTypes)[number];

/** The value of a field; null if not set. */
export type FieldValue = string | number | bigint | boolean | null;

/** A tag of the page; contacts hold tag ids. */
export interface Tag {
  id: number;
  name: string;
}

/** A field with one value per contact. */
export interface CustomField {
  id: number;
  name: string;
  type: FieldType;
  description: string;
}

/** A field with one value for the whole page. */
export interface BotField extends CustomField {
  value: FieldValue;
}

/** An automation with the texts it sends. `template`: a WhatsApp template, which may also be sent outside the 24-hour window. */
export interface Flow {
  ns: string;
  name: string;
  folder_id: number;
  channel: Channel;
  template: boolean;
  texts: readonly string[];
}

/** A folder of flows; `parent_id` 0 is the top level. */
interface Folder {
  id: number;
  name: string;
  parent_id: number;
}

/** A growth tool, such as a pop-up that wins contacts. */
interface GrowthTool {
  id: number;
  name: string;
  type: string;
}

/** A topic for which contacts can request a one-time notification. */
interface OtnTopic {
  id: number;
  name: string;
  description: string;
}

/** A contact. Times are milliseconds since 1970; an absent text is ''. */
export interface Contact {
  id: string;
  channels: Channel[];
  firstName: string;
  lastName: string;
  gender: string;
  locale: string;
  language: string;
  timezone: string;
  lastInputText: string;
  phone: string;
  optinPhone: boolean;
  email: string;
  optinEmail: boolean;
  subscribed: number;
  /** null if the contact never wrote. */
  lastInteraction: number | null;
  /** false once the contact opted out. */
  active: boolean;
  igUsername: string;
  /** A bare JSON integer on the wire; real ids exceed 2^53. */
  igId: bigint | null;
  whatsappPhone: string;
  whatsappBsuid: string | null;
  userRefs: { user_ref: string; opted_in: string }[];
  tags: Set<number>;
  /** `change` is the sequence number of the write, used to list the newest change first. */
  fields: Map<number, { value: FieldValue; change: number }>;
  /** Remaining one-time-notification tokens by topic id. */
  otnTokens: Map<number, number>;
}

/** The page in the JSON shape of getInfo. */
interface PageInfo {
  id: number;
  name: string;
  category: string;
  avatar_link: string;
  username: string;
  about: string;
  description: string;
  is_pro: boolean;
  timezone: string;
}

/** Which contact data may be imported; ManyChat support enables this per page. */
export interface ImportPermissions {
  phone: boolean;
  email: boolean;
  wa_id: boolean;
}

/** What an account can call out on: flows run on messages and as flows, Rules on the rest. */
export const hookEvents = ['message', 'flow', 'tag_applied', 'tag_removed', 'field_changed', 'new_contact'] as const;

/** A URL that the account calls: an External Request, whose answer is mapped, or a dynamic block, whose answer is sent. */
export interface Hook {
  name: string;
  kind: 'request' | 'block';
  on: (typeof hookEvents)[number];
  /** The namespace of the flow, or the name of the tag or field that it is about; '' for messages and new contacts. */
  about: string;
  /** Messages on this channel only; null for all. */
  channel: Channel | null;
  url: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  headers: Readonly<Record<string, string>>;
  /** With `{{names}}` of the field picker; null for no body. */
  body: string | null;
  /** JSONPath into the answer by the name of a custom field. */
  mapping: Readonly<Record<string, string>>;
  /** Namespaces of the flows that go on after the call; null for none. */
  success: string | null;
  fallback: string | null;
}

/** An `external_message_callback` in content. */
export interface MessageCallback {
  url: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  payload: unknown;
  /** How long it waits for the contact's next text. */
  seconds: number;
}

/** What flows and Rules of an account can start with, and a callback that waits for a contact. */
export type AccountEvent = { contact: Contact } & (
  | { kind: 'tag_applied' | 'tag_removed'; tag: string }
  | { kind: 'field_changed'; field: string }
  | { kind: 'new_contact' }
  | { kind: 'flow_started'; flow: Flow }
  | { kind: 'callback_armed'; channel: Channel; callback: MessageCallback }
);

/** One ManyChat account: a page and everything behind its key. */
export interface Account {
  key: string;
  page: PageInfo;
  permissions: ImportPermissions;
  tags: Tag[];
  customFields: CustomField[];
  botFields: BotField[];
  flows: Flow[];
  folders: Folder[];
  growthTools: GrowthTool[];
  otnTopics: OtnTopic[];
  /** What the account's flows and Rules call. */
  hooks: Hook[];
  contacts: Map<string, Contact>;
  /** Contact id by registered user_ref; null if not linked to a contact yet. */
  userRefs: Map<string, string | null>;
  random: Random;
  /** The highest id of a tag or field so far. */
  lastId: number;
  /** The number of field writes so far. */
  changes: number;
  /** Reports what flows and Rules can start with. */
  emit(event: AccountEvent): void;
}

/** An id for a new tag or field; ids are never reused. */
export function newId(account: Account): number {
  account.lastId += 1;
  return account.lastId;
}

/** An id for a new contact, in ManyChat's own format. */
export function newContactId({ contacts, random }: Pick<Account, 'contacts' | 'random'>): string {
  const id = random.digits(10);
  return contacts.has(id) ? newContactId({ contacts, random }) : id;
}

/** The full name, which findByName searches. */
export function fullName(contact: Contact): string {
  return `${contact.firstName} ${contact.lastName}`.trim();
}

/** Sets a custom field of a contact; null clears it. No Rule learns of it. */
export function storeField(account: Account, contact: Contact, fieldId: number, value: FieldValue): void {
  account.changes += 1;
  if (value === null) contact.fields.delete(fieldId);
  else contact.fields.set(fieldId, { value, change: account.changes });
}

/** Sets a custom field of a contact as `storeField` does. Assumption: Rules start only if the value has changed. */
export function writeField(account: Account, contact: Contact, fieldId: number, value: FieldValue): void {
  const before = contact.fields.get(fieldId)?.value ?? null;
  storeField(account, contact, fieldId, value);
  const field = account.customFields.find(({ id }) => id === fieldId);
  if (field !== undefined && before !== value) account.emit({ kind: 'field_changed', contact, field: field.name });
}

/** Gives a contact a tag of the page. Assumption: Rules start only if it is new to the contact; so with `removeTag`. */
export function applyTag(account: Account, contact: Contact, { id, name }: Tag): void {
  if (contact.tags.has(id)) return;
  contact.tags.add(id);
  account.emit({ kind: 'tag_applied', contact, tag: name });
}

export function removeTag(account: Account, contact: Contact, { id, name }: Tag): void {
  if (contact.tags.delete(id)) account.emit({ kind: 'tag_removed', contact, tag: name });
}
