import type { Readable, Writable } from 'node:stream';
import { errorCode } from '../../text/error-text.js';

/** The streams that frames are read from and written to. */
export interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
}

/** Error codes of a pipe whose other end is closed. */
const closedCodes: readonly unknown[] = ['EPIPE', 'ECONNRESET', 'EOF'];

/**
 * Watches how a connection ends. The returned function gives the error that ended it, or undefined if the client closed
 * the connection.
 */
export function watchEnd({ stdin, stdout }: Streams): () => Error | undefined {
  let closedByClient = false;
  let fault: Error | undefined;
  const onClosed = (): void => {
    closedByClient = true;
  };
  const onError = (error: Error): void => {
    if (closedCodes.includes(errorCode(error))) onClosed();
    fault ??= error;
  };
  stdin.on('end', onClosed).on('error', onError);
  stdout.on('error', onError);
  return () => (closedByClient ? undefined : (fault ?? new Error('the connection was closed by the server')));
}
