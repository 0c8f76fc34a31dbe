import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../../../config/usage-error.js';
import { errorCode, errorMessage } from '../../../text/error-text.js';

/** Who owns the files of this process; undefined where it is not known yet. */
export type Owner = number | undefined;

/** Windows has no such flags. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** Makes the names in the folder of a file durable, as fdatasync does its content. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(dirname(path), 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // Windows opens no folders, and some file systems do not sync them.
  }
}

/** What keeps a file from being one of ours; undefined where nothing does. */
function strangeness(path: string, file: number, owner: Owner): string | undefined {
  const opened = fstatSync(file, { bigint: true });
  const named = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (named === undefined || named.ino !== opened.ino || named.dev !== opened.dev) return 'was replaced this moment';
  if (opened.nlink !== 1n) return 'has a second name (a hard link): copy it to a file of its own';
  if (owner !== undefined && opened.uid !== BigInt(owner)) return 'belongs to another user';
  return undefined;
}

/** Opens a file; undefined where there is none, or, for one to be created, where there is one. */
function tryOpen(path: string, flags: number, absent: 'ENOENT' | 'EEXIST'): number | undefined {
  const isLink = (): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  try {
    // Windows has no flag that refuses a link.
    if (!isLink()) return openSync(path, flags | O_NOFOLLOW | O_NONBLOCK, 0o600);
  } catch (error) {
    if (errorCode(error) === absent) return undefined;
    if (!isLink()) throw new UsageError(`${path} cannot be opened: ${errorMessage(error)}`);
  }
  throw new UsageError(`${path} is a link: name the file itself`);
}

/** Opens a regular file and no link; undefined where there is none. A UsageError where it is something else. */
export function openRegular(path: string, flags: number): number | undefined {
  const file = tryOpen(path, flags, 'ENOENT');
  if (file === undefined || fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new UsageError(`${path} is no regular file`);
}

/**
 * Opens a file that only we write, by its flags without those that create: a link is not followed, and what somebody else
 * has put there is not taken over. Undefined where there is none.
 * @throws UsageError
 */
export function openOwn(path: string, flags: number, owner: Owner): number | undefined {
  const file = openRegular(path, flags);
  if (file === undefined) return undefined;
  const strange = strangeness(path, file, owner);
  if (strange === undefined) return file;
  closeSync(file);
  throw new UsageError(`${path} ${strange}`);
}

/** Opens a file that only we write for reading and for appending, or creates it; only its owner reads it. */
export function openOwnToAppend(path: string, owner: Owner): number {
  const flags = constants.O_RDWR | constants.O_APPEND;
  const created = tryOpen(path, flags | constants.O_CREAT | constants.O_EXCL, 'EEXIST');
  if (created !== undefined) {
    syncFolder(path);
    return created;
  }
  const file = openOwn(path, flags, owner);
  if (file === undefined) throw new UsageError(`${path} was taken away this moment: try again`);
  try {
    if ((fstatSync(file).mode & 0o077) !== 0) fchmodSync(file, 0o600);
  } catch {
    // A file system without permissions, such as that of a memory stick.
  }
  return file;
}

/** Checks that a name is free, or that of a regular file of ours, which may be replaced or deleted. */
function checkReplaceable(path: string, owner: Owner): void {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (there.isSymbolicLink()) throw new UsageError('it is a link');
  if (!there.isFile()) throw new UsageError('it is no regular file');
  if (owner !== undefined && there.uid !== owner) throw new UsageError('it belongs to another user');
}

/**
 * Puts a text in the place of a file of ours, or takes the file away where there is none. What was there before stays
 * until the whole text is on disk.
 */
export function replaceOwn(path: string, text: string | undefined, owner: Owner): void {
  checkReplaceable(path, owner);
  if (text === undefined) {
    rmSync(path, { force: true });
    return;
  }
  // Nobody can have laid a link below a name that nobody knows.
  const temporary = `${path}.${randomBytes(8).toString('hex')}.new`;
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600, flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(path);
}
