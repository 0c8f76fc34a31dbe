import { createHash } from 'node:crypto';
import type { Reader } from '../../text/operator.js';

/** How an account reaches ManyChat: through Maton, directly, or not at all until a key is configured. */
export type Access =
  | { readonly mode: 'maton'; readonly key: string }
  | {
      readonly mode: 'direct';
      readonly key: string;
      /** The id of the page that the key leads to; absent where it is not certain, as for keys that callers bring. */
      readonly page?: string | undefined;
    }
  | { readonly mode: 'none'; readonly reason: string };

/** Base addresses of the three APIs. */
interface Addresses {
  /** Maton's gateway to ManyChat. */
  readonly gateway: URL;
  /** Maton's connections API. */
  readonly control: URL;
  /** ManyChat's own API. */
  readonly manychat: URL;
}

/** What an account may do, and what a person confirms first. */
export interface Policy {
  /** Names of the tools that were chosen; whether each is offered depends on the rest of the settings as well. */
  readonly chosen: ReadonlySet<string>;
  /** Names of the tools that were excluded. No other tool may do their job instead. */
  readonly excluded: ReadonlySet<string>;
  /** Names of the tools that the caller may use. As with `excluded`, no other tool may do the job of others. Absent: all. */
  readonly granted?: ReadonlySet<string> | undefined;
  /** Nothing that changes or sends is offered or carried out. */
  readonly readOnly: boolean;
  /** A call that would change or send something returns its requests instead, and makes none. */
  readonly dryRun: boolean;
  /** What the user is asked to confirm first, if the client can ask; `sends` includes `destroy`. */
  readonly confirm: 'nothing' | 'destroy' | 'sends';
  /** Whether a call that the user has to confirm is refused or made if the client cannot ask. */
  readonly unconfirmed: 'refuse' | 'allow';
}

/** How the messages of an account's contacts are answered, where it hears them. */
export interface InboundSettings {
  /** What goes out without a person: `ack` answers later, `reply` in the response if there is time, `draft` nothing. */
  readonly mode: 'ack' | 'reply' | 'draft';
  /** The header that carries the secret. */
  readonly header: string;
  /** A text waits so long for the next of a burst, in milliseconds. */
  readonly pauseMs: number;
  /** A contact with more answers of machines within that time is left to people. */
  readonly loop: { readonly answers: number; readonly withinMs: number };
  /** For answers past 24 hours on WhatsApp: this field gets the text, then the flow with the template starts. */
  readonly whatsapp?: { readonly field: string; readonly flow: string } | undefined;
}

/** Everything one account (tenant) is opened with. */
export interface AccountSettings {
  /** Its name in the accounts file; absent if its key comes from the environment. */
  readonly name?: string | undefined;
  readonly access: Access;
  /** The key was brought by a caller, who may have made it up. */
  readonly keyFromCaller?: boolean | undefined;
  /** A hash of the credential. It scopes every limit, guard key, cache and log line of the account. */
  readonly identity: string;
  /** The connection every call uses, by id or by the name of its page; absent: chosen per call. */
  readonly connection?: string | undefined;
  /** The connections that may be used, by id or by the name of their page; absent: all. */
  readonly permitted?: readonly string[] | undefined;
  /** The custom field with the contacts' WhatsApp numbers, by name or id; absent: it is looked for. */
  readonly whatsappField?: string | undefined;
  readonly addresses: Addresses;
  readonly policy: Policy;
  /** Absent: it hears no messages. */
  readonly inbound?: InboundSettings | undefined;
  /** Who reads its failures; the person who runs the server by default. */
  readonly reader?: Reader | undefined;
  /** The longest a call may take, in milliseconds. */
  readonly deadlineMs: number;
}

/** The access by a ManyChat key that the operator has set: it begins with the id of its page. */
export const directAccess = (key: string): Access => ({ mode: 'direct', key, page: /^(\d+):/.exec(key)?.[1] });

/** The identity of the account that a credential belongs to. */
export const identityOf = (access: Access): string =>
  createHash('sha256')
    .update(access.mode === 'none' ? 'none' : `${access.mode} ${access.key}`)
    .digest('hex');
