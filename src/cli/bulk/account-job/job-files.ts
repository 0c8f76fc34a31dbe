import { UsageError } from '../../../config/usage-error.js';
import { realClock } from '../../../upstream/clock.js';
import type { Shell } from '../../shell/shell.js';
import { asNamed } from '../accounts/journal-names.js';
import { createHistory, type FilledHistory } from '../journal/history.js';
import { type Journal, openJournal } from '../journal/journal.js';
import { type Lock, takeLock } from '../journal/lock.js';
import { withKernel } from '../journal/lock-holder.js';
import { thisMachine } from '../journal/machine.js';
import { headingOf, type Skipped, skipContacts } from './earlier-job.js';
import type { JobRequest, Page, RunPaths } from './request.js';

/** The journal of a job, locked for this process, and what it says. */
export interface JobFiles {
  readonly lock: Lock;
  readonly journal: Journal;
  readonly history: FilledHistory;
  /** What earlier jobs reached. */
  readonly skipped: readonly Skipped[];
  close(): Promise<void>;
}

/** Locks a journal, or the place for one. */
export const lockJournal = (path: string, { process, note, ending }: Shell): Promise<Lock> =>
  takeLock(`${path}.lock`, withKernel(process), { clock: realClock, note, ending });

/**
 * Locks and opens the journal of a job, and reads those of earlier ones.
 * @param onLock called for each lock that is taken.
 * @throws UsageError if a journal is in use, damaged or that of another job.
 */
export async function openJobFiles(
  { name, job, shell, time }: JobRequest,
  paths: RunPaths,
  page: Page,
  onLock: (lock: Lock) => void,
): Promise<JobFiles> {
  if (page.id === undefined) {
    throw new UsageError('ManyChat did not return the id of the page, which the journal needs: try again');
  }
  const pageId = String(page.id);
  const locks: Lock[] = [];
  const release = (): void => {
    for (const lock of locks.toReversed()) lock.release();
  };
  async function lockOf(path: string): Promise<Lock> {
    const lock = await lockJournal(path, shell);
    locks.push(lock);
    onLock(lock);
    return lock;
  }
  try {
    const lock = await lockOf(paths.journal);
    const history = createHistory(job);
    const machine = thisMachine(withKernel(shell.process));
    // Their locks are kept until the end: an earlier job must not go on beside this one.
    const earlier: (readonly [string, Lock])[] = [];
    for (const path of paths.earlier) earlier.push([path, await lockOf(path)]);
    const heading = { page: pageId, ...headingOf(job) };
    const run = { ...machine, at: time.startedAt };
    const journal = await openJournal(paths.journal, heading, lock, run, history.addEntry, history.addMatch);
    try {
      const skipped = earlier.map(([path, { uncertain }]) =>
        skipContacts(job, history, path, pageId, uncertain === true ? undefined : machine),
      );
      return { lock, journal, history, skipped, close: () => journal.close().finally(release) };
    } catch (error) {
      await journal.close();
      throw error;
    }
  } catch (error) {
    release();
    throw asNamed(error, paths.journal, name);
  }
}
