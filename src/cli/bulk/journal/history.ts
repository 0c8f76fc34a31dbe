import type { Entry, State } from './entry.js';
import type { OnEntry } from './reading.js';

/**
 * What the journal comes to for a contact. `pending`: a request may have left and nothing tells what came of it;
 * `unknown`: an earlier one may have reached the contact, whatever came of those after it.
 */
export type Known = 'open' | 'pending' | 'done' | 'failed' | 'unknown';

/** What was done for whom. */
export interface Ledger {
  readonly known: Map<string, Known>;
  /** What failed or is unknown, by contact. */
  readonly troubles: Map<string, Entry>;
}

/**
 * What is known after one more line. An intent alone means that nothing has left, if a line that it had left would be
 * there; what may be repeated is open in any case.
 */
function knownAfter(before: Known | undefined, state: State, certain: boolean): Known {
  if (state === 'done') return 'done';
  // What one request may have done, a later one that did nothing does not undo.
  if (before === 'unknown' || (before === 'pending' && state === 'intent')) return 'unknown';
  switch (state) {
    case 'intent':
      return certain ? 'open' : 'pending';
    case 'left':
      return 'pending';
    case 'not_sent':
      return 'open';
    default:
      return state;
  }
}

/** Begins a ledger that is filled from a journal. */
export function createLedger({ repeatable }: { readonly repeatable: boolean }): Ledger & { readonly note: OnEntry } {
  const [known, troubles] = [new Map<string, Known>(), new Map<string, Entry>()];
  return {
    known,
    troubles,
    note(entry, certain) {
      const { id, state } = entry;
      const now = knownAfter(known.get(id), state, certain || repeatable);
      known.set(id, now);
      if (now !== 'failed' && now !== 'unknown') troubles.delete(id);
      else if (state === 'failed' || state === 'unknown') troubles.set(id, { ...entry, state: now });
    },
  };
}
