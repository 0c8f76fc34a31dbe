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

/** The user id that owns the files of this process; undefined if it is not known yet. */
export type Owner = number | undefined;

// Absent on Windows.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** Makes the directory entry of a file durable, as fdatasync does its content. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(dirname(path), 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // Windows cannot open folders, and some file systems cannot sync them.
  }
}

/** Why a file is not one of ours; undefined if it is. */
function foreignReason(path: string, file: number, owner: Owner): string | undefined {
  const opened = fstatSync(file, { bigint: true });
  const named = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (named === undefined || named.ino !== opened.ino || named.dev !== opened.dev)
    return 'was replaced while it was opened';
  if (opened.nlink !== 1n) return 'has a second name (a hard link): copy it to a separate file';
  if (owner !== undefined && opened.uid !== BigInt(owner)) return 'belongs to another user';
  return undefined;
}

/** Opens a file; undefined if it fails with the code `absent`. */
function tryOpen(path: string, flags: number, absent: 'ENOENT' | 'EEXIST'): number | undefined {
  const isLink = (): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  try {
    // Windows has no flag to refuse links.
    if (!isLink()) return openSync(path, flags | O_NOFOLLOW | O_NONBLOCK, 0o600);
  } catch (error) {
    if (errorCode(error) === absent) return undefined;
    if (!isLink()) throw new UsageError(`${path} cannot be opened: ${errorMessage(error)}`);
  }
  throw new UsageError(`${path} is a link: name the file itself`);
}

/**
 * Opens a regular file; undefined if there is none.
 * @throws UsageError if it is a link or anything else.
 */
export function openRegular(path: string, flags: number): number | undefined {
  const file = tryOpen(path, flags, 'ENOENT');
  if (file === undefined || fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new UsageError(`${path} is not a regular file`);
}

/**
 * Opens an existing file that only we write; undefined if there is none.
 * @throws UsageError if it is a link, or somebody else put it there.
 */
export function openOwn(path: string, flags: number, owner: Owner): number | undefined {
  const file = openRegular(path, flags);
  if (file === undefined) return undefined;
  const reason = foreignReason(path, file, owner);
  if (reason === undefined) return file;
  closeSync(file);
  throw new UsageError(`${path} ${reason}`);
}

/** Opens a file that only we write for reading and appending, or creates it. Only its owner may read it. */
export function openOwnToAppend(path: string, owner: Owner): number {
  const flags = constants.O_RDWR | constants.O_APPEND;
  const created = tryOpen(path, flags | constants.O_CREAT | constants.O_EXCL, 'EEXIST');
  if (created !== undefined) {
    syncFolder(path);
    return created;
  }
  const file = openOwn(path, flags, owner);
  if (file === undefined) throw new UsageError(`${path} was removed while it was opened: try again`);
  try {
    if ((fstatSync(file).mode & 0o077) !== 0) fchmodSync(file, 0o600);
  } catch {
    // A file system without permissions, as on a USB stick.
  }
  return file;
}

/** @throws UsageError unless the path is free, or a regular file of ours, which may be replaced or deleted. */
function checkReplaceable(path: string, owner: Owner): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (stats.isSymbolicLink()) throw new UsageError('it is a link');
  if (!stats.isFile()) throw new UsageError('it is not a regular file');
  if (owner !== undefined && stats.uid !== owner) throw new UsageError('it belongs to another user');
}

/**
 * Replaces a file of ours by a text, or deletes it if `text` is undefined. The old content stays until the new one is
 * completely on disk.
 * @throws UsageError if the path is not ours to replace.
 */
export function replaceOwn(path: string, text: string | undefined, owner: Owner): void {
  checkReplaceable(path, owner);
  if (text === undefined) {
    rmSync(path, { force: true });
    return;
  }
  // A random name cannot be a link that somebody prepared.
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
