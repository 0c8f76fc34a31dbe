import { cell, type Watchable } from './cell.js';
import type { Place } from './place.js';

/** What is typed to be written as a contact; the content is a text or an address. */
export interface Draft {
  readonly kind: 'text' | 'image' | 'audio';
  readonly content: string;
  /** Undefined for the only channel of the contact. */
  readonly channel: string | undefined;
}

/** A draft, and what became of sending it. */
interface Writing {
  readonly draft: Draft;
  readonly isSending: boolean;
  /** Why it could not be sent. */
  readonly error: string | undefined;
}

/** What is written as one contact. It does not depend on what is shown, so that nothing is sent twice. */
interface Composition extends Watchable<Writing> {
  change(next: Partial<Draft>): void;
  /** Does nothing while a draft is being sent. The draft stays until it is sent, and so does what is typed meanwhile. */
  send(act: (draft: Draft) => Promise<unknown>): Promise<void>;
}

/** Keeps what is typed for each contact of each page while the inbox is open. */
export interface Drafts {
  of(page: Place['page'], contactId: string): Composition;
}

const empty: Writing = {
  draft: { kind: 'text', content: '', channel: undefined },
  isSending: false,
  error: undefined,
};

const afterSending = (sent: Draft, now: Draft): Draft =>
  now.content === sent.content && now.kind === sent.kind ? { ...now, content: '' } : now;

function createComposition(): Composition {
  const { get, set, watch } = cell(empty);
  return {
    get,
    watch,
    change: (next) => set({ ...get(), draft: { ...get().draft, ...next } }),
    async send(act) {
      const { draft, isSending } = get();
      if (isSending) return;
      set({ draft, isSending: true, error: undefined });
      try {
        await act(draft);
        set({ draft: afterSending(draft, get().draft), isSending: false, error: undefined });
      } catch (failure) {
        const error = failure instanceof Error ? failure.message : String(failure);
        set({ draft: get().draft, isSending: false, error });
      }
    },
  };
}

export function createDrafts(): Drafts {
  const compositions = new Map<string, Composition>();
  return {
    of(page, contactId) {
      const key = `${page} ${contactId}`;
      const known = compositions.get(key) ?? createComposition();
      compositions.set(key, known);
      return known;
    },
  };
}
