import type { Channel, FieldType, FieldValue } from '../manychat/account.js';

// The form of an account as JSON: what a file holds, what the control API takes, and what an export returns. A property
// that is left out has the default; an export has all of them.

interface PreparedTag {
  /** Default: the next free one. */
  id?: number;
  name: string;
}

export interface PreparedField {
  id?: number;
  name: string;
  type: FieldType;
  description?: string;
  /** A bot field, which has one value for the page; default false: a custom field. */
  bot?: boolean;
  /** Of a bot field only; default null. */
  value?: FieldValue;
}

interface PreparedFolder {
  id?: number;
  name: string;
  /** Id or name of an earlier folder; default 0, the top level. */
  parent?: number | string;
}

export interface PreparedFlow {
  /** Default: made from the time, with a number. */
  ns?: string;
  name: string;
  /** Id or name; default 0, no folder. */
  folder?: number | string;
  /** Default messenger. */
  channel?: Channel;
  /** Whether it begins with a WhatsApp template, which may be sent outside the 24-hour window; default false. */
  template?: boolean;
  /** Its messages, with placeholders such as `{{first_name}}`; default none. */
  texts?: readonly string[];
}

interface PreparedTopic {
  id?: number;
  name: string;
  description?: string;
}

interface PreparedGrowthTool {
  id?: number;
  name: string;
  type: string;
}

export interface PreparedHook {
  name: string;
  /** An External Request, whose answer is mapped into fields, or a dynamic block, whose answer is sent; default request. */
  kind?: 'request' | 'block';
  /** When it is called; default message: a contact writes, and no callback waits for it. */
  on?: 'message' | 'flow' | 'tag_applied' | 'tag_removed' | 'field_changed' | 'new_contact';
  /** With `on` flow: ns or name. */
  flow?: string;
  /** With `on` tag_applied or tag_removed: name. */
  tag?: string;
  /** With `on` field_changed: name of the custom field. */
  field?: string;
  /** With `on` message: only on this channel; default null, all of them. */
  channel?: Channel | null;
  /** On this machine, or https with a tunnel to it. */
  url: string;
  /** Default POST. */
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  headers?: Readonly<Record<string, string>>;
  /** A text or JSON, with names of the field picker in double braces; default `{{Full Contact Data}}`. */
  body?: unknown;
  /** JSONPath by the name of the custom field; of a request only. */
  mapping?: Readonly<Record<string, string>>;
  /** Ns or name of the flow that starts after status 200, and of that after everything else; default null, none. */
  success?: string | null;
  fallback?: string | null;
}

export interface PreparedContact {
  /** Digits; default: ten of them. */
  id?: string;
  /** Default: those that the addresses below show, or Messenger if they show none. */
  channels?: readonly Channel[];
  first_name?: string;
  last_name?: string;
  gender?: string;
  locale?: string;
  language?: string;
  timezone?: string;
  last_input_text?: string;
  phone?: string;
  optin_phone?: boolean;
  email?: string;
  optin_email?: boolean;
  /** ISO 8601; default 90 days ago, or the last interaction if that was earlier. */
  subscribed?: string;
  /** ISO 8601; null, the default, if the contact never wrote. */
  last_interaction?: string | null;
  /** In the place of `last_interaction`. */
  last_interaction_minutes_ago?: number;
  opted_out?: boolean;
  ig_username?: string;
  ig_id?: string | null;
  whatsapp_phone?: string;
  whatsapp_bsuid?: string | null;
  user_refs?: readonly (string | { user_ref: string; opted_in?: string })[];
  /** Names of tags. */
  tags?: readonly string[];
  /** Values of custom fields by name. */
  fields?: Readonly<Record<string, FieldValue>>;
  /** When the fields were set: a higher number is later. Default: in the order of the file. */
  fields_changed?: Readonly<Record<string, number>>;
  /** Numbers of one-time-notification tokens by topic. */
  otn_tokens?: Readonly<Record<string, number>>;
}

export interface PreparedPage {
  page?: {
    id?: number | string;
    name?: string;
    category?: string;
    avatar_link?: string;
    username?: string;
    about?: string;
    description?: string;
    is_pro?: boolean;
    timezone?: string;
  };
  /** Which contact data may be imported; default all. */
  permissions?: { phone?: boolean; email?: boolean; wa_id?: boolean };
  tags?: readonly PreparedTag[];
  fields?: readonly PreparedField[];
  folders?: readonly PreparedFolder[];
  flows?: readonly PreparedFlow[];
  topics?: readonly PreparedTopic[];
  growth_tools?: readonly PreparedGrowthTool[];
  hooks?: readonly PreparedHook[];
  contacts?: readonly PreparedContact[];
  /** The user_refs that are registered and not linked to a contact. */
  user_refs?: readonly string[];
  /** The highest id that a tag or field ever had; default: that of those above. */
  last_id?: number;
}

/** A whole account at Maton, with its first page. What is left out is empty. */
export interface SandboxAccount extends PreparedPage {
  /** ISO 8601 with an offset; the clock starts and stands there. Default: the real time, which runs. */
  now?: string;
  /** Origins on this machine by the public https origins that lead to them. */
  tunnels?: Readonly<Record<string, string>>;
  /** Default: the page of the sandbox's own account. */
  second_page?: PreparedPage;
  /** The connection of the second page; default ACTIVE if that page is given, else NONE. */
  second_connection?: 'ACTIVE' | 'PENDING' | 'NONE';
}
