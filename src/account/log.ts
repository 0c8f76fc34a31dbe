import { type DestinationStream, type Logger, pino } from 'pino';
import type { HostSettings } from '../config/config.js';
import { createRedactor, type Redactor } from '../text/redaction.js';
import { withoutHidden } from '../text/safe-text.js';

/** The log: every request at `debug`, every call at `info` or, if it failed, at `warn`, defects at `error`. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Bytes that are buffered for a slow reader of stderr; lines beyond that are dropped. */
const maxBuffered = 1024 * 1024;

/** How long the process waits at its end for stderr to take what is buffered, in milliseconds. */
const flushMs = 200;

/**
 * Creates a log of JSON lines without arguments, results or keys. Whole lines are redacted when they are written, so no
 * caller can bypass it. `[redacted]` inside a line leaves it valid JSON.
 */
export function createLog(level: HostSettings['logLevel'], destination: DestinationStream, redactor: Redactor): Log {
  const write = (line: string): void => void destination.write(redactor.forFailure(withoutHidden(line)));
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
}

/** A log, and what belongs to it. */
export interface OpenLog {
  readonly log: Log;
  /** Removes secrets from its lines; also used for results and failures. */
  readonly redactor: Redactor;
  /** Waits briefly until what was written has been taken. */
  flushed(): Promise<void>;
}

/**
 * Opens the log on stderr; stdout belongs to the protocol. Writes are asynchronous, so a client that does not read stderr
 * cannot block the server.
 */
export function openLog({ logLevel, secrets }: Pick<HostSettings, 'logLevel' | 'secrets'>): OpenLog {
  const redactor = createRedactor(secrets);
  const destination = pino.destination({ dest: 2, sync: false, maxLength: maxBuffered });
  // pino calls this when the process exits, and it would wait for a reader forever.
  destination.flushSync = () => undefined;
  // pino's own flush does not wait for a write in progress.
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
