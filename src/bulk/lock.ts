import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf, reasonOf } from '../reason.js';
import { type LockOwner, UsageError } from '../shell.js';

/** Holds a file for one process. */
export interface Lock {
  /** Whether nobody has taken it away meanwhile. */
  held(): boolean;
  release(): void;
}

/** The time in which two processes that found the same dead lock find out who has it, in milliseconds. */
const settleMs = 60;

/** Who has the lock; undefined where it is gone, or its owner did not live to write it. */
function ownerOf(path: string): { pid: number; host: string } | undefined {
  try {
    const [, pid, host = ''] = /^(\d+) (.*)\n$/.exec(readFileSync(path, 'utf8')) ?? [];
    return pid === undefined ? undefined : { pid: Number(pid), host };
  } catch {
    return undefined;
  }
}

const inodeOf = (path: string): bigint | undefined => statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;

function create(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw new UsageError(`${path} cannot be written: ${reasonOf(error)}`);
  }
}

/**
 * Takes a lock file, that of a process which has ended included.
 * @throws UsageError where another process has it.
 */
export async function takeLock(path: string, self: LockOwner): Promise<Lock> {
  const text = `${self.pid} ${self.host}\n`;
  const inUse = (pid?: number): UsageError =>
    new UsageError(
      `${pid === undefined ? 'another process' : `process ${pid}`} works on this journal; wait for it, or delete ${path} if it does not run any more`,
    );
  if (!create(path, text)) {
    // One that was created this moment may not be written yet.
    if (ownerOf(path) === undefined) await wait(settleMs);
    const owner = ownerOf(path);
    if (owner !== undefined && (owner.host !== self.host || self.runs(owner.pid))) throw inUse(owner.pid);
    // Moved, not deleted: of several that find it, one moves it.
    const aside = `${path}.${self.pid}`;
    try {
      renameSync(path, aside);
      rmSync(aside);
    } catch {
      // Another process was quicker.
    }
    if (!create(path, text)) throw inUse(ownerOf(path)?.pid);
    await wait(settleMs);
    if (ownerOf(path)?.pid !== self.pid) throw inUse(ownerOf(path)?.pid);
  }
  const own = inodeOf(path);
  // A file system may give the number of a deleted file to the next one.
  const held = (): boolean => own !== undefined && inodeOf(path) === own && ownerOf(path)?.pid === self.pid;
  return {
    held,
    release() {
      if (held()) rmSync(path, { force: true });
    },
  };
}
