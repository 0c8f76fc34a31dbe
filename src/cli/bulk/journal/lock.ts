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
import { type Holder, holderOf, type LockOwner, lineOf, stateOf } from './lock-holder.js';
import type { Kernel } from './machine.js';
import { type Owner, openRegular } from './own-file.js';

/** Holds a file for one process. */
export interface Lock {
  /** Whether nobody has taken it away meanwhile. */
  held(): boolean;
  release(): void;
  /** The user whose file it is: this one, as this file system tells it. */
  readonly owner?: Owner;
  /** Whether it was taken from a process that may still live: one that showed no sign of life. */
  readonly doubtful?: boolean;
}

/** What a lock is taken with. */
export interface LockSide {
  readonly clock: Clock;
  /** Told why it takes long. */
  note(line: string): void;
  /** Fires when it is not wanted any more. */
  readonly ending: AbortSignal;
}

/** The time in which two processes that found the same dead lock find out who has it, in milliseconds. */
const settleMs = 60;
/** How often the holder of a lock touches it, and how long one that is not touched is watched. */
const beatMs = 2_000;
const silentMs = 12_000;

/** A lock file as it is; undefined where it is gone. */
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

/** Creates a lock; answers whose file it is, or undefined where there is one. */
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

/** Takes away the lock that reads so, and no other: of several that find it, one gets it. */
function takeAway(path: string, text: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    // Another process was quicker.
    return;
  }
  try {
    // Another process was quicker and has a lock of its own there already: it gets it back.
    if (readLock(aside)?.text !== text) linkSync(aside, path);
  } catch {
    // It finds out that it is lost.
  } finally {
    rmSync(aside, { force: true });
  }
}

const inUse = (path: string, holder: Holder | undefined): UsageError =>
  new UsageError(
    `${holder === undefined ? 'another process' : `process ${holder.pid}`} works on this journal; wait for it, or delete ${path} if it does not run any more`,
  );

/** Waits until a holder whose pid tells nothing shows no sign of life; a UsageError where it does. */
async function awaitSilence(path: string, holder: Holder, { clock, note, ending }: LockSide): Promise<void> {
  note(
    `Process ${holder.pid} of another container, or from before a restart, may still work on this journal: waiting ${silentMs / 1000} s for a sign of life.`,
  );
  const before = readLock(path);
  const until = clock.now() + silentMs;
  while (clock.now() < until) {
    await sleep(clock, beatMs / 2, ending);
    ending.throwIfAborted();
    const now = readLock(path);
    if (now === undefined) return;
    if (now.text !== before?.text || now.touched !== before.touched) throw inUse(path, holderOf(now.text));
  }
}

/** Touches a lock again and again, for those who cannot see whether its process lives; the returned function ends it. */
function keepTouching(path: string, held: () => boolean, clock: Clock): () => void {
  let forget = (): void => undefined;
  const beat = (): void => {
    try {
      const now = new Date();
      if (held()) utimesSync(path, now, now);
    } catch {
      // Who finds it taken away is told with the next line that is written.
    }
    forget = clock.after(beatMs, beat);
  };
  forget = clock.after(beatMs, beat);
  return () => forget();
}

/**
 * Takes a lock file, that of a process which has ended included.
 * @throws UsageError where another process has it; the reason of `ending`.
 */
export async function takeLock(
  path: string,
  self: LockOwner & Kernel,
  side: LockSide = { clock: realClock, note: () => undefined, ending: new AbortController().signal },
): Promise<Lock> {
  const text = lineOf(self);
  const wait = (): Promise<void> => sleep(side.clock, settleMs, side.ending);
  let doubtful = false;
  let created = create(path, text);
  if (created === undefined) {
    // One that was created this moment may not be written yet.
    if (holderOf(readLock(path)?.text ?? '') === undefined) await wait();
    const left = readLock(path)?.text;
    const holder = holderOf(left ?? '');
    const state = holder === undefined ? 'ended' : stateOf(holder, self);
    if (state === 'lives') throw inUse(path, holder);
    if (holder !== undefined && state === 'unclear') {
      await awaitSilence(path, holder, side);
      doubtful = true;
    }
    if (left !== undefined) takeAway(path, left);
    created = create(path, text);
    if (created !== undefined) await wait();
    const now = readLock(path)?.text;
    if (created === undefined || now !== text) throw inUse(path, holderOf(now ?? ''));
  }
  const own = inodeOf(path);
  // A file system may give the number of a deleted file to the next one.
  const held = (): boolean => {
    try {
      return own !== undefined && inodeOf(path) === own && readLock(path)?.text === text;
    } catch {
      return false;
    }
  };
  const stopTouching = keepTouching(path, held, side.clock);
  return {
    held,
    owner: created.owner,
    doubtful,
    release() {
      stopTouching();
      if (held()) rmSync(path, { force: true });
    },
  };
}
