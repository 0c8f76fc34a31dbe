import { type DestinationStream, type Logger, pino } from 'pino';
import type { HostSettings } from '../config/config.js';
import { createRedactor, type Redactor } from '../text/redaction.js';
import { withoutHidden } from '../text/safe-text.js';

/** What is written to the log: each request at `debug`, each call at `info` or, when it failed, at `warn`, defects at `error`. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Bytes of log that wait for a reader of stderr; what comes on top is dropped. */
const maxBuffered = 1024 * 1024;

/** The longest that the end of the process waits for a reader of stderr, in milliseconds. */
const flushMs = 200;

/**
 * A log of JSON lines; it holds no arguments, results or keys. Whole lines are redacted on their way out, so that no way
 * of writing one leads past it; `[redacted]` inside a line of JSON leaves it JSON.
 */
export function createLog(level: HostSettings['logLevel'], destination: DestinationStream, redactor: Redactor): Log {
  const write = (line: string): void => void destination.write(redactor.forFailure(withoutHidden(line)));
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
}

/** A log that writes to stderr. */
export interface OpenLog {
  readonly log: Log;
  /** Takes secrets out of it, and out of everything else that is told. */
  readonly redactor: Redactor;
  /** Waits a little for a reader of stderr to take what was written. */
  flushed(): Promise<void>;
}

/**
 * Opens the log on stderr, since stdout belongs to the protocol. Written without waiting: a client that does not read it
 * must not stop the server.
 */
export function openLog({ logLevel, secrets }: Pick<HostSettings, 'logLevel' | 'secrets'>): OpenLog {
  const redactor = createRedactor(secrets);
  const destination = pino.destination({ dest: 2, sync: false, maxLength: maxBuffered });
  // pino calls it when the process exits, and it would wait for a reader for ever.
  destination.flushSync = () => undefined;
  // Its own flush does not wait for what is being written.
  let written = true;
  const settle = (): void => {
    written = true;
  };
  destination.on('drain', settle);
  destination.on('error', settle);
  const write = (line: string): void => {
    written = false;
    destination.write(line);
  };
  return {
    log: createLog(logLevel, { write }, redactor),
    redactor,
    async flushed() {
      if (written) return;
      await new Promise<void>((resolve) => {
        setTimeout(resolve, flushMs);
        destination.once('drain', () => resolve());
        destination.once('error', () => resolve());
      });
    },
  };
}
