import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { UsageError } from '../../../config/usage-error.js';
import { errorCode, errorMessage } from '../../../text/error-text.js';
import { type Clock, realClock, sleep } from '../../../upstream/clock.js';
import { type LockHolder, type LockOwner, lockText, parseHolder, stateOf } from './lock-holder.js';
import type { Kernel } from './machine.js';
import { type Owner, openRegular } from './own-file.js';

/** A lock file held by this process. */
export interface Lock {
  /** Whether no other process has taken it over. */
  isHeld(): boolean;
  release(): void;
  /** The user who owns the file: this one, as its file system reports it. */
  readonly owner?: Owner;
  /** Whether it was taken from a process that may still be alive but gave no sign of life. */
  readonly uncertain?: boolean;
}

/** What taking a lock works with. */
export interface LockSide {
  readonly clock: Clock;
  /** Called with the reason of a long wait. */
  note(line: string): void;
  /** Fires when the lock is no longer wanted. */
  readonly ending: AbortSignal;
}

/** How long two processes that replace the same dead lock need to find out who has it. */
const settleMs = 60;
/** How often a holder touches its lock, and how long an untouched lock is watched. */
const heartbeatMs = 2_000;
const silenceMs = 12_000;

/** The content and modification time of a lock file; undefined if it is gone. */
function readLock(path: string): { text: string; touched: bigint } | undefined {
  const file = openRegular(path, constants.O_RDONLY);
  if (file === undefined) return undefined;
  try {
    return { text: readFileSync(file, 'utf8'), touched: fstatSync(file, { bigint: true }).mtimeNs };
  } finally {
    closeSync(file);
  }
}

const inodeOf = (path: string): bigint | undefined => statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;

/** The process that holds a lock file, if it is certainly alive; undefined if there is none. */
export function liveHolder(path: string, self: LockOwner & Kernel): LockHolder | undefined {
  const holder = parseHolder(readLock(path)?.text ?? '');
  return holder !== undefined && stateOf(holder, self) === 'alive' ? holder : undefined;
}

/** Creates a lock file and returns its owner; undefined if the file exists. */
function create(path: string, text: string): { owner: number } | undefined {
  try {
    const file = openSync(path, 'wx', 0o600);
    try {
      writeSync(file, text);
      return { owner: fstatSync(file).uid };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return undefined;
    throw new UsageError(`${path} cannot be written: ${errorMessage(error)}`);
  }
}

/** Removes the lock with this content and no other. Of several processes that try, one succeeds. */
function removeStale(path: string, text: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    // Another process removed it first.
    return;
  }
  try {
    // Another process was faster and this is its new lock: put it back.
    if (readLock(aside)?.text !== text) linkSync(aside, path);
  } catch {
    // The other process notices that its lock is lost.
  } finally {
    rmSync(aside, { force: true });
  }
}

const inUse = (path: string, holder: LockHolder | undefined): UsageError =>
  new UsageError(
    `${holder === undefined ? 'another process' : `process ${holder.pid}`} is using this journal; wait for it, or delete ${path} if it is no longer running`,
  );

/**
 * Waits until a holder whose pid has no meaning here has given no sign of life for long enough.
 * @throws UsageError if it does give one.
 */
async function awaitSilence(path: string, holder: LockHolder, { clock, note, ending }: LockSide): Promise<void> {
  note(
    `Process ${holder.pid} of another container, or from before a restart, may still be using this journal: waiting ${silenceMs / 1000} s for a sign of life.`,
  );
  const before = readLock(path);
  const until = clock.now() + silenceMs;
  while (clock.now() < until) {
    await sleep(clock, heartbeatMs / 2, ending);
    ending.throwIfAborted();
    const current = readLock(path);
    if (current === undefined) return;
    if (current.text !== before?.text || current.touched !== before.touched) {
      throw inUse(path, parseHolder(current.text));
    }
  }
}

/** Touches a lock regularly, for processes that cannot see whether its holder is alive. Returns a function to stop. */
function startHeartbeat(path: string, isHeld: () => boolean, clock: Clock): () => void {
  let cancel = (): void => undefined;
  const beat = (): void => {
    try {
      const now = new Date();
      if (isHeld()) utimesSync(path, now, now);
    } catch {
      // A lock that was taken over is noticed at the next journal entry.
    }
    cancel = clock.after(heartbeatMs, beat);
  };
  cancel = clock.after(heartbeatMs, beat);
  return () => cancel();
}

/**
 * Takes a lock file, also one left by a process that has ended.
 * @throws UsageError if another process holds it; the reason of `ending` if that fires.
 */
export async function takeLock(
  path: string,
  self: LockOwner & Kernel,
  side: LockSide = { clock: realClock, note: () => undefined, ending: new AbortController().signal },
): Promise<Lock> {
  const text = lockText(self);
  const settle = (): Promise<void> => sleep(side.clock, settleMs, side.ending);
  let uncertain = false;
  let created = create(path, text);
  if (created === undefined) {
    // A lock created this moment may still be empty.
    if (parseHolder(readLock(path)?.text ?? '') === undefined) await settle();
    const found = readLock(path)?.text;
    const holder = parseHolder(found ?? '');
    const state = holder === undefined ? 'ended' : stateOf(holder, self);
    if (state === 'alive') throw inUse(path, holder);
    if (holder !== undefined && state === 'unclear') {
      await awaitSilence(path, holder, side);
      uncertain = true;
    }
    if (found !== undefined) removeStale(path, found);
    created = create(path, text);
    if (created !== undefined) await settle();
    const current = readLock(path)?.text;
    if (created === undefined || current !== text) throw inUse(path, parseHolder(current ?? ''));
  }
  const inode = inodeOf(path);
  // The content is compared as well, because a file system may reuse the inode of a deleted file.
  const isHeld = (): boolean => {
    try {
      return inode !== undefined && inodeOf(path) === inode && readLock(path)?.text === text;
    } catch {
      return false;
    }
  };
  const stopHeartbeat = startHeartbeat(path, isHeld, side.clock);
  return {
    isHeld,
    owner: created.owner,
    uncertain,
    release() {
      stopHeartbeat();
      if (isHeld()) rmSync(path, { force: true });
    },
  };
}
