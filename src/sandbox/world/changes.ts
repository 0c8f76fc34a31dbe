/** What is to be read again: contacts by their ids, or a part of the sandbox. `all` after a reset. */
export type Notice = { contacts: string[] } | { [Part in ChangedPart]?: true };

/** The parts of the sandbox, beside its contacts, that change. `account` has connections and settings as well. */
type ChangedPart = 'requests' | 'calls' | 'account' | 'faults' | 'clock' | 'all';

interface ChangeListener {
  /** What changed since the last time, never what it changed to. */
  notice(notices: readonly Notice[]): void;
  /** No more changes come. */
  end(): void;
}

/** Announces what changes in the sandbox. */
export interface Changes {
  contact(id: string): void;
  part(part: ChangedPart): void;
  /** The returned function ends it. */
  listen(listener: ChangeListener): () => void;
  listeners(): number;
  /** Ends all listeners. */
  end(): void;
}

// With more contacts than this it is quicker to read everything again.
const maxContacts = 200;

/** What changes within one step of the program is announced together, after the step. */
export function createChanges(): Changes {
  const listeners = new Set<ChangeListener>();
  let contacts = new Set<string>();
  let parts = new Set<ChangedPart>();
  let isPending = false;

  function flush(): void {
    const isAll = parts.has('all') || contacts.size > maxContacts;
    const notices: Notice[] = isAll ? [{ all: true }] : [...parts].map((part) => ({ [part]: true }));
    if (!isAll && contacts.size > 0) notices.unshift({ contacts: [...contacts] });
    contacts = new Set();
    parts = new Set();
    isPending = false;
    for (const listener of listeners) listener.notice(notices);
  }

  function schedule(): void {
    if (isPending) return;
    isPending = true;
    queueMicrotask(flush);
  }

  return {
    contact(id) {
      if (listeners.size === 0) return;
      contacts.add(id);
      schedule();
    },
    part(part) {
      if (listeners.size === 0) return;
      parts.add(part);
      schedule();
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    listeners: () => listeners.size,
    end() {
      for (const listener of listeners) listener.end();
      listeners.clear();
    },
  };
}
