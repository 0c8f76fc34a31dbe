import type { Entry, State } from './entry.js';
import type { OnEntry, OnMatch } from './reading.js';

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
  /** Ids of contacts by what they were found by. */
  readonly matches: Map<string, string>;
}

/** A history, and the callbacks that fill it from a journal. */
export interface FilledHistory extends History {
  readonly addEntry: OnEntry;
  readonly addMatch: OnMatch;
}

/** The contacts that another job must not reach, because an earlier one did, or may have. */
export interface Reached {
  readonly done: readonly string[];
  /** Their outcome is unknown or undecided. */
  readonly unknown: readonly string[];
}

/** The contacts that a history reached, or may have reached. */
export function reachedIn({ outcomes }: History): Reached {
  const having = (...wanted: readonly RecordedOutcome[]): string[] =>
    [...outcomes].filter(([, outcome]) => wanted.includes(outcome)).map(([id]) => id);
  return { done: having('done'), unknown: having('unknown', 'pending') };
}

const earlierText = 'The earlier job may have reached the contact, so this one leaves it out';

/** The entries that make a journal leave out these contacts, except those that it leaves out already. */
export function entriesToSkip({ outcomes }: History, { done, unknown }: Reached): Entry[] {
  const isOpen = (id: string): boolean => {
    const outcome = outcomes.get(id);
    return outcome === undefined || outcome === 'open' || outcome === 'failed';
  };
  return [
    ...done.filter(isOpen).map((id): Entry => ({ id, state: 'done' })),
    ...unknown.filter(isOpen).map((id): Entry => ({ id, state: 'unknown', kind: 'cancelled', message: earlierText })),
  ];
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
 * Creates an empty history.
 * @param repeatable a request without a recorded outcome can be made again, so its contact stays open.
 */
export function createHistory({ repeatable }: { readonly repeatable: boolean }): FilledHistory {
  const outcomes = new Map<string, RecordedOutcome>();
  const failures = new Map<string, Entry>();
  const matches = new Map<string, string>();
  return {
    outcomes,
    failures,
    matches,
    addMatch: ({ match, id }) => void matches.set(match, id),
    addEntry(entry, certain) {
      const { id, state } = entry;
      const outcome = outcomeAfter(outcomes.get(id), state, certain || repeatable);
      outcomes.set(id, outcome);
      if (outcome !== 'failed' && outcome !== 'unknown') failures.delete(id);
      else if (state === 'failed' || state === 'unknown') failures.set(id, { ...entry, state: outcome });
    },
  };
}
