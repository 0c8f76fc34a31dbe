import type { Result } from './json.js';

/** An answer to a message: a text, or content with its version. */
export type Answer = { readonly text: string } | { readonly data: Result };

/** What a contact wrote or clicked, or what happened to it. */
export type Heard =
  | { readonly kind: 'text'; readonly text: string; readonly payload?: Result | undefined }
  | {
      readonly kind: 'event';
      readonly type: string;
      readonly name?: string | undefined;
      readonly value?: string | undefined;
    };

/** A part of the history of a contact. Times are milliseconds since 1970. */
export interface HistoryEntry {
  readonly id: string;
  readonly at: number;
  /** The id of the contact. */
  readonly contact: string;
  /** What was sent to the contact by a tool; absent for a message of the contact. */
  readonly sent?: string | undefined;
  readonly contactName?: string | undefined;
  readonly chatLink?: string | undefined;
  readonly channel?: string | undefined;
  readonly said?: Heard | undefined;
  /** How many texts of a burst it joins. */
  readonly parts?: number | undefined;
  /** How its answer stands. */
  readonly state?: string | undefined;
  readonly answer?: Answer | undefined;
  readonly answeredAt?: number | undefined;
  /** It was handed out before, and that reader did not finish it. */
  readonly redelivered?: boolean | undefined;
  readonly done?: boolean | undefined;
}

/** What the claim to answer a message came to. `none`: a dry run, which claims nothing. */
export type AnswerClaim =
  | { readonly state: 'written' | 'unknown' | 'draft' | 'none' }
  /** The answer is to be sent. */
  | {
      readonly state: 'late';
      readonly message: HistoryEntry;
      /** Puts what ManyChat calls into content that asks for a callback. */
      fill(data: Result): Result;
      /** Says what came of it. Never rejects. */
      settle(outcome: 'sent' | 'unknown' | 'not sent'): Promise<void>;
    }
  /** `same`: the message has, or is getting, this very answer. */
  | { readonly state: 'refused'; readonly why: string; readonly same: boolean; readonly message?: HistoryEntry };

/** The messages of an account's contacts, for one call. Everything rejects where the account hears none. */
export interface InboxSteps {
  /** Waits for messages, and hands each to one reader. They are given back unless the client gets the result of the call. */
  take(asked: {
    /** Tells readers of one caller apart. */
    readonly consumer: string | undefined;
    /** The messages that the reader has finished. */
    readonly done: readonly string[];
    readonly limit: number;
    readonly waitMs: number;
  }): Promise<readonly HistoryEntry[]>;
  /** A part of the history, the newest first, of a contact or of all. */
  list(filter: {
    readonly contact: string | undefined;
    readonly since: number | undefined;
    /** Where the part begins: a `next`. */
    readonly before: string | undefined;
    readonly limit: number;
  }): Promise<{ readonly entries: readonly HistoryEntry[]; readonly next?: string | undefined }>;
  /** Claims a message for an answer, and waits while a request that ManyChat has open writes it. */
  answer(message: string, answer: Answer): Promise<AnswerClaim>;
  /** Erases every trace of a contact; undefined in a dry run. */
  forget(contact: string): Promise<number | undefined>;
  /** For answers past 24 hours on WhatsApp: this field gets the text, then the flow starts. */
  readonly template: { readonly field: string; readonly flow: string } | undefined;
}
