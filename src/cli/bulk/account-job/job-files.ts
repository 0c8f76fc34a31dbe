import { UsageError } from '../../../config/usage-error.js';
import { realClock } from '../../../upstream/clock.js';
import { createHistory, type FilledHistory } from '../journal/history.js';
import { type Journal, openJournal } from '../journal/journal.js';
import { type Lock, takeLock } from '../journal/lock.js';
import { headingOf, type Skipped, skipContacts } from './earlier-job.js';
import { ownMachine, ownProcess } from './own-machine.js';
import type { Page, RunRequest } from './request.js';

/** The journal of a job, locked for this process, and what it says. */
export interface JobFiles {
  readonly lock: Lock;
  readonly journal: Journal;
  readonly history: FilledHistory;
  /** Undefined without an earlier job. */
  readonly skipped: Skipped | undefined;
  close(): Promise<void>;
}

/**
 * Locks and opens the journal of a job, and reads that of an earlier one.
 * @param onLock called for each lock that is taken.
 * @throws UsageError if a journal is in use, damaged or that of another job.
 */
export async function openJobFiles(
  { job, paths, shell }: RunRequest,
  page: Page,
  onLock: (lock: Lock) => void,
): Promise<JobFiles> {
  if (page.id === undefined) {
    throw new UsageError('ManyChat did not return the id of the page, which the journal needs: try again');
  }
  const pageId = String(page.id);
  const { note, ending } = shell;
  const locks: Lock[] = [];
  const release = (): void => {
    for (const lock of locks.toReversed()) lock.release();
  };
  async function lockOf(path: string): Promise<Lock> {
    const lock = await takeLock(`${path}.lock`, ownProcess(shell), { clock: realClock, note, ending });
    locks.push(lock);
    onLock(lock);
    return lock;
  }
  try {
    const lock = await lockOf(paths.journal);
    // It is kept until the end: the earlier job must not go on beside this one.
    const earlierLock = paths.earlier === undefined ? undefined : await lockOf(paths.earlier);
    const history = createHistory(job);
    const machine = ownMachine(shell);
    const heading = { page: pageId, ...headingOf(job) };
    const journal = await openJournal(paths.journal, heading, lock, machine, history.addEntry, history.addMatch);
    const close = (): Promise<void> => journal.close().finally(release);
    try {
      const certainOn = earlierLock?.uncertain === true ? undefined : machine;
      const skipped =
        paths.earlier === undefined ? undefined : skipContacts(job, history, paths.earlier, pageId, certainOn);
      return { lock, journal, history, skipped, close };
    } catch (error) {
      await journal.close();
      throw error;
    }
  } catch (error) {
    release();
    throw error;
  }
}
