import type { Departure } from '../../../upstream/departure.js';
import type { Entry, State } from './entry.js';

/** What the journal tells of one contact while its call goes on. */
export interface Track extends Departure {
  /** The last line; undefined where this run has written none. */
  readonly last: State | undefined;
  /** Writes down what came of it. Answers what the next run finds, which differs where it could not be written. */
  end(entry: Entry): Entry;
}
