import type { Random } from '../world/random.js';

/** The messaging channels a contact can be reached on. */
export type Channel = 'messenger' | 'instagram' | 'whatsapp' | 'telegram';

/** The five types of custom and bot fields. */
export const fieldTypes = ['text', 'number', 'date', 'datetime', 'boolean'] as const;
/** One of the five field types. */
export type FieldType = (typeof fieldTypes)[number];

/** What a field can hold; null means nothing was set. */
export type FieldValue = string | number | bigint | boolean | null;

/** A label for contacts. */
export interface Tag {
  id: number;
  name: string;
}

/** A field every contact has a value of its own for. */
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

/** An automation with the texts it sends; `template` marks a WhatsApp template, the only kind that may open a conversation. */
export interface Flow {
  ns: string;
  name: string;
  folder_id: number;
  channel: Channel;
  template: boolean;
  texts: readonly string[];
}

/** A folder of flows; `parent_id` 0 is the top. */
export interface Folder {
  id: number;
  name: string;
  parent_id: number;
}

/** A way in which contacts are won, such as a pop-up. */
export interface GrowthTool {
  id: number;
  name: string;
  type: string;
}

/** A topic contacts can ask one notification about. */
export interface OtnTopic {
  id: number;
  name: string;
  description: string;
}

/** One person of an account. Moments are milliseconds since 1970; an absent text is ''. */
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
  /** null for a contact that never wrote. */
  lastInteraction: number | null;
  /** false once the contact opted out. */
  active: boolean;
  igUsername: string;
  /** Bare JSON integer on the wire, beyond 2^53 in life. */
  igId: bigint | null;
  whatsappPhone: string;
  whatsappBsuid: string | null;
  userRefs: { user_ref: string; opted_in: string }[];
  tags: Set<number>;
  /** `change` grows with each write, so that the newest change can be listed first. */
  fields: Map<number, { value: FieldValue; change: number }>;
  /** One-time-notification tokens left, by topic id. */
  otnTokens: Map<number, number>;
}

/** The page as getInfo shows it. */
export interface PageInfo {
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

/** What ManyChat support has switched on for a page: which contact data may be imported. */
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
  /** Registered user_refs; null means not linked to a contact yet. */
  userRefs: Map<string, string | null>;
  random: Random;
  /** The highest id given to a tag or field. */
  lastId: number;
  /** The number of field writes so far. */
  changes: number;
}

/** An id for a new tag or field: never one that was in use before. */
export function newId(account: Account): number {
  account.lastId += 1;
  return account.lastId;
}

/** The full name, as findByName compares it. */
export function fullName(contact: Contact): string {
  return `${contact.firstName} ${contact.lastName}`.trim();
}

/** Stores a field value of a contact; null clears it. */
export function writeField(account: Account, contact: Contact, fieldId: number, value: FieldValue): void {
  account.changes += 1;
  if (value === null) contact.fields.delete(fieldId);
  else contact.fields.set(fieldId, { value, change: account.changes });
}
