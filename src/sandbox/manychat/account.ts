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
  contacts: Map<string, Contact>;
  /** Contact id by registered user_ref; null if not linked to a contact yet. */
  userRefs: Map<string, string | null>;
  random: Random;
  /** The highest id of a tag or field so far. */
  lastId: number;
  /** The number of field writes so far. */
  changes: number;
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

/** Sets a custom field of a contact; null clears it. */
export function writeField(account: Account, contact: Contact, fieldId: number, value: FieldValue): void {
  account.changes += 1;
  if (value === null) contact.fields.delete(fieldId);
  else contact.fields.set(fieldId, { value, change: account.changes });
}
