import { closeSync, constants, createReadStream, fstatSync, openSync, type Stats, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { UsageError } from '../../../config/usage-error.js';
import { errorMessage } from '../../../text/error-text.js';

/** The bytes of a table, which can be read several times. */
export interface Source {
  readonly path: string;
  /** Whether it is a pipe, which was read to its end and is kept in memory. */
  readonly piped: boolean;
  bytes(): AsyncIterable<Buffer>;
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${errorMessage(error)}`);
  }
}

/** Changes when a file is saved, or another one takes its place. */
export function stampOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? 'gone' : [stats.mtimeNs, stats.size, stats.ino].join();
}

/**
 * Reads a file that must stay as it was: what is read before and after it is saved would not fit together, so that a row
 * could have the id of one contact and the text of another.
 */
async function* unchangedBytes(path: string, stamp: string): AsyncGenerator<Buffer> {
  const check = (): void => {
    if (stampOf(path) !== stamp) throw new UsageError(`${path} was changed while it was in use: run the command again`);
  };
  for await (const chunk of createReadStream(path)) {
    check();
    yield chunk;
  }
  check();
}

/** Names a file that is neither a regular file nor a pipe. */
function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  return stats.isSocket() ? 'a socket' : 'a device';
}

/** Opens a pipe without blocking: waiting for a writer would occupy a thread, which delays even the end of the process. */
function openPipe(path: string): number {
  const { O_RDONLY, O_NONBLOCK = 0 } = constants;
  const file = openSync(path, O_RDONLY | O_NONBLOCK);
  if (fstatSync(file).isFIFO()) return file;
  closeSync(file);
  throw new UsageError(`${path} was replaced while it was opened`);
}

/** Reads a pipe until its writers close it. */
function readPipe(path: string, ending: AbortSignal): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = new Socket({ fd: openPipe(path), readable: true, writable: false });
    const settle = (finish: () => void): void => {
      ending.removeEventListener('abort', abort);
      socket.destroy();
      finish();
    };
    const abort = (): void => settle(() => reject(ending.reason));
    ending.addEventListener('abort', abort, { once: true });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => settle(() => resolve(chunks)));
    socket.on('error', (error) =>
      settle(() => reject(new UsageError(`${path} cannot be read: ${errorMessage(error)}`))),
    );
    if (ending.aborted) abort();
  });
}

/**
 * Opens a file, following links, or reads a pipe such as /dev/stdin.
 * @throws UsageError if it is neither; the reason of `ending` if that fires before the pipe ends.
 */
export async function openSource(path: string, ending: AbortSignal): Promise<Source> {
  const stats = statOf(path);
  if (stats.isFile()) {
    const stamp = stampOf(path);
    return { path, piped: false, bytes: () => unchangedBytes(path, stamp) };
  }
  if (!stats.isFIFO()) throw new UsageError(`${path} is ${kindOf(stats)}, not a table: name a CSV file or a pipe`);
  const chunks = await readPipe(path, ending);
  return {
    path,
    piped: true,
    async *bytes() {
      yield* chunks;
    },
  };
}
