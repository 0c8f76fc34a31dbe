import { type DestinationStream, type Logger, pino } from 'pino';
import type { HostSettings } from '../../config/config.js';
import { createRedactor, type Redactor } from '../../text/redaction.js';
import { mapTexts, withoutHidden } from '../../text/safe-text.js';

/** The log: every request at `debug`, every call at `info` or, if it failed, at `warn`, defects at `error`. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Bytes that are buffered for a slow reader of stderr; lines beyond that are dropped. */
const maxBuffered = 1024 * 1024;

/** How long the process waits at its end for stderr to take what is buffered, in milliseconds. */
const flushMs = 200;

/** A log, and what belongs to it. */
export interface OpenLog {
  readonly log: Log;
  /** Removes the secrets that another redactor knows from the lines as well, until the returned function is called. */
  redactWith(redactor: Pick<Redactor, 'forFailure'>): () => void;
  /**
   * The log of an account whose key a stranger may have made up. What another redactor knows is removed from the lines that
   * are written here, and only from what comes from outside: no key can erase who did what, or touch the lines of others.
   */
  forAccount(redactor: Pick<Redactor, 'forFailure'>): Log;
  /** Waits briefly until what was written has been taken. */
  flushed(): Promise<void>;
}

/** The parts of a line that this program has made itself. */
const ownParts: ReadonlySet<string> = new Set([
  ...['id', 'trace_id', 'principal', 'account', 'tool', 'method', 'path'],
  ...['outcome', 'performed', 'kind', 'source', 'rule'],
]);

/** What a line says, where all that comes from outside is changed. */
const withOutside = (line: object, change: (text: string) => string): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(line).map(([part, value]) => [part, ownParts.has(part) ? value : mapTexts(value, change)]),
  );

/**
 * Creates a log of JSON lines without arguments, results or keys. Whole lines are redacted when they are written, so no
 * caller can bypass it. `[redacted]` inside a line leaves it valid JSON.
 */
export function createLog(
  { logLevel, secrets }: Pick<HostSettings, 'logLevel' | 'secrets'>,
  destination: DestinationStream,
): Omit<OpenLog, 'flushed'> {
  const redactors = new Set<Pick<Redactor, 'forFailure'>>([createRedactor(secrets)]);
  const write = (line: string): void => {
    let redacted = withoutHidden(line);
    for (const redactor of redactors) redacted = redactor.forFailure(redacted);
    destination.write(redacted);
  };
  const log = pino({ level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
  return {
    log,
    forAccount: (redactor) => log.child({}, { formatters: { log: (line) => withOutside(line, redactor.forFailure) } }),
    redactWith(redactor) {
      redactors.add(redactor);
      return () => void redactors.delete(redactor);
    },
  };
}

/**
 * Opens the log on stderr; stdout belongs to the protocol. Writes are asynchronous, so a client that does not read stderr
 * cannot block the server.
 */
export function openLog(settings: Pick<HostSettings, 'logLevel' | 'secrets'>): OpenLog {
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
    ...createLog(settings, { write }),
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
