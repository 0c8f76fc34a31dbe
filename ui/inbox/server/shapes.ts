/** A channel by the name that the sandbox gives it. */
export type Channel = 'messenger' | 'instagram' | 'whatsapp' | 'telegram';

export const channels: readonly Channel[] = ['messenger', 'instagram', 'whatsapp', 'telegram'];

/** The 24-hour window of a contact; times are ISO 8601. */
export interface Window {
  readonly state: 'open' | 'closed' | 'never';
  readonly until?: string;
  readonly since?: string;
}

export interface ContactSummary {
  readonly id: string;
  readonly name: string;
  readonly channels: readonly Channel[];
  /** false if the contact opted out. */
  readonly active: boolean;
  readonly window: Window;
  readonly tags: readonly string[];
  readonly last?: {
    readonly time: string;
    readonly from: 'contact' | 'page';
    readonly channel: Channel;
    /** The beginning of its text, or what it is instead. */
    readonly text: string;
    /** false if the page could not send it. */
    readonly delivered?: false;
  };
  readonly turns: number;
}

/** `GET /sandbox/inbox`. */
export interface InboxPage {
  readonly now: string;
  readonly page: { readonly id: string; readonly name: string };
  readonly total: number;
  readonly contacts: readonly ContactSummary[];
}

interface ContactField {
  readonly name: string;
  readonly type: string;
  readonly value: unknown;
}

export interface Contact extends ContactSummary {
  readonly email: string;
  readonly phone: string;
  readonly ig_username: string;
  readonly whatsapp_phone: string;
  readonly fields: readonly ContactField[];
  readonly subscribed: string;
  readonly last_interaction: string | null;
}

/** `GET /sandbox/contacts/{id}`. */
export interface ContactPage {
  readonly now: string;
  readonly contact: Contact;
}

interface AnyTurn {
  readonly seq: number;
  readonly time: string;
  readonly channel: Channel;
}

/** What a contact wrote or clicked; one of the last four is there. */
export interface ContactTurn extends AnyTurn {
  readonly from: 'contact';
  readonly text?: string;
  readonly image?: string;
  readonly audio?: string;
  readonly clicked?: string;
}

/** A delivery of the page. */
export interface PageTurn extends AnyTurn {
  readonly from: 'page';
  readonly id: number;
  readonly source: string;
  readonly call?: number;
  readonly flow_ns?: string;
  readonly otn_topic_name?: string;
  readonly messages: readonly unknown[];
  readonly quick_replies: readonly unknown[];
  readonly cut_from_characters?: number;
  readonly delivered: boolean;
  readonly reason?: string;
}

export type Turn = ContactTurn | PageTurn;

/** `GET /sandbox/contacts/{id}/conversation?limit=…`. */
export interface ConversationPage {
  readonly conversation: readonly Turn[];
  /** How many older ones there are. */
  readonly more: number;
}

export interface RequestRecord {
  readonly id: number;
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number | null;
  readonly performed: boolean;
  readonly fault?: string;
  readonly body?: unknown;
  readonly cut_from_bytes?: number;
  readonly meaning: string;
  /** The page that it was for. */
  readonly page_id?: string;
  readonly subscriber_id?: string;
  readonly error?: string;
}

/** `GET /sandbox/requests?limit=…`; newest last. */
export interface RequestsPage {
  readonly requests: readonly RequestRecord[];
  readonly more: number;
}

export interface Call {
  readonly id: number;
  readonly time: string;
  readonly page_id: string;
  readonly subscriber_id: string;
  readonly hook: string | null;
  readonly trigger: string;
  readonly kind: 'request' | 'block';
  readonly repeats?: number;
  readonly fault?: string;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly state: 'waiting' | 'under way' | 'ended';
  readonly status: number | null;
  readonly response?: unknown;
  readonly branch: 'success' | 'fallback' | null;
  readonly reason?: string;
  readonly mapped: readonly { readonly field: string; readonly value: unknown }[];
  readonly deliveries: readonly number[];
  readonly problems: readonly string[];
}

/** `GET /sandbox/calls?limit=…`; newest last. */
export interface CallsPage {
  readonly calls: readonly Call[];
  readonly more: number;
}

/** A fault as it is ordered. */
export type Fault = Readonly<Record<string, unknown>> & {
  readonly match?: { readonly method?: string; readonly path?: string };
  readonly after?: number;
  readonly times?: number;
};

export interface FaultState {
  readonly fault: Fault;
  readonly passed: number;
  readonly struck: number;
}

/** `GET /sandbox/faults`. */
export interface FaultsPage {
  readonly faults: readonly FaultState[];
}

interface Connection {
  readonly connection_id: string;
  readonly status: string;
  readonly url: string;
}

/** `GET /sandbox`. */
export interface Overview {
  readonly now: string;
  readonly manychat_keys: readonly { readonly page: string; readonly contacts: number }[];
  readonly connections: readonly Connection[];
  readonly manychat_routes: readonly { readonly path: string; readonly method: string }[];
}

export interface Flow {
  readonly ns: string;
  readonly name: string;
  readonly channel: Channel;
  readonly template: boolean;
  readonly texts: readonly string[];
}

export interface Hook {
  readonly name: string;
  readonly kind: string;
  readonly on: string;
  readonly flow?: string;
  readonly tag?: string;
  readonly field?: string;
  readonly channel?: Channel | null;
  readonly url: string;
  readonly method: string;
  readonly success: string | null;
  readonly fallback: string | null;
}

interface AccountField {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly bot?: boolean;
  readonly value?: unknown;
}

/** A page in `GET /sandbox/account`. */
export interface Account {
  readonly tags: readonly { readonly id: number; readonly name: string }[];
  readonly fields: readonly AccountField[];
  readonly flows: readonly Flow[];
  readonly hooks: readonly Hook[];
}

/** `GET /sandbox/account`: the first page, with the second in it. */
export interface AccountFile extends Account {
  readonly second_page: Account;
}
