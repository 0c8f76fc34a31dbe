/** What is typed to be written as a contact; the content is a text or an address. */
export interface Draft {
  readonly kind: 'text' | 'image' | 'audio';
  readonly content: string;
  /** Undefined for the only channel of the contact. */
  readonly channel: string | undefined;
}

const emptyDraft: Draft = { kind: 'text', content: '', channel: undefined };

/** Keeps what is typed for each contact while the page is open. */
export interface Drafts {
  of(contactId: string): Draft;
  keep(contactId: string, draft: Draft): void;
}

export function createDrafts(): Drafts {
  const drafts = new Map<string, Draft>();
  return {
    of: (id) => drafts.get(id) ?? emptyDraft,
    keep: (id, draft) => void drafts.set(id, draft),
  };
}

/** What is left once a draft was sent: what was typed meanwhile stays. */
export const afterSending = (sent: Draft, now: Draft): Draft =>
  now.content === sent.content && now.kind === sent.kind ? { ...now, content: '' } : now;
