import type { Departure } from '../../../upstream/departure.js';
import type { Entry, State } from './entry.js';
import type { Journal } from './journal.js';

/** Journals the call of one contact: its intent, its departure and its outcome. */
export interface ContactTrack extends Departure {
  /** The state written last; undefined if this run has written none. */
  readonly lastState: State | undefined;
  /** Writes the outcome. Returns the entry that the next run will find, which differs if it could not be written. */
  end(entry: Entry): Entry;
}

/** What the tracks of a run share. */
export interface TrackParts {
  readonly journal: Journal;
  /** Ids of the contacts whose message has left and is unanswered. */
  readonly inFlight: Set<string>;
  /** Called when the journal cannot be written: nothing more may be sent. */
  onUnwritable(error: unknown): void;
}

/**
 * Creates the track of one contact.
 * @param uncertain an earlier request may have reached the contact.
 */
export function createContactTrack(
  id: string,
  uncertain: boolean,
  { journal, inFlight, onUnwritable }: TrackParts,
): ContactTrack {
  let lastState: State | undefined;
  const isOpen = (): boolean => lastState === 'intent' || lastState === 'left';

  function write(state: State, writeState: () => void): void {
    try {
      writeState();
      lastState = state;
    } catch (error) {
      onUnwritable(error);
      throw error;
    }
  }
  const append = (entry: Entry): void => write(entry.state, () => journal.append(entry));
  const mark = (state: State): void => write(state, () => journal.mark(id, state));
  /** Overwrites the intent, which works on a full disk. */
  const tryMark = (state: State): boolean => {
    try {
      mark(state);
      return true;
    } catch {
      return false;
    }
  };

  return {
    get lastState() {
      return lastState;
    },
    async before() {
      append({ id, state: 'intent' });
      await journal.flushed();
    },
    leave() {
      mark('left');
      inFlight.add(id);
    },
    stay() {
      inFlight.delete(id);
      // If this fails the run ends, and `end` decides what is reported about the contact.
      if (isOpen()) tryMark('not_sent');
    },
    end(entry) {
      // A contact that only waited for its turn needs no entry.
      if (entry.state === 'not_sent' && !isOpen()) return entry;
      try {
        append(entry);
        return entry;
      } catch {
        if (lastState === 'left' && tryMark(entry.state)) return entry;
      }
      if (lastState !== 'left' && !uncertain) return { ...entry, state: 'not_sent' };
      if (entry.state === 'unknown') return entry;
      const message = `The outcome was "${entry.state}", but it could not be recorded. ${entry.message ?? ''}`.trim();
      return { ...entry, state: 'unknown', message };
    },
  };
}
