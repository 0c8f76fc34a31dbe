import { isDeepStrictEqual } from 'node:util';
import { asNamed } from '../accounts/journal-names.js';
import { isRepeatable, type Job } from '../job/job.js';
import type { Entry, MatchedContact } from '../journal/entry.js';
import {
  createHistory,
  entriesToSkip,
  type FilledHistory,
  type History,
  type Reached,
  reachedIn,
} from '../journal/history.js';
import type { Machine } from '../journal/machine.js';
import { peekJournal, readEarlier } from '../journal/reading.js';
import type { JobPaths, JobRequest, Page } from './request.js';
import type { Scan } from './scan.js';

/** Creates the history of an earlier job. What may be repeated is only left open if this job may be repeated as well. */
const historyOfEarlier = (job: Job) => (action: Job['action']) =>
  createHistory({ repeatable: job.repeatable && isRepeatable(action) });

/** The contacts that an earlier job reached or may have reached, and the entries by which a journal leaves them out. */
export interface Skipped {
  /** The journal of the earlier job. */
  readonly path: string;
  readonly reached: Reached;
  readonly entries: readonly Entry[];
  /** The contacts that the earlier job found by the same: a row keeps its contact in the corrected job. */
  readonly matches: readonly MatchedContact[];
}

/** Adds to a history what an earlier journal says about contacts that it does not know. */
function skippedBy(
  path: string,
  job: Job,
  history: FilledHistory,
  earlier: ReturnType<typeof readEarlier<FilledHistory>>,
): Skipped {
  const reached = reachedIn(earlier.history);
  const entries = entriesToSkip(history, reached);
  const isSameMatch = job.contacts.match !== undefined && isDeepStrictEqual(earlier.match, job.contacts.match);
  const matches = [...(isSameMatch ? earlier.history.matches : [])]
    .filter(([match]) => !history.matches.has(match))
    .map(([match, id]) => ({ match, id }));
  for (const entry of entries) history.addEntry(entry, true);
  for (const matched of matches) history.addMatch(matched);
  return { path, reached, entries, matches };
}

/** What the journal of a job begins with, but for the page. */
export const headingOf = ({ action, contacts: { match } }: Job) => ({ action, ...(match !== undefined && { match }) });

/**
 * Adds to a history the contacts that an earlier job reached or may have reached.
 * @param path the journal of the earlier job.
 * @param machine where its entries can be certain; undefined if nowhere.
 */
export function skipContacts(
  job: Job,
  history: FilledHistory,
  path: string,
  page: string,
  machine: Machine | undefined,
): Skipped {
  return skippedBy(path, job, history, readEarlier(path, page, machine, historyOfEarlier(job)));
}

/** Says how many of a table's contacts are left out because of an earlier job. */
export function skippedText(path: string, { done, unknown }: Reached, statuses: Scan['statuses']): string {
  const [doneCount, unknownCount] = [done, unknown].map((ids) => ids.filter((id) => statuses.has(id)).length);
  return `Left out because of ${path}: ${doneCount} done, ${unknownCount} unknown.`;
}

/** What earlier runs did, without changing their journals. The page is that of the account, if it is known. */
export function peekHistory(
  { name, job, shell }: JobRequest,
  paths: JobPaths,
  page: Page | undefined,
  machine: Machine,
): History {
  const history = createHistory(job);
  const id = page?.id === undefined ? undefined : String(page.id);
  // The page first: the journal of another account is no job to go on from.
  const heading = { ...(id !== undefined && { page: id }), ...headingOf(job) };
  const { journal } = paths;
  try {
    if (journal !== undefined) peekJournal(journal, heading, machine, history.addEntry, history.addMatch);
  } catch (error) {
    throw asNamed(error, journal ?? '', name);
  }
  for (const path of paths.earlier) {
    const earlier = readEarlier(path, id, machine, historyOfEarlier(job));
    if (id === undefined)
      shell.note(`${path} is of page ${earlier.page}; whether that is this account was not checked.`);
    skippedBy(path, job, history, earlier);
  }
  return history;
}
