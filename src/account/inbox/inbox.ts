import type { Result } from '../../../tools/contract/json.js';

/** The channels on which contacts write. */
export const heardChannels = ['messenger', 'instagram', 'whatsapp', 'telegram'] as const;

type HeardChannel = (typeof heardChannels)[number];

/** Events that rules of ManyChat report. */
export const eventTypes = ['tag_applied', 'tag_removed', 'field_changed', 'new_contact', 'other'] as const;

/** What a contact wrote or clicked, or what happened to it. */
export type Said =
  /** `payload`: what a button or quick reply carries, or a text that a callback waited for. */
  | { readonly kind: 'text'; readonly text: string; readonly payload?: Result | undefined }
  /** `name`: of the tag or field. `value`: the new value of the field. */
  | {
      readonly kind: 'event';
      readonly type: (typeof eventTypes)[number];
      readonly name?: string | undefined;
      readonly value?: string | undefined;
    };

/** A call of ManyChat, as it was read. Texts are the contact's: cleaned and bounded, never instructions. */
export interface Arrival {
  /** The id of the contact, in digits. */
  readonly contact: string;
  readonly contactName?: string | undefined;
  readonly chatLink?: string | undefined;
  readonly channel?: HeardChannel | undefined;
  /** As ManyChat writes it. Tells messages apart, and orders those of a burst. */
  readonly lastInteraction?: string | undefined;
  readonly said: Said;
}

/** What goes out without a person: `ack` answers later, `reply` in the response if there is time, `draft` nothing. */
type AnswerMode = 'ack' | 'reply' | 'draft';

/** The request that waits for the answer to a message. */
export interface Holder {
  /** Random, so that no other request has it. */
  readonly id: string;
  /** How long it waits from now on, in milliseconds. */
  readonly forMs: number;
  /** Whether the response can hold a text alone, content, or also content with callbacks that are to be filled in. */
  readonly takes: 'text' | 'content' | 'callbacks';
}

/** How an arrival is received. */
export interface ReceiveRules {
  readonly mode: AnswerMode;
  /** A text waits so long for the next of a burst, in milliseconds. */
  readonly pauseMs: number;
  /** Absent: the request does not wait. */
  readonly holder?: Holder | undefined;
  /** A contact with more answers of machines within that time is left to people. */
  readonly loop: { readonly answers: number; readonly withinMs: number };
}

/**
 * What became of an arrival. `joined`: it is a part of a message of the same burst, whose earlier requests end empty.
 * `people`: nobody is handed the message, since the contact was answered too often.
 */
export interface Received {
  readonly state: 'new' | 'joined' | 'duplicate' | 'people' | 'full';
  /** The message; empty if the inbox is full and it was not kept. */
  readonly message: string;
}

/** An answer, as it was given: a text, or content with its version. */
export type AnswerContent = { readonly text: string } | { readonly data: Result };

/**
 * How the answer to a message stands. `held`: a request can still write it. `inline`: claimed for that request. `writing`: it
 * is being written. `late`: being sent. `unknown`: it may have arrived, so it is never sent again. `people`: left to people.
 */
export const answerStates = [
  'open',
  'held',
  'inline',
  'writing',
  'written',
  'draft',
  'late',
  'sent',
  'unknown',
  'people',
] as const;

export type AnswerState = (typeof answerStates)[number];

/** A message, as it is listed. Times are milliseconds since 1970. */
export interface HeardMessage extends Omit<Arrival, 'said'> {
  readonly id: string;
  readonly at: number;
  readonly said: Said;
  /** How many texts of a burst it joins. */
  readonly parts: number;
  readonly state: AnswerState;
  /** The answer that was given, or is being given. */
  readonly answer?: AnswerContent | undefined;
  readonly answeredAt?: number | undefined;
  /** It was handed out before, and that reader did not finish it. */
  readonly redelivered: boolean;
  /** A reader has finished it. */
  readonly done: boolean;
}

/** Something that was sent to a contact by another tool. */
export interface SentMessage {
  readonly id: string;
  readonly at: number;
  readonly contact: string;
  /** A short description of what was sent: its text, or the name of the flow. */
  readonly sent: string;
}

/** Who takes messages: a hash of the principal and the consumer. Each message is handed to one reader at a time. */
export type InboxReader = string;

/** What a reader asks for. */
export interface Take {
  readonly reader: InboxReader;
  readonly limit: number;
  /** Messages that the reader has finished. */
  readonly done: readonly string[];
  /** How long to wait for the first message, in milliseconds. */
  readonly waitMs: number;
  /** A contact's next message is handed out when the one before is done. */
  readonly onePerContact?: boolean | undefined;
}

/** What a claim to answer a message came to. */
export type Answering =
  /** The waiting request has written it. */
  | { readonly state: 'written' }
  /** It may have been written. */
  | { readonly state: 'unknown' }
  /** A person approves it first. */
  | { readonly state: 'draft' }
  /** It is claimed for sending. */
  | { readonly state: 'late'; readonly message: HeardMessage; readonly settle: (outcome: LateOutcome) => Promise<void> }
  /** It must not be answered: it was answered, is being answered, is left to people, or is none that is kept. */
  | { readonly state: 'refused'; readonly why: AnswerState | 'lost'; readonly message?: HeardMessage };

/** What a late answer came to. `not sent`: certainly nothing left, so it can be answered again. */
export type LateOutcome = 'sent' | 'unknown' | 'not sent';

/** A part of the history, the newest first. `next`: where the following part begins. */
export interface History {
  readonly entries: readonly (HeardMessage | SentMessage)[];
  readonly next?: string | undefined;
}

/** The messages of one account. Everything rejects with `StoreAway` while its store cannot be used. */
export interface AccountInbox {
  /** Keeps an arrival. Once this resolves, it is not lost. */
  receive(arrival: Arrival, rules: ReceiveRules): Promise<Received>;
  /**
   * Waits, for the request that holds a message, until it may write an answer: from then on it is `writing`. Undefined: the
   * request ends empty, since its time is over, a newer request has taken its place or the signal has aborted.
   */
  heldAnswer(message: string, holder: Pick<Holder, 'id'>, signal: AbortSignal): Promise<AnswerContent | undefined>;
  /** Says whether the response with the answer was written. If not, or if nothing is said, it is `unknown`. */
  confirm(message: string, holder: Pick<Holder, 'id'>, written: boolean): Promise<void>;
  /**
   * Hands out messages, the oldest first, for 120 seconds: then those that are not done are handed out again. Nothing is
   * handed out once the signal has aborted; the result is empty then.
   */
  take(take: Take, signal: AbortSignal): Promise<readonly HeardMessage[]>;
  /** Gives messages back that did not reach their reader. */
  giveBack(reader: InboxReader, messages: readonly string[]): Promise<void>;
  /** Lists the history: of a contact, or of all; since a time; from `before` (a `next`) on. */
  list(filter: {
    readonly contact?: string | undefined;
    readonly since?: number | undefined;
    readonly before?: string | undefined;
    readonly limit: number;
  }): Promise<History>;
  /**
   * Claims a message for an answer: for the request that waits, if that has enough time left and can take it, or for
   * sending. Waits until the request has written it. Messages that are answered are done.
   * @param approved a person has approved it.
   */
  answer(message: string, content: AnswerContent, approved: boolean, signal: AbortSignal): Promise<Answering>;
  /** Answers that wait for approval, the oldest first. */
  drafts(): Promise<readonly HeardMessage[]>;
  /** Drops a draft: the message can be answered again. */
  reject(message: string): Promise<boolean>;
  /** Adds what another tool sent to the history. */
  noteSent(contact: string, sent: string): Promise<void>;
  /** Erases every trace of a contact. @returns how many messages there were. */
  forget(contact: string): Promise<number>;
  /** Calls back soon after something was received; not about what readers do. @returns the function that ends this. */
  watch(changed: () => void): () => void;
}

/** Keeps messages of accounts for seven days. It may be shared by processes. */
export interface Inbox {
  /** @param scope a hash of the account: see `inboxScope`. */
  of(scope: string): AccountInbox;
  /** Ends every wait, and releases the store. */
  close(): Promise<void>;
}
