import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config.js';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Bytes of log that wait for a reader of stderr; what comes on top is dropped. */
const maxBuffered = 1024 * 1024;

/** The longest that the end of the process waits for a reader of stderr, in milliseconds. */
const flushMs = 200;

/** A log of JSON lines; it holds no arguments, results or keys. */
export function createLog(level: Config['logLevel'], destination: DestinationStream): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/** A log that writes to stderr. */
export interface OpenLog {
  readonly log: Log;
  /** Waits a little for a reader of stderr to take what was written. */
  flushed(): Promise<void>;
}

/**
 * Opens the log on stderr, since stdout belongs to the protocol. Written without waiting: a client that does not read it
 * must not stop the server.
 */
export function openLog(level: Config['logLevel']): OpenLog {
  const destination = pino.destination({ dest: 2, sync: false, maxLength: maxBuffered });
  return {
    log: createLog(level, destination),
    flushed: () =>
      new Promise((resolve) => {
        setTimeout(resolve, flushMs);
        destination.flush(() => resolve());
      }),
  };
}
