import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { stemOfJournal } from '../accounts/journal-names.js';
import { labelled } from '../accounts/label.js';
import { createHistory, reachedIn } from '../journal/history.js';
import { liveHolder } from '../journal/lock.js';
import { withKernel } from '../journal/lock-holder.js';
import { isSameAction, peekHeading, peekJournal } from '../journal/reading.js';
import { journalsIn } from './journals-in.js';
import type { JobRequest, Page } from './request.js';
import type { Scan } from './scan.js';

/** A job that is about to begin. */
export interface UpcomingJob extends Pick<JobRequest, 'name' | 'job' | 'options' | 'shell'> {
  readonly page: Page;
  readonly scan: Pick<Scan, 'counts' | 'statuses'>;
  /** The path of its journal. */
  readonly journal: string;
  /** Those of earlier jobs, whose contacts are left out. */
  readonly earlier: readonly string[];
}

/** The path that stands for the journal of a job on the command line. */
const journalOption = ({ name, journal }: UpcomingJob): string =>
  (name === undefined ? journal : stemOfJournal(journal, name)) ?? journal;

/** What to do while another process is at work with such a journal. */
function underwayText(path: string, pid: number, upcoming: UpcomingJob): string {
  const what = `process ${pid} is doing the same on this page, with the journal ${path}, and may yet reach the same contacts. Nothing was done. Wait until it has ended, then run this command again.`;
  return [
    labelled(upcoming.name, what),
    `  if its table has none of these contacts: --journal ${journalOption(upcoming)}`,
  ].join('\n');
}

/** What a person can do about the journal of the same job. */
function choicesText(path: string, upcoming: UpcomingJob, canGoOn: boolean): string {
  const { name } = upcoming;
  const stem = name === undefined ? path : stemOfJournal(path, name);
  return [
    ...(stem === undefined || !canGoOn ? [] : [`  to go on with that job: --journal ${stem}`]),
    `  to leave these contacts out: --skip-done-of ${stem ?? path}`,
    `  to send it to them once more: --journal ${journalOption(upcoming)}`,
  ].join('\n');
}

/**
 * Looks beside the journal and the table for another journal that knows of the same job, such as that of a table of which
 * this one is a corrected copy: it would not count for this one. A journal that is named on the command line is meant to be
 * another one.
 * @returns what to do about it if it has reached contacts that have a turn, or if a process is at work with it.
 */
export function otherJournalText(upcoming: UpcomingJob, tablePath: string | undefined): string | undefined {
  const { name, job, page, scan, journal, earlier, options, shell } = upcoming;
  const open = scan.counts.not_reached;
  // What can be repeated does no harm.
  if (job.repeatable || options.journal !== undefined || open === 0) return undefined;
  const heading = { page: String(page.id), action: job.action };
  const self = withKernel(shell.process);
  const folders = new Set([journal, tablePath ?? journal].map((path) => realpathSync(dirname(path))));
  for (const path of [...folders].flatMap(journalsIn)) {
    const found = path === journal ? undefined : peekHeading(path);
    if (found === undefined || !isSameAction(found, heading)) continue;
    // This process holds the locks of earlier jobs.
    const holder = earlier.includes(path) ? undefined : liveHolder(`${path}.lock`, self);
    if (holder !== undefined) return underwayText(path, holder.pid, upcoming);
    const history = createHistory(job);
    // Another process may be using it, so that no entry is certain.
    peekJournal(path, {}, undefined, history.addEntry);
    const { done, unknown } = reachedIn(history);
    const again = [...done, ...unknown].filter((id) => (scan.statuses.get(id) ?? 'settled') !== 'settled').length;
    if (again === 0) continue;
    const whom = `${again} of the ${open} contacts to do`;
    const what = `${path} says that the same was sent on this page, or may have been, to ${whom}. Nothing was done. Choose:`;
    const canGoOn = isDeepStrictEqual(found.match, job.contacts.match);
    return `${labelled(name, what)}\n${choicesText(path, upcoming, canGoOn)}`;
  }
  return undefined;
}
