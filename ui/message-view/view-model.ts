import type { Channel } from '../../tools/message/channels.js';
import type { Link } from './links.js';
import type { Phrase } from './words.js';

/** What a note is about, the worst first: ManyChat refuses it, its channel does not support it, nothing says so, it is sent literally. */
export const severities = ['invalid', 'unsupported', 'undocumented', 'literal'] as const;

/** What a note is about. */
export type Severity = (typeof severities)[number];

/** What is to be known about a part of a message. */
export interface Note {
  readonly severity: Severity;
  readonly text: string;
}

/** A button or quick reply that was pressed. */
export interface Pressed {
  readonly caption: string;
  readonly kind: 'button' | 'quick_reply';
  /** `url`, `flow` … as in the content. */
  readonly type: string;
  /** The index in `messages`; absent for a quick reply. */
  readonly message?: number;
  /** The index of its card. */
  readonly card?: number;
  /** Its index in its list. */
  readonly index: number;
}

/** A button or quick reply. */
export interface ButtonView {
  readonly caption: string;
  /** What a press does, such as opening its address. */
  readonly does: readonly Phrase[];
  /** What else a press does to the contact. */
  readonly actions: readonly Phrase[];
  /** Where a button of type url leads. */
  readonly link?: Link;
  readonly severity: Severity | undefined;
  readonly pressed: Pressed;
}

/** A card of a gallery. */
export interface CardView {
  readonly title: string;
  readonly subtitle: string | undefined;
  readonly image: Link | undefined;
  readonly action: Link | undefined;
  readonly buttons: readonly ButtonView[];
  readonly notes: readonly Note[];
}

/** The kinds of media. */
export const media = ['image', 'video', 'audio', 'file'] as const;

/** What a message shows. */
export type Body =
  | {
      readonly kind: 'text';
      readonly text: string;
      /** Which part of a split text it is, from 1. */
      readonly part?: { readonly number: number; readonly of: number };
    }
  | {
      readonly kind: 'media';
      readonly medium: (typeof media)[number];
      /** The name of the file in the address; may be empty. */
      readonly name: string;
      readonly link: Link;
    }
  | { readonly kind: 'cards'; readonly isSquare: boolean; readonly cards: readonly CardView[] }
  | { readonly kind: 'unknown'; readonly text: string };

/** A message as its channel shows it. */
export interface MessageModel {
  /** Unique in its content, and the same when more of the content is known. */
  readonly key: string;
  readonly body: Body;
  readonly buttons: readonly ButtonView[];
  readonly notes: readonly Note[];
  readonly severity: Severity | undefined;
}

/** Content as its channel shows it. */
export interface ContentModel {
  readonly channel: Channel;
  readonly messages: readonly MessageModel[];
  readonly quickReplies: readonly ButtonView[];
  readonly quickReplyNotes: readonly Note[];
  /** What is done to the contact when the content is sent. */
  readonly actions: readonly Phrase[];
  /** What an external_message_callback does. */
  readonly callback: readonly Phrase[];
  /** About the content as a whole. */
  readonly notes: readonly Note[];
}
