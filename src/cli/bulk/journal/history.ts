import type { Entry, State } from './entry.js';
import type { OnEntry } from './reading.js';

/**
 * What the journal says about a contact. `pending`: a request may have left and its outcome was not recorded; `unknown`: an
 * earlier request may have reached the contact, whatever happened later.
 */
export type RecordedOutcome = 'open' | 'pending' | 'done' | 'failed' | 'unknown';

/** What earlier runs did, and what this one adds. */
export interface History {
  readonly outcomes: Map<string, RecordedOutcome>;
  /** The entries of contacts that are failed or unknown. */
  readonly failures: Map<string, Entry>;
}

/** The outcome after one more entry. `sentImpliesEntry`: had the request left after an intent, there would be an entry. */
function outcomeAfter(before: RecordedOutcome | undefined, state: State, sentImpliesEntry: boolean): RecordedOutcome {
  if (state === 'done') return 'done';
  // A later request that did nothing does not undo what an earlier one may have done.
  if (before === 'unknown' || (before === 'pending' && state === 'intent')) return 'unknown';
  switch (state) {
    case 'intent':
      return sentImpliesEntry ? 'open' : 'pending';
    case 'left':
      return 'pending';
    case 'not_sent':
      return 'open';
    default:
      return state;
  }
}

/**
 * Creates an empty history, and the callback that fills it from a journal.
 * @param repeatable a request without a recorded outcome can be made again, so its contact stays open.
 */
export function createHistory({
  repeatable,
}: {
  readonly repeatable: boolean;
}): History & { readonly addEntry: OnEntry } {
  const outcomes = new Map<string, RecordedOutcome>();
  const failures = new Map<string, Entry>();
  return {
    outcomes,
    failures,
    addEntry(entry, certain) {
      const { id, state } = entry;
      const outcome = outcomeAfter(outcomes.get(id), state, certain || repeatable);
      outcomes.set(id, outcome);
      if (outcome !== 'failed' && outcome !== 'unknown') failures.delete(id);
      else if (state === 'failed' || state === 'unknown') failures.set(id, { ...entry, state: outcome });
    },
  };
}
