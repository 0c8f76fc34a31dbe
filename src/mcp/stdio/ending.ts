import type { Readable, Writable } from 'node:stream';
import { errorCode } from '../../text/error-text.js';

/** The streams that frames come in and go out on. */
export interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
}

/** What a pipe says when there is nobody at its other end any more. */
const goneCodes: readonly unknown[] = ['EPIPE', 'ECONNRESET', 'EOF'];

/**
 * Watches how a connection comes to its end. The returned function tells why it has ended, or undefined where the client
 * has closed it or is gone.
 */
export function watchEnd({ stdin, stdout }: Streams): () => Error | undefined {
  let ended = false;
  let fault: Error | undefined;
  const gone = (): void => {
    ended = true;
  };
  const failed = (error: Error): void => {
    if (goneCodes.includes(errorCode(error))) gone();
    fault ??= error;
  };
  stdin.on('end', gone).on('error', failed);
  stdout.on('error', failed);
  return () => (ended ? undefined : (fault ?? new Error('the connection was closed from within')));
}
